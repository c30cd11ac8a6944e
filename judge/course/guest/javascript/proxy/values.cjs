"use strict";
// What crosses the wall, as the tests see it. Nothing that the student's side says is evaluated: values are copied, and
// properties are defined, never assigned, so that no name of theirs reaches a prototype of ours.
// Loaded in the realm of the tests, so that what is made here is of their classes.
const DEPTH_MAX = 100;
const NODES_MAX = 500_000;

const { defineProperty, getPrototypeOf } = Object;

class BeyondTheProtocol extends TypeError {}

// The student's side does not keep to the protocol.
class NoValue extends Error {}

const VIEWS = { Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array };
for (const view of [Float32Array, Float64Array, BigInt64Array, BigUint64Array, DataView]) VIEWS[view.name] = view;
const FLOATS = { nan: NaN, inf: Infinity, "-inf": -Infinity, "-0.0": -0 };
const FLOAT_NAMES = new Map([
  [NaN, "nan"],
  [Infinity, "inf"],
  [-Infinity, "-inf"],
]);

function define(object, name, value) {
  return defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
}

function own(table, name) {
  return typeof name === "string" && Object.hasOwn(table, name) ? table[name] : undefined;
}

function list(value) {
  if (!Array.isArray(value)) throw new NoValue("a list is none");
  return value;
}

function text(value, most = 1 << 16) {
  return typeof value === "string" ? value.slice(0, most) : "";
}

// --- out of the tests ----------------------------------------------------------------------------------------

function encodedKey(key) {
  if (typeof key !== "symbol") return key;
  const name = /^Symbol\.(\w+)$/.exec(key.description ?? "")?.[1];
  if (name !== undefined && Symbol[name] === key) return { $: "symbol", name };
  if (Symbol.keyFor(key) !== undefined) return { $: "symbol", name: Symbol.keyFor(key) };
  throw new BeyondTheProtocol("a symbol of the tests' own cannot be sent to the student's side");
}

function encodedDict(value, each) {
  const items = Object.keys(value).map((key) => [key, each(value[key])]);
  if (items.some(([key]) => key === "$" || key === "__proto__")) return { $: "dict", v: items };
  return Object.fromEntries(items);
}

function encodedBytes(value) {
  const view = ArrayBuffer.isView(value) ? value : new Uint8Array(value);
  const data = Buffer.from(view.buffer, view.byteOffset, view.byteLength);
  return { $: "bytes", v: data.toString("base64"), kind: value.constructor.name };
}

function isOf(value, name) {
  return Object.prototype.toString.call(value) === `[object ${name}]`;
}

// `special` makes what only the handles know: functions, promises, handles.
function encoded(value, special, depth = 0) {
  switch (typeof value) {
    case "number":
      if (Object.is(value, -0)) return { $: "float", v: "-0.0" };
      return Number.isFinite(value) ? value : { $: "float", v: FLOAT_NAMES.get(value) };
    case "undefined":
      return { $: "undefined" };
    case "bigint":
      return { $: "int", v: value.toString() };
    case "symbol":
      return encodedKey(value);
    case "function":
    case "object":
      if (value === null) return null;
      if (depth > DEPTH_MAX) throw new BeyondTheProtocol("a value that is cyclic, or nested too deep, cannot be sent");
      return special(value) ?? encodedObject(value, (part) => encoded(part, special, depth + 1));
    default:
      return value;
  }
}

function encodedObject(value, each) {
  if (Array.isArray(value)) return Array.from(value, each);
  if (isOf(value, "Map")) return { $: "map", v: [...value].map(([key, one]) => [each(key), each(one)]) };
  if (isOf(value, "Set")) return { $: "set", v: [...value].map(each) };
  if (isOf(value, "Date")) return { $: "date", v: +value };
  if (isOf(value, "RegExp")) return { $: "regexp", source: value.source, flags: value.flags };
  if (isOf(value, "Error")) return { $: "error", class: value.name, message: value.message };
  if (ArrayBuffer.isView(value) || isOf(value, "ArrayBuffer")) return encodedBytes(value);
  const prototype = getPrototypeOf(value);
  if (prototype === null || getPrototypeOf(prototype) === null) return encodedDict(value, each);
  throw new BeyondTheProtocol(`an object of the tests' class ${value.constructor?.name} cannot be sent`);
}

// --- into the tests ------------------------------------------------------------------------------------------

function bytesOf({ v, kind }) {
  const data = Buffer.from(text(v, 1 << 30), "base64");
  if (kind === "Buffer") return data;
  const buffer = new ArrayBuffer(data.length);
  new Uint8Array(buffer).set(data);
  if (kind === "ArrayBuffer") return buffer;
  return new (own(VIEWS, kind) ?? Uint8Array)(buffer);
}

function wholeNumber(value) {
  if (typeof value !== "string" || !/^-?\d{1,400000}$/.test(value)) throw new NoValue("an integer is none");
  return BigInt(value);
}

function regexpOf({ source, flags }) {
  try {
    return new RegExp(text(source), text(flags));
  } catch {
    throw new NoValue("a regular expression is none");
  }
}

const pair = (one, each) => [each(list(one)[0]), each(one[1])];

const COPIES = {
  undefined: () => undefined,
  int: ({ v }) => wholeNumber(v),
  float: ({ v }) => own(FLOATS, v) ?? NaN,
  bytes: bytesOf,
  date: ({ v }) => new Date(typeof v === "number" ? v : NaN),
  regexp: regexpOf,
  map: ({ v }, each) => new Map(list(v).map((one) => pair(one, each))),
  set: ({ v }, each) => new Set(list(v).map(each)),
  dict: ({ v }, each) => {
    const made = {};
    for (const [key, value] of list(v)) define(made, String(key), each(value));
    return made;
  },
};

// A value that the other side has sent. `special`: how handles, promises, errors are made, by their tag.
function decoder(special) {
  let nodes = 0;
  const decode = (value, depth) => {
    if (++nodes > NODES_MAX || depth > DEPTH_MAX) throw new NoValue("a value is too large or nested too deep");
    if (typeof value !== "object" || value === null) return value;
    const each = (part) => decode(part, depth + 1);
    if (Array.isArray(value)) return value.map((part) => each(part));
    if (!Object.hasOwn(value, "$")) {
      const made = {};
      for (const key of Object.keys(value)) define(made, key, each(value[key]));
      return made;
    }
    const make = own(special, value.$) ?? own(COPIES, value.$);
    if (make === undefined) throw new NoValue("a value is of no kind that there is");
    return make(value, each);
  };
  return (value) => decode(value, 0);
}

module.exports = { BeyondTheProtocol, NoValue, define, encoded, encodedKey, decoder, list, own, text };
