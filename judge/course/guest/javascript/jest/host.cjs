"use strict";
// Runs tests of Jest in this process: first they are only counted, then they are run.
const fs = require("node:fs");
const path = require("node:path");
const { ask, fail } = require("../director.cjs");
const { linked } = require("../processes.cjs");
const { Results, Names } = require("../results.cjs");

// Where Jest may be: libraries of the language's variant, a layer of its own, what Debian and npm install on a host.
const PLACES = [
  ...(process.env.NODE_PATH ?? "").split(":"),
  "/opt/npm/node_modules",
  "/usr/share/nodejs",
  "/usr/local/lib/node_modules",
  "/usr/lib/node_modules",
].filter((place) => place !== "");
const ADVICE = "Jest is not on this machine: judge languages install javascript --with jest@29 --as jest";
const PRESETS = ["@babel/preset-env", "@babel/preset-typescript"];

function installed() {
  const place = PLACES.find((one) => fs.existsSync(path.join(one, "jest", "package.json")));
  if (place === undefined) fail(ADVICE);
  return place;
}

// ES modules and TypeScript are translated where Babel is there to do it.
function transform(place) {
  const names = PRESETS.filter((name) => fs.existsSync(path.join(place, name)));
  if (!names.includes(PRESETS[0])) return {};
  const presets = names.map((name) => [path.join(place, name), name === PRESETS[0] ? { targets: { node: "current" } } : {}]);
  return { "\\.[cm]?[jt]sx?$": [path.join(place, "babel-jest"), { presets, babelrc: false, configFile: false }] };
}

function configured(config, place) {
  return {
    rootDir: config.root,
    roots: [config.root],
    testMatch: config.files.map((file) => path.join(config.root, file).replace(/[[\](){}*?!+@\\]/g, "\\$&")),
    cacheDirectory: "/tmp/jest",
    modulePaths: [place],
    transform: transform(place),
    transformIgnorePatterns: ["/node_modules/", path.dirname(__dirname)],
    testEnvironment: path.join(__dirname, "environment.cjs"),
    testTimeout: config.wall_ms,
    reporters: [path.join(__dirname, "reporter.cjs")],
    haste: { enableSymlinks: false },
    watchman: false,
    bail: 0,
  };
}

async function runTests(core, config, place) {
  const asked = {
    _: [],
    $0: "jest",
    config: JSON.stringify(configured(config, place)),
    runInBand: true,
    cache: true,
    ci: true,
    watchman: false,
    passWithNoTests: true,
  };
  const { results } = await core.runCLI(asked, [config.root]);
  return results;
}

// The first file that could not be loaded is the teacher's fault, as long as nothing of the student's was there.
function checked(results, config) {
  for (const file of results.testResults) {
    if (!file.testExecError) continue;
    const name = path.relative(config.root, file.testFilePath);
    const words = String(file.testExecError.message ?? file.failureMessage ?? "");
    const said = `${file.testExecError.stack ?? ""}\n${words}`;
    const [, line] = new RegExp(`${path.basename(name).replaceAll(".", "\\.")}[^:\\n]*:(\\d+)`).exec(said) ?? [];
    fail(words.split("\n")[0], name, Number(line ?? 0), said);
  }
}

const STATUSES = { passed: "passed", failed: "failed" };

function hear(results, link) {
  const names = new Names();
  for (const file of results.testResults) {
    for (const test of file.testResults) {
      const name = names.of([...test.ancestorTitles, test.title]);
      const message = (test.failureMessages ?? []).join("\n");
      const status = /Exceeded timeout of \d+ ms/.test(message) ? "timeout" : STATUSES[test.status];
      if (status !== undefined) link.results.hear(name, status, shortened(message));
    }
    if (file.testExecError) link.loadFault = `a file with tests could not be loaded: ${file.testExecError.message}`;
  }
}

// Without colours, and without where in the teacher's files it is: hidden tests may be there.
function shortened(message) {
  const plain = message.replace(/\u001b\[[0-9;]*m/g, "");
  return plain.replace(/\n\s+at [^\n]*/g, "").replace(/^Error: /, "").trim();
}

async function run(config) {
  const place = installed();
  const core = require(require.resolve("@jest/core", { paths: [fs.realpathSync(path.join(place, "jest"))] }));
  config.jest = fs.realpathSync(path.join(place, "jest"));
  const link = linked(config);
  link.results = new Results(link);
  link.names = new Names();
  link.found = [];
  link.isCollecting = true;
  checked(await runTests(core, config, place), config);
  if (link.found.length === 0) fail("there are no tests in this file", config.files[0]);
  link.results.fix(link.found);
  link.isCollecting = false;
  link.names = new Names();
  hear(await runTests(core, config, place), link);
  link.results.finish(link.loadFault);
  process.exit(0);
}

module.exports = { run };
