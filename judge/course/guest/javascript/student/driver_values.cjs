"use strict";
// What crosses the wall, as the student's side sees it: values are copied, functions and objects of classes go as handles.
// Functions that are used here are taken before the student's code is there: one that patches them harms itself alone.
const { types, inspect } = require("node:util");

const DEPTH_MAX = 64;
const NODES_MAX = 200_000;
const ANSWER_CHARS_MAX = 4 << 20;
const TEXT_CHARS_MAX = 8 << 10;
const { getPrototypeOf, getOwnPropertyDescriptor, defineProperty } = Object;
const { ownKeys } = Reflect;
const isArray = Array.isArray;
const hooks = {
  wake: () => {}, // a promise has settled
  callBack: undefined, // (number, arguments): what the tests' function answers
};

// --- values out ------------------------------------------------------------------------------------------------

class CannotCopy extends Error {}
class TooLarge extends Error {}

const objects = new Map(); // by number: what tests have a handle of
const numbers = new Map(); // the other way
let lastNumber = 0;

function numberOf(object) {
  let number = numbers.get(object);
  if (number === undefined) {
    number = ++lastNumber;
    numbers.set(object, number);
    objects.set(number, object);
  }
  return number;
}

function release(ids) {
  for (const id of ids) {
    numbers.delete(objects.get(id));
    objects.delete(id);
  }
}

function objectOf(number) {
  if (!objects.has(number)) throw new Error("this object is not known any more");
  return objects.get(number);
}

function className(object) {
  try {
    const name = getPrototypeOf(object)?.constructor?.name;
    return typeof name === "string" ? name.slice(0, 200) : "";
  } catch {
    return "";
  }
}

function refTo(object) {
  const isFunction = typeof object === "function";
  const ref = { $: "ref", id: numberOf(object), kind: isFunction ? "function" : "object", class: className(object) };
  if (!isFunction) return ref;
  const isClass = !types.isProxy(object) && /^class\b/.test(Function.prototype.toString.call(object));
  const { name, length } = object;
  ref.kind = isClass ? "class" : "function";
  ref.name = typeof name === "string" ? name.slice(0, 200) : "";
  ref.length = typeof length === "number" && length >= 0 ? length : 0;
  return ref;
}

const FLOATS = { NaN: "nan", Infinity: "inf", "-Infinity": "-inf" };

// Copies one value. `refs`: whether what cannot be copied may go as a handle.
class Copy {
  constructor(refs) {
    this.refs = refs;
    this.nodes = 0;
    this.chars = 0;
    this.above = new Set();
  }

  of(value, depth) {
    if (++this.nodes > NODES_MAX) throw new TooLarge(`a value has more than ${NODES_MAX} parts`);
    switch (typeof value) {
      case "string":
        this.chars += value.length;
        if (this.chars > ANSWER_CHARS_MAX) throw new TooLarge(`a value has more than ${ANSWER_CHARS_MAX} characters`);
        return value;
      case "boolean":
        return value;
      case "number":
        if (Object.is(value, -0)) return { $: "float", v: "-0.0" };
        return Number.isFinite(value) ? value : { $: "float", v: FLOATS[value] };
      case "undefined":
        return { $: "undefined" };
      case "bigint":
        return this.large(value);
      case "symbol":
        throw new CannotCopy("a symbol cannot be sent to the tests");
      default:
        return value === null ? null : this.object(value, depth);
    }
  }

  large(value) {
    if (BigInt.asIntN(1 << 20, value) !== value) throw new TooLarge("an integer has more than a million bits");
    return { $: "int", v: value.toString() };
  }

  ref(object) {
    if (!this.refs) throw new CannotCopy();
    return refTo(object);
  }

  object(value, depth) {
    if (typeof value === "function" || types.isProxy(value)) return this.ref(value);
    if (types.isPromise(value)) return this.refs ? promised(value) : this.ref(value);
    if (types.isNativeError(value)) return this.refs ? { $: "error", ...describe(value) } : this.ref(value);
    if (types.isDate(value)) return { $: "date", v: +value };
    if (types.isRegExp(value)) return { $: "regexp", source: value.source, flags: value.flags };
    if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) return this.bytes(value);
    if (depth >= DEPTH_MAX || this.above.has(value)) throw new CannotCopy("cyclic or too deep");
    const copy = this.parts(value);
    if (copy === undefined) return this.ref(value);
    this.above.add(value);
    try {
      return copy((part) => this.of(part, depth + 1));
    } finally {
      this.above.delete(value);
    }
  }

  bytes(value) {
    const view = ArrayBuffer.isView(value) ? value : new Uint8Array(value);
    if ((this.chars += view.byteLength * 2) > ANSWER_CHARS_MAX) throw new TooLarge("a value has too many bytes");
    const data = Buffer.from(view.buffer, view.byteOffset, view.byteLength);
    return { $: "bytes", v: data.toString("base64"), kind: className(value) };
  }

  // How its parts are copied; undefined = it is not copied.
  parts(value) {
    const prototype = getPrototypeOf(value);
    if (isArray(value) && prototype === Array.prototype) return (each) => Array.from(value, each);
    if (types.isMap(value) && prototype === Map.prototype) {
      return (each) => ({ $: "map", v: [...value].map(([key, one]) => [each(key), each(one)]) });
    }
    if (types.isSet(value) && prototype === Set.prototype) return (each) => ({ $: "set", v: [...value].map(each) });
    if (prototype !== Object.prototype && prototype !== null) return undefined;
    const items = [];
    for (const key of ownKeys(value)) {
      const property = getOwnPropertyDescriptor(value, key);
      if (typeof key !== "string" || !("value" in property) || typeof property.value === "function") return undefined;
      if (property.enumerable) items.push([key, property.value]);
    }
    return (each) => dict(items.map(([key, one]) => [(this.of(key, 0), key), each(one)]));
  }
}

function dict(items) {
  if (items.some(([key]) => key === "$" || key === "__proto__")) return { $: "dict", v: items };
  return Object.fromEntries(items);
}

function encode(value) {
  try {
    return new Copy(true).of(value, 0);
  } catch (error) {
    if (error instanceof CannotCopy && typeof value === "object") return refTo(value);
    throw error;
  }
}

// --- errors out ------------------------------------------------------------------------------------------------

function text(value) {
  return typeof value === "string" ? value.slice(0, TEXT_CHARS_MAX) : "";
}

function basesOf(error) {
  const names = [];
  for (let one = getPrototypeOf(error); one !== null && names.length < 16; one = getPrototypeOf(one)) {
    const name = getOwnPropertyDescriptor(one, "constructor")?.value?.name;
    if (typeof name === "string") names.push(name.slice(0, 200));
  }
  return names.filter((name) => name !== "Object");
}

// Errors of the tests that they had thrown in a callback, by object: thrown on, they are the same again there.
const theirs = new WeakMap();

function describe(error) {
  const bases = basesOf(error);
  const described = { class: bases[0] ?? "Error", bases, message: text(error.message), ref: numberOf(error) };
  described.name = text(error.name);
  if (theirs.has(error)) described.ours = theirs.get(error);
  described.trace = text(error.stack);
  described.fields = [];
  for (const key of Object.keys(error).slice(0, 32)) {
    try {
      if (key !== "stack" && key !== "message") described.fields.push([key, new Copy(false).of(error[key], 1)]);
    } catch {
      // what cannot be copied stays here
    }
  }
  return described;
}

function raised(error) {
  try {
    if (types.isNativeError(error) || error instanceof Error) return describe(error);
    return { thrown: encode(error) };
  } catch {
    return { class: "Error", bases: ["Error"], message: "something was thrown that cannot be described" };
  }
}

// --- promises --------------------------------------------------------------------------------------------------

const waiting = new Map(); // promises that tests know of: their number, and what came of them

function promised(promise) {
  const id = numberOf(promise);
  if (!waiting.has(id)) {
    waiting.set(id, null);
    const settle = (outcome) => {
      waiting.set(id, outcome);
      hooks.wake();
    };
    Promise.prototype.then.call(
      promise,
      (value) => settle(() => ({ ok: encode(value) })),
      (error) => settle(() => ({ raised: raised(error) })),
    );
  }
  return { $: "promise", id };
}

function settled() {
  const found = [];
  for (const [id, outcome] of waiting) {
    if (outcome === null) continue;
    waiting.delete(id);
    release([id]);
    let said;
    try {
      said = outcome();
    } catch (error) {
      said = { fault: text(error.message) };
    }
    found.push({ id, ...said });
  }
  return found;
}

// Promises of the tests that the student's code was given.
const given = new Map();

function promiseFrom({ id }) {
  return new Promise((resolve, reject) => given.set(id, { resolve, reject }));
}

function settleGiven({ promise, ok, raised: error }) {
  const waiting = given.get(promise);
  given.delete(promise);
  if (error !== undefined) waiting?.reject(decode(error));
  else waiting?.resolve(decode(ok));
}

// --- values in -------------------------------------------------------------------------------------------------

const VIEWS = { Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array };
Object.assign(VIEWS, { Float32Array, Float64Array, BigInt64Array, BigUint64Array, DataView });

function bytesOf(value) {
  const data = Buffer.from(value.v, "base64");
  if (value.kind === "Buffer") return data;
  const buffer = data.buffer.slice(data.byteOffset, data.byteOffset + data.length);
  return value.kind === "ArrayBuffer" ? buffer : new (VIEWS[value.kind] ?? Uint8Array)(buffer);
}

function objectFrom(items) {
  const object = {};
  for (const [key, value] of items) {
    defineProperty(object, key, { value: decode(value), writable: true, enumerable: true, configurable: true });
  }
  return object;
}

const TAGGED = {
  undefined: () => undefined,
  int: ({ v }) => BigInt(v),
  float: ({ v }) => ({ nan: NaN, inf: Infinity, "-inf": -Infinity, "-0.0": -0 })[v],
  bytes: bytesOf,
  map: ({ v }) => new Map(v.map(([key, value]) => [decode(key), decode(value)])),
  set: ({ v }) => new Set(v.map(decode)),
  date: ({ v }) => new Date(v ?? NaN),
  regexp: ({ source, flags }) => new RegExp(source, flags),
  dict: ({ v }) => objectFrom(v),
  ref: ({ id }) => objectOf(id),
  error: errorFrom,
  promise: promiseFrom,
  callback: ({ id, name, length }) => callback(id, name, length),
  symbol: ({ name }) => Symbol[name] ?? Symbol.for(name),
};
const BUILTIN_ERRORS = { TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError };

function errorFrom(value) {
  const error = new (BUILTIN_ERRORS[value.class] ?? Error)(value.message);
  if (error.name !== value.class) defineProperty(error, "name", { value: value.class, configurable: true, writable: true });
  if (value.ours !== undefined) theirs.set(error, value.ours);
  return error;
}

function decode(value) {
  if (typeof value !== "object" || value === null) return value;
  if (isArray(value)) return value.map(decode);
  return "$" in value ? TAGGED[value.$](value) : objectFrom(Object.entries(value));
}

// A function of the tests: it is called there, and waited for here.
const callbacks = new Map();

function callback(id, name, length) {
  let made = callbacks.get(id);
  if (made === undefined) {
    made = function (...args) {
      const answer = hooks.callBack(id, args.map(encode));
      if (answer.raised !== undefined) throw decode(answer.raised);
      return decode(answer.ok);
    };
    defineProperty(made, "name", { value: name });
    defineProperty(made, "length", { value: length });
    callbacks.set(id, made);
  }
  return made;
}

// To see whether an argument that was copied is another one after the call.
function snapshot(value) {
  if (typeof value !== "object" || value === null) return "";
  try {
    return JSON.stringify(new Copy(false).of(value, 0));
  } catch {
    return "";
  }
}

function described(value) {
  return inspect(value, { depth: 3, maxArrayLength: 50, maxStringLength: 1000 }).slice(0, TEXT_CHARS_MAX);
}

module.exports = {
  CannotCopy,
  TooLarge,
  Copy,
  hooks,
  encode,
  decode,
  raised,
  refTo,
  release,
  objectOf,
  settled,
  settleGiven,
  snapshot,
  described,
  isSettled: () => [...waiting.values()].some((outcome) => outcome !== null),
};
