"use strict";
// The student's module as the tests see it: `root` is what they import. Functions, classes and objects are handles; a
// call goes to the other side and waits for its answer.
const { inspect } = require("node:util");
const { BeyondTheProtocol, NoValue, define, encodedKey, list, text } = require("./values.cjs");
const { ask, encode, handles, knownOf, valueOf } = require("./exchange.cjs");
const { emptyModule } = require("./empty.cjs");

const link = globalThis[Symbol.for("judge.link")];

const references = new WeakMap(); // of each handle: how it is found
const ways = new Map(); // references by path
const prototypes = new Map(); // of handles, by class name

// --- handles -------------------------------------------------------------------------------------------------

handles.of = (session, said) => {
  const known = knownOf(session);
  if (!Number.isSafeInteger(said.id)) throw new NoValue("a handle has no number");
  let handle = known.handles.get(said.id);
  if (handle === undefined) {
    handle = handleFor({ session, id: said.id }, said);
    known.handles.set(said.id, handle);
  }
  return handle;
};
handles.numberOf = (session, object) => {
  const reference = references.get(object);
  return reference === undefined ? undefined : idOf(session, reference);
};

// A reference is a number in one process ({session, id}), or a way from the module, which is gone again in each process
// ({path}).
function sessionOf(reference) {
  return reference.session ?? link.session();
}

function idOf(session, reference) {
  if (reference.path === undefined) {
    if (reference.session === session) return reference.id;
    throw link.failedBy(new BeyondTheProtocol("this object belongs to the process of another test"));
  }
  const { paths, handles: byId } = knownOf(session);
  const key = JSON.stringify(reference.path);
  if (!paths.has(key)) {
    const said = found(session, reference.path);
    if (typeof said !== "object" || said?.$ !== "ref" || !Number.isSafeInteger(said.id)) {
      throw new TypeError(`${reference.path.join(".") || "the module"} is not a function`);
    }
    paths.set(key, said.id);
    if (!byId.has(said.id) && reference.handle) byId.set(said.id, reference.handle);
  }
  return paths.get(key);
}

// What the other side says of a way from the module.
function found(session, path) {
  if (path.length > 0) {
    const target = idOf(session, { path: path.slice(0, -1) });
    return ask(session, "get", { target, name: path[path.length - 1] }).ok;
  }
  try {
    return ask(session, "import", { module: link.config.module }).ok;
  } catch (error) {
    throw link.failedBy(error); // whatever the test expects: it has not been run
  }
}

function wayTo(path, said) {
  const key = JSON.stringify(path);
  if (!ways.has(key)) {
    const reference = { path };
    ways.set(key, reference);
    reference.handle = handleFor(reference, said);
  }
  return ways.get(key).handle;
}

function prototypeFor(said) {
  const name = text(said.class, 200);
  if (name === "Object" || name === "") return Object.prototype;
  if (!prototypes.has(name)) prototypes.set(name, Object.create(Object.prototype));
  return prototypes.get(name);
}

function handleFor(reference, said) {
  const isFunction = said.kind === "function" || said.kind === "class";
  const target = isFunction ? function () {}.bind() : {};
  if (isFunction) {
    defineProperty(target, "name", text(said.name, 200));
    defineProperty(target, "length", Number.isSafeInteger(said.length) ? said.length : 0);
  }
  defineProperty(target, inspect.custom, () => described(reference, said));
  const prototype = isFunction ? Function.prototype : prototypeFor(said);
  const handle = new Proxy(target, traps(reference, prototype));
  references.set(handle, reference);
  return handle;
}

function defineProperty(target, name, value) {
  Object.defineProperty(target, name, { value, configurable: true });
}

function described(reference, said) {
  try {
    const session = sessionOf(reference);
    return session.ended ? `[${text(said.class, 200)}]` : text(ask(session, "repr", { target: idOf(session, reference) }).ok);
  } catch {
    return `[${text(said.class, 200)}]`;
  }
}

function got(reference, name) {
  const session = sessionOf(reference);
  const target = idOf(session, reference);
  const said = ask(session, "get", { target, name: encodedKey(name) }).ok;
  const isOfModule = reference.path !== undefined && typeof name === "string";
  if (isOfModule && typeof said === "object" && said !== null && ["function", "class"].includes(said.kind)) {
    const handle = wayTo([...reference.path, name], said);
    knownOf(session).paths.set(JSON.stringify([...reference.path, name]), said.id);
    if (!knownOf(session).handles.has(said.id)) knownOf(session).handles.set(said.id, handle);
    return knownOf(session).handles.get(said.id);
  }
  const value = valueOf(session, () => said);
  if (typeof value === "function" && references.has(value)) namesOf(references.get(value)).add(name);
  return value;
}

// The names by which the tests have come to a function: what it says itself is the student's.
function namesOf(reference) {
  reference.names ??= new Set(reference.path?.slice(-1));
  return reference.names;
}

function isInPlace(reference) {
  return link.config.in_place.some((name) => namesOf(reference).has(name.split(".").pop()));
}

function called(op, reference, given, args) {
  const session = sessionOf(reference);
  const fields = { target: idOf(session, reference), args: args.map((one) => encode(session, one)) };
  if (given !== undefined && given !== null) fields.this = encode(session, given);
  if (isInPlace(reference)) fields.back = true;
  const answer = ask(session, op, fields);
  for (const [index, said] of fields.back && answer.changed !== undefined ? list(answer.changed) : []) {
    takeOver(args[index], valueOf(session, () => said));
  }
  return valueOf(session, () => answer.ok);
}

// The student's code has changed an argument, of which it has a copy: the tests' own becomes the same.
function takeOver(mine, theirs) {
  if (Array.isArray(mine) && Array.isArray(theirs)) {
    mine.splice(0, mine.length, ...theirs);
  } else if (ArrayBuffer.isView(mine) && ArrayBuffer.isView(theirs)) {
    new Uint8Array(mine.buffer, mine.byteOffset, mine.byteLength).set(new Uint8Array(theirs.buffer, theirs.byteOffset));
  } else if (mine instanceof Map && theirs instanceof Map) {
    mine.clear();
    for (const [key, value] of theirs) mine.set(key, value);
  } else if (mine instanceof Set && theirs instanceof Set) {
    mine.clear();
    for (const value of theirs) mine.add(value);
  } else if (typeof mine === "object" && mine !== null && typeof theirs === "object" && theirs !== null) {
    for (const key of Object.keys(mine)) if (!Object.hasOwn(theirs, key)) delete mine[key];
    for (const key of Object.keys(theirs)) define(mine, key, theirs[key]);
  }
}

// What frameworks ask of an object in order to let it say itself what it equals, or what it is, nobody asks the student.
const NEVER_ASKED = new Set(["asymmetricMatch", "$$typeof", "isEqualNode"]);
const SYMBOLS = new Set([Symbol.iterator, Symbol.asyncIterator, Symbol.toPrimitive]);

function isAsked(name) {
  return typeof name === "symbol" ? SYMBOLS.has(name) : !NEVER_ASKED.has(name);
}

function isOf(reference, value) {
  const session = sessionOf(reference);
  const fields = { target: idOf(session, reference), value: encode(session, value) };
  return ask(session, "instanceof", fields).ok === true;
}

function traps(reference, prototype) {
  const on = (op, fields) => {
    const session = sessionOf(reference);
    return ask(session, op, { target: idOf(session, reference), ...fields(session) }).ok;
  };
  const keys = () => list(on("keys", () => ({}))).map((key) => text(key));
  return {
    get: (target, name) => {
      if (name === inspect.custom) return target[name];
      if (name === Symbol.hasInstance) return (value) => isOf(reference, value);
      return isAsked(name) ? got(reference, name) : undefined;
    },
    set: (_, name, value) => on("set", (session) => ({ name: encodedKey(name), value: encode(session, value) })) === true,
    has: (_, name) => on("has", () => ({ name: encodedKey(name) })) === true,
    deleteProperty: (_, name) => on("delete", () => ({ name: encodedKey(name) })) === true,
    ownKeys: () => keys(),
    getOwnPropertyDescriptor: (_, name) => {
      if (typeof name !== "string" || !keys().includes(name)) return undefined;
      return { value: got(reference, name), writable: true, enumerable: true, configurable: true };
    },
    defineProperty: (_, name, property) =>
      on("set", (session) => ({ name: encodedKey(name), value: encode(session, property.value) })) === true,
    getPrototypeOf: () => prototype,
    apply: (_, given, args) => called("call", reference, given, args),
    construct: (_, args) => {
      const made = called("new", reference, undefined, args);
      return typeof made === "object" && made !== null ? made : Object(made);
    },
  };
}

// --- the module ----------------------------------------------------------------------------------------------

// What `require` gives the tests. It raises nothing: where the module cannot be loaded
// every test has failed, whatever it does.
function root() {
  if (link.isCollecting) return emptyModule();
  const session = link.session();
  try {
    const said = found(session, []);
    if (typeof said !== "object" || said?.$ !== "ref") return valueOf(session, () => said);
    const handle = wayTo([], said);
    knownOf(session).paths.set("[]", said.id);
    knownOf(session).handles.set(said.id, handle);
    return handle;
  } catch (error) {
    link.moduleFault ||= `the module could not be loaded: ${error.message}`;
    return unknown([]);
  }
}

// A module of which nothing is known: whoever uses a part of it asks for it then.
function unknown(path) {
  const reference = { path };
  const handlers = traps(reference, Function.prototype);
  const target = function () {}.bind();
  const module = new Proxy(target, {
    ...handlers,
    get: (_, name) => {
      if (typeof name === "symbol") return handlers.get(target, name);
      return path.length > 2 || name === "then" ? undefined : unknown([...path, name]);
    },
  });
  references.set(module, reference);
  reference.handle = module;
  return module;
}

// What `import ... from` gives them as the default.
function defaultOf(module) {
  if (link.isCollecting) return module;
  try {
    return module.__esModule === true || "default" in module ? module.default : module;
  } catch {
    return module;
  }
}

module.exports = { root, defaultOf };
