"use strict";
// Runs tests of node:test in this process: first they are only counted, then they are run.
const fs = require("node:fs");
const path = require("node:path");
const { pathToFileURL } = require("node:url");
const { fail } = require("../director.cjs");
const { linked } = require("../processes.cjs");
const { Results } = require("../results.cjs");

const config = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
const NAMES = path.join(path.dirname(process.argv[2]), "names.json");
const link = linked(config);
link.results = new Results(link);
const framework = require("./test.cjs").control;
function quiet() {
  for (const name of ["stdout", "stderr"]) process[name].write = silent;
}

function silent(_data, encoding, done) {
  const called = typeof encoding === "function" ? encoding : done;
  if (typeof called === "function") process.nextTick(called);
  return true;
}

async function load(file) {
  const place = path.join(config.root, file);
  try {
    require(place);
  } catch (error) {
    if (error.code !== "ERR_REQUIRE_ESM" && error.code !== "ERR_REQUIRE_ASYNC_MODULE") throw error;
    await import(pathToFileURL(place).href);
  }
}

function fault(file, error) {
  const [, line] = new RegExp(`${path.basename(file).replaceAll(".", "\\.")}[^:]*:(\\d+)`).exec(error?.stack ?? "") ?? [];
  fail(`${error?.name ?? "Error"}: ${error?.message ?? error}`, file, Number(line ?? 0), error?.stack ?? "");
}

async function count() {
  link.isCollecting = true;
  for (const file of config.files) {
    try {
      await load(file);
    } catch (error) {
      fault(file, error);
    }
  }
  const found = framework.found();
  if (found.length === 0) fail("there are no tests in this file", config.files[0]);
  link.results.fix(found);
  fs.writeFileSync(NAMES, JSON.stringify(found));
  process.exit(0);
}

async function run() {
  link.results.fixed = JSON.parse(fs.readFileSync(NAMES, "utf8"));
  quiet();
  for (const file of config.files) {
    try {
      await load(file);
    } catch (error) {
      link.loadFault = `${file} could not be loaded: ${error?.name}: ${error?.message}`;
    }
  }
  framework.isOver();
}

if (config.phase === "count") count();
else run();
