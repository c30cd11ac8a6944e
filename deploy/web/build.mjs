// Makes judge/gateway/web/built from these sources and the packages of package-lock.json: `make web`.
//
// The same sources and lock file make the same bytes, wherever this runs. OUT is the first argument.

import { createHash } from "node:crypto";
import { readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "node_modules");
const out = process.argv[2] || join(here, "../../judge/gateway/web/built");
const { build } = await import(join(modules, "esbuild/lib/main.js"));

const SOURCES = ["package.json", "package-lock.json", "build.mjs", ...below("editor"), ...below("terminal")];
const XTERM = /@xterm\/xterm\/lib\/xterm\.mjs$/;

function below(folder) {
  return readdirSync(join(here, folder)).sort().map((name) => `${folder}/${name}`);
}

function digest(...contents) {
  const hash = createHash("sha256");
  for (const content of contents) hash.update(content);
  return hash.digest("hex");
}

// Puts ours in the place of the only four places where xterm.js writes styles as text. It may not be another number.
function replaced(text, from, to, count) {
  const parts = text.split(from);
  if (parts.length - 1 !== count) throw new Error(`xterm.js has ${parts.length - 1} of ${from}, not ${count}`);
  return parts.join(to);
}

const strictStyles = {
  name: "strict-styles",
  setup(building) {
    building.onLoad({ filter: XTERM }, ({ path }) => {
      let text = readFileSync(path, "utf8");
      text = replaced(text, 'createElement("style")', 'createElement("style-text")', 3);
      text = replaced(text, 't.setAttribute("style",', "setStyle(t,", 1);
      return { contents: `import { setStyle } from ${JSON.stringify(join(here, "terminal/styles.js"))};\n${text}`, loader: "js" };
    });
  },
};

rmSync(out, { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: here,
  entryPoints: { editor: "editor/editor.js", terminal: "terminal/terminal.js" },
  outdir: out,
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  minify: true,
  legalComments: "none",
  metafile: true,
  entryNames: "[name]",
  chunkNames: "parts/[name]-[hash]",
  loader: { ".css": "text" },
  plugins: [strictStyles],
});

const packages = new Map();
for (const input of Object.keys(metafile.inputs)) {
  const found = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
  if (!found || packages.has(found[1])) continue;
  const folder = join(modules, found[1]);
  const { version, license } = JSON.parse(readFileSync(join(folder, "package.json")));
  const name = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
  packages.set(found[1], { version, license, text: readFileSync(join(folder, name), "utf8").trim() });
}
const sorted = [...packages].sort(([a], [b]) => (a < b ? -1 : 1));
const licences = sorted.map(([name, { version, license, text }]) => `${name} ${version} (${license})\n\n${text}\n`);
writeFileSync(join(out, "LICENCES.txt"), licences.join(`\n${"-".repeat(80)}\n\n`));

const files = readdirSync(out, { recursive: true })
  .filter((name) => statSync(join(out, name)).isFile())
  .sort()
  .map((name) => [name, { bytes: statSync(join(out, name)).size, sha256: digest(readFileSync(join(out, name))) }]);
const manifest = {
  sources: Object.fromEntries(SOURCES.map((name) => [name, digest(readFileSync(join(here, name)))])),
  packages: Object.fromEntries(sorted.map(([name, { version, license }]) => [name, { version, license }])),
  files: Object.fromEntries(files),
};
writeFileSync(join(out, "manifest.json"), `${JSON.stringify(manifest, null, 1)}\n`);
console.log(`${relative(process.cwd(), out)}: ${files.length} files`);
