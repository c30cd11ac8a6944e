"use strict";
// Makes the teacher's files ready: where they import the student's module they get what stands for it. Lines stay where
// they are.
const fs = require("node:fs");
const path = require("node:path");

const SOURCE = /\.([cm]?[jt]sx?)$/;
const IMPORT = /\b(require\s*\(\s*|require(?:Actual)?\s*\(\s*|import\s*\(\s*|from\s*|import\s+)(["'])([^"'\n]+)\2/g;
const NAMED = /\bimport\s+(?:([\w$]+)\s*,\s*)?(?:\{([^}]*)\}|\*\s*as\s+([\w$]+)|([\w$]+))\s*from\s*(["'])([^"'\n]+)\5/g;
const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

function sourcesBelow(directory) {
  return fs.readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const place = path.join(directory, entry.name);
    if (entry.isDirectory()) return entry.name === "node_modules" ? [] : sourcesBelow(place);
    return SOURCE.test(entry.name) ? [place] : [];
  });
}

const withoutExtension = (name) => name.replace(SOURCE, "");

// Whether a teacher's file means the student's module by this: its name, wherever it is said to lie.
function means(specifier, module) {
  const name = withoutExtension(module);
  if (specifier === name || specifier === module) return true;
  return /^\.{0,2}\//.test(specifier) && path.posix.basename(withoutExtension(specifier)) === path.posix.basename(name);
}

// Names that a file takes from the module.
function namesIn(source, module) {
  const names = [];
  for (const [, , braced, whole, , , specifier] of source.matchAll(NAMED)) {
    if (!means(specifier, module)) continue;
    for (const one of (braced ?? "").split(",")) names.push(one.trim().split(/\s+as\s+/)[0]);
    if (whole !== undefined) {
      const uses = source.matchAll(new RegExp(`\\b${whole.replaceAll("$", "\\$")}\\s*\\.\\s*([A-Za-z_$][\\w$]*)`, "g"));
      names.push(...[...uses].map((use) => use[1]));
    }
  }
  return names.filter((name) => IDENTIFIER.test(name) && name !== "default");
}

function isModule(source) {
  return /^\s*(?:import\s*[\w${*"']|export\s)/m.test(source);
}

// Returns whether any file is an ES module.
function prepare(root, module, { here, isJest }) {
  const stubs = { common: path.join(here, "proxy", "stub.cjs"), esm: path.join(root, ".judge", "stub.mjs") };
  const names = new Set();
  let hasModules = false;
  for (const place of sourcesBelow(root)) {
    const source = fs.readFileSync(place, "utf8");
    hasModules ||= place.endsWith(".js") && isModule(source);
    for (const name of namesIn(source, module)) names.add(name);
    const changed = source.replace(IMPORT, (all, before, quote, specifier) => {
      const isRequire = isJest || before.startsWith("require");
      if (means(specifier, module)) return before + quote + (isRequire ? stubs.common : stubs.esm) + quote;
      const isFramework = !isJest && (specifier === "node:test" || specifier === "test");
      return isFramework ? before + quote + path.join(here, "node", "test.cjs") + quote : all;
    });
    if (changed !== source) fs.writeFileSync(place, changed);
  }
  fs.mkdirSync(path.dirname(stubs.esm), { recursive: true });
  fs.writeFileSync(stubs.esm, esmStub(here, names));
  return hasModules;
}

function esmStub(here, names) {
  const lines = [
    `import stub from ${JSON.stringify(path.join(here, "proxy", "stub.cjs"))};`,
    `import runtime from ${JSON.stringify(path.join(here, "proxy", "module.cjs"))};`,
    "export default runtime.defaultOf(stub);",
    ...[...names].map((name, index) => `const n${index} = stub.${name};\nexport { n${index} as ${name} };`),
  ];
  return lines.join("\n") + "\n";
}

module.exports = { prepare };
