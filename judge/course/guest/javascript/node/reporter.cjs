"use strict";
// Hears what node:test says of each test. It prints nothing.
const { Names } = require("../results.cjs");

const TIMEOUT = "testTimeoutFailure";

function failureOf(details) {
  const error = details.error;
  const cause = error?.cause ?? error;
  const message = typeof cause === "object" && cause !== null ? (cause.message ?? String(cause)) : String(cause);
  return { status: error?.failureType === TIMEOUT ? "timeout" : "failed", message };
}

module.exports = async function* (events) {
  const link = globalThis[Symbol.for("judge.link")];
  const titles = [];
  const names = new Names();
  const named = new Map(); // of those that have started, by nesting
  for await (const { type, data } of events) {
    if (type === "test:start") {
      titles[data.nesting] = data.name;
      titles.length = data.nesting + 1;
      named.set(data.nesting, [...titles]);
    } else if ((type === "test:pass" || type === "test:fail") && data.details?.type !== "suite") {
      const name = names.of(named.get(data.nesting) ?? [data.name]);
      if (data.skip !== undefined || data.todo !== undefined) continue; // it said so itself: it has not been run
      if (type === "test:pass") {
        link.results.hear(name, "passed");
      } else {
        const { status, message } = failureOf(data.details);
        link.results.hear(name, status, message);
      }
    }
  }
  link.results.finish(link.loadFault);
  yield "";
};
