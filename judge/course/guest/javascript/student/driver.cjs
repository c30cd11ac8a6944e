"use strict";
// The student's side of a unit test: loads the student's module and serves calls of the teacher's tests, which run in
// another container. The protocol: docs/reference/call-protocol.md. Whatever the student's code does in here, all that
// reaches the tests are the values of answers.
const fs = require("node:fs");
const path = require("node:path");
const { Readable, Writable } = require("node:stream");
const { pathToFileURL } = require("node:url");
const { types, format } = require("node:util");
const values = require("./driver_values.cjs");

const PRINTED_CHARS_MAX = 64 << 10;
const TEXT_CHARS_MAX = 8 << 10;
const { readSync, writeSync } = fs;
const { stringify, parse } = JSON;
const { defineProperty } = Object;
const { Copy, encode, decode, raised, objectOf, snapshot, hooks } = values;
const later = setTimeout;
const cancel = clearTimeout;
const nap = new Int32Array(new SharedArrayBuffer(4));

// --- lines ---------------------------------------------------------------------------------------------------

let unread = Buffer.alloc(0);

function patiently(doIt) {
  for (;;) {
    try {
      return doIt();
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
      Atomics.wait(nap, 0, 0, 1);
    }
  }
}

function readLine() {
  const parts = [];
  for (;;) {
    const end = unread.indexOf(10);
    if (end >= 0) {
      parts.push(unread.subarray(0, end));
      unread = unread.subarray(end + 1);
      return Buffer.concat(parts).toString();
    }
    parts.push(unread);
    unread = Buffer.alloc(64 << 10);
    const count = patiently(() => readSync(0, unread, 0, unread.length, null));
    if (count === 0) process.reallyExit(0); // nobody asks any more
    unread = unread.subarray(0, count);
  }
}

function writeLine(object) {
  const data = Buffer.from(stringify(object) + "\n");
  for (let at = 0; at < data.length; ) at += patiently(() => writeSync(1, data, at, data.length - at));
}

// --- what is printed goes along with the next answer -----------------------------------------------------------

let printed = [];
let printedChars = 0;

function print(how, args) {
  const chars = args.reduce((sum, one) => sum + (typeof one === "string" ? one.length : stringify(one).length), 0);
  if (printedChars + chars > PRINTED_CHARS_MAX) return;
  printedChars += chars;
  printed.push([how, args]);
}

function takePrinted() {
  const taken = printed;
  [printed, printedChars] = [[], 0];
  return taken;
}

function captured(how) {
  const stream = new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      print(how, [String(chunk)]);
      done();
    },
  });
  stream.fd = how === "out" ? 1 : 2;
  return stream;
}

function captureStreams() {
  const streams = { stdout: captured("out"), stderr: captured("err"), stdin: Readable.from([]) };
  for (const name of Object.keys(streams)) {
    defineProperty(process, name, { configurable: true, enumerable: true, get: () => streams[name] });
  }
  fs.writeSync = (fd, data, ...more) => {
    if (fd !== 1 && fd !== 2) return writeSync(fd, data, ...more);
    const text = String(data);
    print(fd === 1 ? "out" : "err", [text]);
    return Buffer.byteLength(text);
  };
  fs.readSync = (fd, ...more) => (fd === 0 ? 0 : readSync(fd, ...more));
  const readFileSync = fs.readFileSync;
  fs.readFileSync = (file, options) => {
    if (file !== 0 && file !== "/dev/stdin") return readFileSync(file, options);
    return (typeof options === "string" ? options : options?.encoding) ? "" : Buffer.alloc(0);
  };
  require("node:module").syncBuiltinESMExports();
}

// Arguments of console.log and the like as values where they can be copied, so that tests can look at them.
function captureConsole() {
  for (const how of ["log", "info", "debug", "warn", "error"]) {
    console[how] = (...args) => {
      try {
        print(how, args.map((one) => new Copy(false).of(one, 0)));
      } catch {
        print(how, [format(...args).slice(0, TEXT_CHARS_MAX)]);
      }
    };
  }
}

// --- calls -----------------------------------------------------------------------------------------------------

function called(request) {
  const args = request.args.map(decode);
  const before = request.back ? args.map(snapshot) : [];
  const target = objectOf(request.target);
  const given = request.this === undefined ? undefined : decode(request.this);
  const result = request.op === "new" ? Reflect.construct(target, args) : Reflect.apply(target, given, args);
  const answer = { ok: encode(result) };
  if (!request.back) return answer;
  const changed = args.map((one, index) => [index, snapshot(one), one]).filter(([index, now]) => now !== before[index]);
  if (changed.length > 0) answer.changed = changed.map(([index, , one]) => [index, encode(one)]);
  return answer;
}

const OPS = {
  call: called,
  new: called,
  get: ({ target, name }) => ({ ok: encode(objectOf(target)[decode(name)]) }),
  set: ({ target, name, value }) => ({ ok: Reflect.set(objectOf(target), decode(name), decode(value)) }),
  has: ({ target, name }) => ({ ok: Reflect.has(objectOf(target), decode(name)) }),
  delete: ({ target, name }) => ({ ok: Reflect.deleteProperty(objectOf(target), decode(name)) }),
  keys: ({ target }) => ({ ok: Object.keys(objectOf(target)).slice(0, 10_000) }),
  instanceof: ({ target, value }) => ({ ok: decode(value) instanceof objectOf(target) }),
  repr: ({ target }) => ({ ok: values.described(objectOf(target)) }),
  settle: (request) => (values.settleGiven(request), { ok: null }),
  release: ({ ids }) => (values.release(ids), { ok: null }),
};

function carriedOut(request) {
  try {
    return OPS[request.op](request);
  } catch (error) {
    if (error instanceof values.TooLarge || error instanceof values.CannotCopy) return { fault: error.message };
    return { raised: raised(error) };
  }
}

function answer(id, said) {
  const printedNow = takePrinted();
  writeLine(printedNow.length > 0 ? { id, ...said, printed: printedNow } : { id, ...said });
}

function serveUntilReply() {
  for (;;) {
    const request = parse(readLine());
    if (request.reply === true) return request;
    answer(request.id, request.op === "poll" ? { ok: [] } : carriedOut(request));
  }
}

// Asks of the event loop: `import` waits for a module, `poll` for promises, at most `ms` milliseconds.
function poll(request) {
  const done = () => {
    cancel(timer);
    hooks.wake = () => {};
    answer(request.id, { ok: values.settled() });
    serve();
  };
  const timer = later(done, request.ms);
  let isWoken = false;
  hooks.wake = () => {
    if (!isWoken) queueMicrotask(done);
    isWoken = true;
  };
  if (values.isSettled()) hooks.wake();
}

async function load(request) {
  const file = path.join(__dirname, request.module);
  let said;
  try {
    said = { ok: rootOf(await loaded(file)) };
  } catch (error) {
    said = { raised: raised(error) };
  }
  answer(request.id, said);
  serve();
}

async function loaded(file) {
  try {
    return { module: require(file), isModule: false };
  } catch (error) {
    if (error?.code !== "ERR_REQUIRE_ESM" && error?.code !== "ERR_REQUIRE_ASYNC_MODULE") throw error;
    return { module: await import(pathToFileURL(require.resolve(file)).href), isModule: true };
  }
}

// A module is never copied: its names are asked for one by one.
function rootOf({ module, isModule }) {
  if ((typeof module !== "object" || module === null) && typeof module !== "function") return encode(module);
  return { ...values.refTo(module), keys: Object.keys(module).slice(0, 10_000), module: isModule || types.isModuleNamespaceObject(module) };
}

function serve() {
  for (;;) {
    const request = parse(readLine());
    if (request.op === "import") return void load(request);
    if (request.op === "poll") return poll(request);
    answer(request.id, carriedOut(request));
  }
}

hooks.callBack = (id, args) => {
  writeLine({ ask: "call", callback: id, args, printed: takePrinted() });
  return serveUntilReply();
};
captureStreams();
captureConsole();
require.cache[__filename] = undefined;
serve();
