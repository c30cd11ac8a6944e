"use strict";
// The environment of tests in Jest: each is told apart from the one before.
const { inspect, types } = require("node:util");

const LINK = Symbol.for("judge.link");
const link = globalThis[LINK];
const paths = [link.config.jest, require.resolve("@jest/core", { paths: [link.config.jest] })];
const { TestEnvironment } = require(require.resolve("jest-environment-node", { paths }));

function titlesOf(test) {
  const titles = [];
  for (let one = test; one.parent !== undefined; one = one.parent) titles.unshift(one.name);
  return titles;
}

function isSkipped(test) {
  for (let one = test; one !== undefined; one = one.parent) if (one.mode === "skip" || one.mode === "todo") return true;
  return false;
}

function testsBelow(block) {
  return block.children.flatMap((one) => (one.type === "test" ? [one] : testsBelow(one)));
}

function skipAll(block) {
  block.mode = "skip";
  for (const one of block.children) {
    if (one.type === "test") one.mode = "skip";
    else skipAll(one);
  }
}

// Jest looks at errors when all tests are over: nothing in them may be a handle of the student's any more.
function plain(error) {
  if (error === undefined || error === null) return error;
  const said = types.isNativeError(error) ? error : new Error(`thrown: ${inspect(error)}`);
  const kept = new Error(String(said.message));
  kept.name = String(said.name);
  kept.stack = String(said.stack);
  return kept;
}

module.exports = class extends TestEnvironment {
  async setup() {
    await super.setup();
    this.global[LINK] = link;
  }

  handleTestEvent(event, state) {
    if (event.name === "run_start") {
      this.tests = new Map();
      for (const test of testsBelow(state.rootDescribeBlock)) {
        const name = link.names.of(titlesOf(test));
        this.tests.set(test, name);
        if (!link.isCollecting) continue;
        if (!isSkipped(test)) link.found.push(name);
      }
      if (link.isCollecting) skipAll(state.rootDescribeBlock);
      link.enterFile();
    } else if (event.name === "test_start" && !link.isCollecting) {
      link.isTest(link.begin(), this.tests.get(event.test));
    } else if (event.name === "test_done" && !link.isCollecting) {
      event.test.errors = event.test.errors.map((error) => (Array.isArray(error) ? error.map(plain) : plain(error)));
    } else if (event.name === "run_finish") {
      link.leave();
    }
  }
};
