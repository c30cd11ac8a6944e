"use strict";
// The side of the tests: a judge program. It compiles the student's side, lets the framework run the teacher's tests
// against what stands for the student's module, and reports each of them.
const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const { ask, fail } = require("./director.cjs");
const { prepare } = require("./layout.cjs");

const ROOT = path.resolve("course");
const DRIVER = ["driver", "driver_values"];
const IS_MODULE = /^\s*(?:import\s*[\w${*"']|export\s+(?:default|const|let|var|function|class|async|\{|\*))/m;

// Node takes a `.js` file for a CommonJS one unless a package.json says something else.
function packageOf(submission, module) {
  const names = submission.files.map((file) => file.name);
  if (names.includes("package.json")) return [];
  const file = submission.files.find(({ name }) => name === module || name === `${module}.js`);
  if (file === undefined || !file.name.endsWith(".js") || !file.data.size) return [];
  const source = ask("fetch", { handle: file.data.handle }).bytes.toString();
  return IS_MODULE.test(source) ? [["package.json", '{"type": "module"}\n']] : [];
}

// The driver, as files beside the student's: TypeScript compiles it with them, unchecked.
function driverFor(isTypeScript) {
  const [ending, first, required] = isTypeScript ? ["ts", "// @ts-nocheck\nexport {};\n", ""] : ["cjs", "", ".cjs"];
  return DRIVER.map((name) => {
    const text = fs.readFileSync(path.join(__dirname, "student", `${name}.cjs`), "utf8");
    return [`judge_${name}.${ending}`, first + text.replace("./driver_values.cjs", `./judge_driver_values${required}`)];
  });
}

function compiled(submission, module) {
  const isTypeScript = submission.language.startsWith("typescript");
  const given = driverFor(isTypeScript);
  if (!isTypeScript) given.push(...packageOf(submission, module));
  const files = [];
  let payload = Buffer.alloc(0);
  for (const [name, text] of given) {
    const data = Buffer.from(text);
    files.push({ name, content: { offset: payload.length, size: data.length } });
    payload = Buffer.concat([payload, data]);
  }
  return ask("compile", { submission: 0, files, main: given[0][0] }, payload);
}

function main() {
  const { submissions, parameters } = ask("begin", { version: 1 });
  const config = JSON.parse(parameters.config);
  const program = compiled(submissions[0], config.module);
  if (!program.program) return ask("finish", { verdict: "CE", feedback: program.log });
  config.program = program.program;
  config.root = ROOT;
  config.module = config.module.replace(/\.[cm]?tsx?$/, "");
  const isJest = config.framework === "jest";
  const hasModules = prepare(ROOT, config.module, { here: __dirname, isJest });
  if (isJest) return require("./jest/host.cjs").run(config);
  const manifest = path.join(ROOT, "package.json");
  if (hasModules && !fs.existsSync(manifest)) fs.writeFileSync(manifest, '{"type": "module"}\n');
  const report = [`--test-reporter=${path.join(__dirname, "node", "reporter.cjs")}`, "--test-reporter-destination=stdout"];
  nodeRuns([], { ...config, phase: "count" });
  nodeRuns(report, { ...config, phase: "run" });
}

// node:test takes one process for counting and one for running: an ES module is loaded once in a process.
function nodeRuns(options, config) {
  const place = path.join(ROOT, ".judge", `${config.phase}.json`);
  fs.writeFileSync(place, JSON.stringify(config));
  const command = [...process.execArgv, ...options, path.join(__dirname, "node", "host.cjs"), place];
  const { status, signal } = spawnSync(process.execPath, command, { stdio: ["ignore", "inherit", "inherit", 3] });
  if (status !== 0) fail(`the tests ended their process: ${signal ?? `exit code ${status}`}`, config.files[0]);
}

main();
