"use strict";
// Calls of the director: docs/reference/judge-program-protocol.md.
const fs = require("node:fs");

const CALL_FD = 3;
const { readSync, writeSync } = fs;

function readExactly(size) {
  const data = Buffer.alloc(size);
  for (let at = 0; at < size; ) {
    const count = readSync(CALL_FD, data, at, size - at, null);
    if (count === 0) process.reallyExit(1); // there is nobody to say anything to
    at += count;
  }
  return data;
}

// A call without an answer. Contents are slices of `payload`.
function tell(call, fields = {}, payload = Buffer.alloc(0)) {
  const text = Buffer.from(JSON.stringify({ call, ...fields }));
  const head = Buffer.alloc(8);
  head.writeUInt32LE(text.length, 0);
  head.writeUInt32LE(payload.length, 4);
  const frame = Buffer.concat([head, text, payload]);
  for (let at = 0; at < frame.length; ) at += writeSync(CALL_FD, frame, at);
}

// A call with an answer: its fields, and its payload as `bytes`.
function ask(call, fields, payload) {
  tell(call, fields, payload);
  const head = readExactly(8);
  const answer = JSON.parse(readExactly(head.readUInt32LE(0)).toString());
  answer.bytes = readExactly(head.readUInt32LE(4));
  if (answer.answer === "refused") throw new Error(answer.message);
  return answer;
}

// A judge error, in words, of a line of one of the setter's files.
function fail(message, file = "", at = 0, trace = "") {
  ask("fail", { message, file, at, trace });
  process.reallyExit(1);
}

module.exports = { ask, tell, fail };
