"use strict";
// node:test as the teacher's files import it: tests are counted, and each is told apart from the one before.
const real = require("node:test");
const { Names } = require("../results.cjs");

const link = globalThis[Symbol.for("judge.link")];
const { isArray } = Array;
const startTimer = setTimeout;
const stopTimer = clearTimeout;

const found = [];
const names = new Names();
const suites = []; // titles of those that are being described

function partsOf(args) {
  const index = args.findIndex((one) => typeof one === "function");
  const fn = index < 0 ? undefined : args[index];
  const options = args.find((one) => typeof one === "object" && one !== null && !isArray(one)) ?? {};
  const title = typeof args[0] === "string" ? args[0] : fn?.name || "<anonymous>";
  return { index, fn, options, title };
}

function withFunction(args, index, fn) {
  return index < 0 ? args : args.map((one, at) => (at === index ? fn : one));
}

// A promise that is not settled keeps nothing waiting for ever, and nothing else from ending before.
function inTime(work) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = startTimer(() => reject(link.failedBy(Object.assign(new Error("the test took too long"), { status: "timeout" }))), link.config.wall_ms);
  });
  return Promise.race([work, late]).finally(() => stopTimer(timer));
}

function isPromise(value) {
  return typeof value?.then === "function";
}

function running(name, fn) {
  const start = (self, args) => {
    const epoch = link.current === link.outside || link.current.test !== null ? link.begin() : link.current;
    link.isTest(epoch, name);
    return link.storage.run(epoch, () => Reflect.apply(fn, self, args));
  };
  if (fn.length < 2) {
    return function (context) {
      const result = start(this, [context]);
      return isPromise(result) ? inTime(result) : result;
    };
  }
  return function (context, done) {
    const settled = new Promise((resolve, reject) => {
      start(this, [context, (error) => (error ? reject(error) : resolve())]);
    });
    inTime(settled).then(() => done(), done);
  };
}

function test(kind, skips) {
  return (...args) => {
    const { index, fn, options, title } = partsOf(args);
    const isSkipped = skips || options.skip || options.todo || fn === undefined;
    const name = names.of([...suites, title]);
    if (link.isCollecting) {
      if (!isSkipped && !skippedSuites()) found.push(name);
      return Promise.resolve();
    }
    return kind(...withFunction(args, index, fn && running(name, fn)));
  };
}

let skipped = 0;
const skippedSuites = () => skipped > 0;

function suite(kind, skips) {
  return (...args) => {
    const { index, fn, options, title } = partsOf(args);
    const described = function (...given) {
      suites.push(title);
      try {
        return Reflect.apply(fn, this, given);
      } finally {
        suites.pop();
      }
    };
    if (!link.isCollecting) return kind(...withFunction(args, index, fn && described));
    const isSkipped = Boolean(skips || options.skip || options.todo);
    skipped += isSkipped;
    try {
      if (fn !== undefined) described();
    } finally {
      skipped -= isSkipped;
    }
    return Promise.resolve();
  };
}

// Of a hook that is run for each test the first thing belongs to a new test, of the others to none.
function hook(kind, isOfTest) {
  return (...args) => {
    if (link.isCollecting) return undefined;
    const { index, fn } = partsOf(args);
    if (fn === undefined) return kind(...args);
    const hooked = function (...given) {
      if (!isOfTest) return link.storage.run(link.outside, () => Reflect.apply(fn, this, given));
      const epoch = link.current === link.outside || link.current.test !== null ? link.begin() : link.current;
      return link.storage.run(epoch, () => Reflect.apply(fn, this, given));
    };
    Object.defineProperty(hooked, "length", { value: fn.length });
    return kind(...withFunction(args, index, hooked));
  };
}

function variants(make, kind) {
  const made = make(kind, false);
  if (kind.skip) made.skip = make(kind.skip, true);
  if (kind.todo) made.todo = make(kind.todo, true);
  if (kind.only) made.only = make(kind.only, false);
  return made;
}

const wrapped = variants(test, real.test);
const it = variants(test, real.it);
const describe = variants(suite, real.describe);
wrapped.test = wrapped;
wrapped.it = it;
wrapped.describe = describe;
wrapped.suite = real.suite ? variants(suite, real.suite) : describe;
wrapped.before = hook(real.before, false);
wrapped.after = hook(real.after, false);
wrapped.beforeEach = hook(real.beforeEach, true);
wrapped.afterEach = real.afterEach;
wrapped.mock = real.mock;
wrapped.default = wrapped;

module.exports = wrapped;
0 && (module.exports = { test, it, describe, suite, before, after, beforeEach, afterEach, mock, skip, todo, only });

module.exports.control = {
  found: () => found,
  // Every file is loaded. A run without any test would say nothing.
  isOver: () => real.test("", () => {}),
};
