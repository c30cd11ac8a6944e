"use strict";
// Requests to the student's side and what comes back: values, promises, calls of the tests' functions, printed text.
const { inspect } = require("node:util");
const { BeyondTheProtocol, NoValue, encoded, decoder, list, text } = require("./values.cjs");
const errors = require("./errors.cjs");

const link = globalThis[Symbol.for("judge.link")];
const POLL_MS = [1, 2, 5, 10, 20];
const LINES = new Set(["log", "info", "debug", "warn", "error"]);

const callbacks = new Map(); // functions of the tests, by number
const callbackNumbers = new WeakMap();
let lastNumber = 0;
const handles = { of: undefined, numberOf: undefined }; // (process, what is said) and (process, object): see module.cjs

// What is known of one of the student's processes.
const sessions = new WeakMap();

function knownOf(session) {
  let known = sessions.get(session);
  if (known === undefined) {
    known = { session, handles: new Map(), paths: new Map(), promises: new Map(), pending: new Map(), isPolling: false };
    sessions.set(session, known);
  }
  return known;
}

// --- asking --------------------------------------------------------------------------------------------------

function parsed(line) {
  try {
    const answer = JSON.parse(line);
    if (typeof answer === "object" && answer !== null && !Array.isArray(answer)) return answer;
  } catch {
    // below
  }
  throw new NoValue("what the program writes where its answers go is none");
}

// One request to the other side; returns its answer, of which only `ok` and `changed` are left to be looked at.
function ask(session, op, fields) {
  const id = ++lastNumber;
  try {
    const line = session.exchange(JSON.stringify({ id, op, ...fields }), (said) => calledBack(session, said));
    const answer = parsed(line);
    if (answer.id !== id) throw new NoValue("what the program writes where its answers go answers something else");
    printed(session, answer);
    if (answer.fault !== undefined) throw link.failedBy(new BeyondTheProtocol(text(answer.fault, 500)));
    if (answer.raised !== undefined) throw decodedRaised(session, answer.raised);
    return answer;
  } catch (error) {
    if (error instanceof NoValue) throw session.end("error", error.message);
    throw error;
  }
}

function valueOf(session, take) {
  try {
    return decode(session, take());
  } catch (error) {
    if (error instanceof NoValue) throw session.end("error", error.message);
    throw error;
  }
}

function encode(session, value) {
  try {
    return encoded(value, (object) => special(session, object));
  } catch (error) {
    if (error instanceof BeyondTheProtocol) link.failedBy(error);
    throw error;
  }
}

function special(session, object) {
  const handle = handles.numberOf(session, object);
  if (handle !== undefined) return { $: "ref", id: handle };
  if (typeof object === "function") return callback(object);
  if (Object.prototype.toString.call(object) === "[object Promise]") return promiseOut(session, object);
  const known = errors.numberOf(object);
  return known === undefined ? undefined : { $: "ref", id: known };
}

function promiseOut(session, promise) {
  const id = ++lastNumber;
  const settle = (fields) => session.ended ?? ask(session, "settle", { promise: id, ...fields() });
  promise.then(
    (value) => settle(() => ({ ok: encode(session, value) })),
    (error) => settle(() => ({ raised: errors.sent(error) })),
  ).catch(() => {});
  return { $: "promise", id };
}

function callback(object) {
  let id = callbackNumbers.get(object);
  if (id === undefined) {
    id = ++lastNumber;
    callbackNumbers.set(object, id);
    callbacks.set(id, object);
  }
  return { $: "callback", id, name: text(object.name), length: object.length };
}

// The student's code calls a function of the tests.
function calledBack(session, line) {
  const said = parsed(line);
  const called = callbacks.get(said.callback);
  if (called === undefined) throw new NoValue("the program calls a function that it was not given");
  printed(session, said);
  const args = list(said.args).map((one) => decode(session, one));
  let reply;
  try {
    reply = { ok: encode(session, called(...args)) };
  } catch (error) {
    if (session.ended !== null) throw error;
    reply = { raised: errors.sent(error) };
  }
  return JSON.stringify({ reply: true, ...reply });
}

// What was printed on the other side is printed here, so that tests can look at it.
function printed(session, said) {
  if (said.printed === undefined) return;
  for (const [how, args] of list(said.printed)) {
    if (LINES.has(how)) {
      const values = list(args).map((one) => decode(session, one));
      link.print(`${values.map((one) => (typeof one === "string" ? one : inspect(one))).join(" ")}\n`);
      console[how](...values);
    } else {
      link.print(text(args[0]));
      process[how === "err" ? "stderr" : "stdout"].write(text(args[0]));
    }
  }
}

// --- values in -----------------------------------------------------------------------------------------------

function decode(session, value) {
  return decoder({
    ref: (said) => handles.of(session, said),
    promise: ({ id }) => promiseIn(session, id),
    error: (said) => errors.made(said, (one) => decode(session, one)),
  })(value);
}

function decodedRaised(session, raised) {
  if (typeof raised !== "object" || raised === null) throw new NoValue("an exception is none");
  if (Object.hasOwn(raised, "thrown")) return decode(session, raised.thrown);
  return errors.made(raised, (one) => decode(session, one));
}

function promiseIn(session, id) {
  const known = knownOf(session);
  if (!known.promises.has(id)) {
    const promise = new Promise((resolve, reject) => known.pending.set(id, { resolve, reject }));
    promise.catch(() => {});
    known.promises.set(id, promise);
    poll(known, 0, 0);
  }
  return known.promises.get(id);
}

// Lets the other side's event loop run until its promises have settled.
function poll(known, round, idle) {
  if (known.isPolling) return;
  known.isPolling = true;
  link.later(() => {
    known.isPolling = false;
    if (known.pending.size === 0) return;
    try {
      const waited = polled(known, POLL_MS[Math.min(round, POLL_MS.length - 1)]);
      if (waited && idle > link.config.idle_ms) throw known.session.end("timeout", "a promise was not settled in time");
      poll(known, waited ? round + 1 : 0, waited ? idle + POLL_MS[Math.min(round, POLL_MS.length - 1)] : 0);
    } catch (error) {
      for (const { reject } of known.pending.values()) reject(error);
      known.pending.clear();
    }
  });
}

// Returns whether it waited for nothing.
function polled(known, ms) {
  const { session, pending } = known;
  const settled = list(ask(session, "poll", { ms }).ok);
  for (const said of settled) {
    const waiting = pending.get(said?.id);
    if (waiting === undefined) continue;
    pending.delete(said.id);
    known.promises.delete(said.id);
    if (said.fault !== undefined) waiting.reject(link.failedBy(new BeyondTheProtocol(text(said.fault, 500))));
    else if (said.raised !== undefined) waiting.reject(valueOfRaised(session, said.raised));
    else waiting.resolve(valueOf(session, () => said.ok));
  }
  return settled.length === 0;
}

function valueOfRaised(session, raised) {
  try {
    return decodedRaised(session, raised);
  } catch (error) {
    if (error instanceof NoValue) return session.end("error", error.message);
    throw error;
  }
}

module.exports = { ask, encode, handles, knownOf, valueOf };
