"use strict";
// Processes with the student's code, as the tests see them: one for each test, or one for all; and what is known of
// each test besides what its framework says. That a process is gone or too late is never only an exception, which a test
// may expect: the test has failed by it, whatever comes of it.
const { AsyncLocalStorage } = require("node:async_hooks");
const { StringDecoder } = require("node:string_decoder");
const { ask } = require("./director.cjs");

const LINE_BYTES_MAX = 8 << 20;
const OUTPUT_CHARS_MAX = 16 << 10;
const MESSAGE_CHARS_MAX = 4 << 10;
const NEWLINE = 10;
const STATUS_OF_VERDICT = { TLE: "timeout" };
const DEEP_MAX = 64;
const REQUESTS_MAX = 20_000; // of a test
const realNow = setImmediate;

// The student's process did not answer, or not in words of the protocol.
class Ended extends Error {
  constructor(status, message) {
    super(message);
    this.name = "StudentProgramEnded";
    this.status = status;
  }
}

// One process. It is started by the first call.
class Session {
  constructor(student, isLong) {
    this.student = student;
    this.isLong = isLong;
    this.process = 0;
    this.ended = null;
    this.depth = 0;
    this.requests = 0;
  }

  start() {
    const { program, long_cpu_ns } = this.student.config;
    const limits = this.isLong ? { cpu_time_ns: long_cpu_ns } : {};
    this.process = ask("start", { program, limits }).process;
  }

  // Sends one line and returns the one that answers it. Lines that call back are given to `serve`, which returns what is
  // sent instead of an answer.
  exchange(text, serve) {
    if (this.ended !== null) throw this.student.failedBy(this.ended);
    if (this.process === 0) this.start();
    if (this.depth >= DEEP_MAX) throw this.end("error", `calls go back and forth more than ${DEEP_MAX} deep`);
    this.requests += 1;
    if (!this.isLong && this.requests > REQUESTS_MAX) throw this.end("error", `more than ${REQUESTS_MAX} requests`);
    this.depth += 1;
    try {
      for (let line = this.passed(text); ; line = this.passed(serve(line))) {
        if (!line.startsWith('{"ask":')) return line;
      }
    } finally {
      this.depth -= 1;
    }
  }

  passed(text) {
    const payload = Buffer.from(text + "\n");
    const fields = { process: this.process, until: NEWLINE, size: LINE_BYTES_MAX };
    fields.write = { offset: 0, size: payload.length };
    if (this.isLong) fields.cpu_time_ns = this.student.config.call_cpu_ns;
    const { bytes, late, end } = ask("read", fields, payload);
    if (late) throw this.end("timeout", "the program took too much time");
    if (bytes.length > 0 && bytes[bytes.length - 1] === NEWLINE) return new StringDecoder("utf8").end(bytes);
    if (end) throw this.over();
    throw this.end("error", `the program answers with more than ${LINE_BYTES_MAX} bytes`);
  }

  // It has ended by itself, or by a limit.
  over() {
    const { run, stderr } = ask("wait", { process: this.process });
    const ending = run.ending || "it ended by itself (exit code 0)";
    let said = "";
    if (run.verdict === "RTE" && stderr.size) {
      const size = Math.min(stderr.size, MESSAGE_CHARS_MAX);
      said = `\n${ask("fetch", { handle: stderr.handle, size }).bytes.toString().trim()}`;
    }
    return this.is(new Ended(STATUS_OF_VERDICT[run.verdict] ?? "error", `the program was asked and ended: ${ending}${said}`));
  }

  // It is ended.
  end(status, message) {
    this.close();
    return this.is(new Ended(status, message));
  }

  is(ended) {
    this.ended = ended;
    this.process = 0;
    return this.student.failedBy(ended);
  }

  close() {
    if (this.process !== 0) ask("wait", { process: this.process, stop: true });
    this.process = 0;
    this.ended ??= new Ended("error", "this object belongs to the process of another test, which is over");
  }
}

// What is known of one test, or (`test` null) of what belongs to none.
class Epoch {
  constructor(session) {
    this.session = session;
    this.test = null;
    this.failure = null;
    this.output = "";
    this.isOver = false;
  }
}

// The link between tests and the student's processes; tests of other realms (Jest) reach it by a global symbol.
class Student {
  constructor(config) {
    this.config = config;
    this.isCollecting = false;
    this.loadFault = ""; // why a file with tests could not be loaded
    this.moduleFault = ""; // why the student's module could not
    this.epochs = new Map(); // by test
    this.storage = new AsyncLocalStorage();
    this.outside = new Epoch(null); // what belongs to a whole file
    this.current = this.outside;
    this.later = realNow;
  }

  epoch() {
    const own = this.storage.getStore();
    return own === undefined || own === this.outside ? (own ?? this.current) : own;
  }

  // The process that calls go to now.
  session() {
    const epoch = this.config.process === "all" ? this.outside : this.epoch();
    const isLong = epoch === this.outside;
    if (epoch.session === null || (isLong && epoch.session.ended !== null)) epoch.session = new Session(this, isLong);
    return epoch.session;
  }

  // What is done from now on belongs to a new test.
  begin() {
    this.leave();
    this.current = new Epoch(null);
    return this.current;
  }

  isTest(epoch, test) {
    epoch.test = test;
    this.epochs.set(test, epoch);
  }

  // Another file with tests begins, which knows nothing of the one before.
  enterFile() {
    this.close();
    this.outside.session = null;
  }

  // All that was current is over.
  leave() {
    if (this.current !== this.outside) {
      this.current.isOver = true;
      this.current.session?.close();
    }
    this.current = this.outside;
  }

  close() {
    this.leave();
    this.outside.session?.close();
  }

  // The test at hand has failed, whatever it makes of the error, which is returned.
  failedBy(error) {
    const epoch = this.epoch();
    if (epoch.isOver) return error; // what a test has left behind
    const failure = { status: error.status ?? "error", message: error.message };
    epoch.failure ??= failure;
    if (epoch === this.outside) this.current.failure ??= failure;
    return error;
  }

  print(text) {
    const epoch = this.epoch();
    if (epoch.output.length < OUTPUT_CHARS_MAX) epoch.output += text.slice(0, OUTPUT_CHARS_MAX - epoch.output.length);
  }
}

const LINK = Symbol.for("judge.link");

function linked(config) {
  globalThis[LINK] = new Student(config);
  return globalThis[LINK];
}

module.exports = { linked, LINK };
