"use strict";
// Exceptions of the student's code as errors of the tests: of a class with the same name, below the built-in class that
// theirs is below; never anything of theirs itself.
const { define, list, own, text } = require("./values.cjs");

const MESSAGE_CHARS_MAX = 16 << 10;
const CLASSES_MAX = 1000;
const BUILTIN = { Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError };
const classes = new Map(); // by name and the built-in class below
const numbers = new WeakMap(); // the student's number of each error that came from there
const traces = new WeakMap();
const ours = new Map(); // errors of the tests that the student's code was given, by number
let lastNumber = 0;

function classOf(name, bases) {
  const base = own(BUILTIN, bases.find((one) => own(BUILTIN, one) !== undefined)) ?? Error;
  if (own(BUILTIN, name) === base) return base;
  const key = `${name} ${base.name}`;
  if (!classes.has(key)) {
    if (classes.size >= CLASSES_MAX) return base;
    const made = class extends base {};
    Object.defineProperty(made, "name", { value: name, configurable: true });
    classes.set(key, made);
  }
  return classes.get(key);
}

function made(said, decode) {
  if (ours.has(said.ours)) return ours.get(said.ours);
  const bases = said.bases === undefined ? [] : list(said.bases).map((one) => text(one, 200));
  const error = new (classOf(text(said.class, 200) || "Error", bases))(text(said.message, MESSAGE_CHARS_MAX));
  const name = text(said.name, 200);
  if (name !== "" && name !== error.name) Object.defineProperty(error, "name", hidden(name));
  for (const [key, value] of said.fields === undefined ? [] : list(said.fields)) {
    if (!["stack", "message", "name"].includes(key)) define(error, text(key, 200), decode(value));
  }
  if (Number.isSafeInteger(said.ref)) numbers.set(error, said.ref);
  traces.set(error, text(said.trace, MESSAGE_CHARS_MAX));
  return error;
}

function hidden(value) {
  return { value, writable: true, configurable: true };
}

// An error of the tests, for the student's code that has called them.
function sent(error) {
  lastNumber += 1;
  ours.set(lastNumber, error);
  const { name, message } = error instanceof Error ? error : { name: "Error", message: String(error) };
  return { $: "error", class: text(name, 200), message: text(message, MESSAGE_CHARS_MAX), ours: lastNumber };
}

module.exports = { made, sent, numberOf: (error) => numbers.get(error), traceOf: (error) => traces.get(error) };
