// The playground in a frame of somebody else's page: one program, run in the judge's small limits. No cookie and no key is
// sent. The page around it may set the program, and is told what comes of it, when its origin is listed.

import { Judge } from "/js/judge.mjs";

import { Editor } from "../workbench/editor.js";
import * as files from "../workbench/files.js";
import { Workbench } from "../workbench/workbench.js";
import { texts } from "../texts.js";

const root = document.getElementById("playground");
const query = new URLSearchParams(location.search);
const origins = JSON.parse(root.dataset.origins);
const isListed = (origin) => origins.includes(origin) || (origins.includes("*") && /^https?:\/\//.test(origin));

/** Who is told: the page around this one, if it is who it says. */
const told = isListed(query.get("origin") ?? "") ? query.get("origin") : null;

const t = await texts("playground");
const cards = JSON.parse(document.getElementById("languages-ready").textContent);
const area = root.querySelector("[data-part=source]");
area.readOnly = query.has("readonly");
const editor = new Editor(document.getElementById("editor"), area, (text) => bench.typed(text));
const bench = new Workbench({ root, judge: new Judge(location.origin), t, editor, path: "embed/runs" });
const { stdin, arguments: line } = bench.parts;

bench.inputs = () => ({ stdin: stdin.value, arguments: files.argumentsIn(line.value) });

function tell(message) {
  if (told && parent !== window) parent.postMessage(message, told);
}

function languageOf(name) {
  const wanted = String(name ?? "").toLowerCase();
  const card = cards.find((one) => one.id === wanted.split("@")[0] || one.aliases.includes(wanted)) ?? cards[0];
  return card && { ...card, asked: card.id === wanted.split("@")[0] ? wanted : card.id };
}

/** A program, or parts of one, from outside. */
function take(given) {
  const text = (value, usual) => (typeof value === "string" ? value : usual);
  if (given.language !== undefined) bench.language = languageOf(given.language);
  bench.language ??= languageOf("");
  root.querySelector("[data-part=language]").textContent = bench.language?.name ?? "";
  stdin.value = text(given.stdin, stdin.value);
  if (Array.isArray(given.arguments)) line.value = files.argumentLine(given.arguments.map(String));
  else line.value = text(given.arguments, line.value);
  const several = Array.isArray(given.files) ? given.files.filter((one) => one && !files.nameFault({ files: [] }, String(one.name))) : [];
  const name = `main.${bench.language?.extensions?.[0] ?? "txt"}`;
  if (several.length) {
    const kept = several.map((one) => ({ name: String(one.name), text: text(one.text, "") }));
    const main = kept.some((one) => one.name === given.main) ? given.main : "";
    bench.take({ files: kept, active: main || kept[0].name, main });
  } else bench.take(files.programOf(name, text(given.source, bench.program?.files[0].text ?? area.value)));
  bench.parts.files.hidden = bench.program.files.length < 2;
}

async function run() {
  tell({ type: "judge:started" });
  const report = await bench.run();
  const done = report?.runs?.[0];
  tell({
    type: "judge:result",
    status: done?.result.outcome ?? (report ? "COMPILE_ERROR" : "CANCELLED"),
    exit_code: done?.result.exit_code ?? null,
    stdout: done?.stdout.text ?? "",
    stderr: done?.stderr.text ?? report?.compile?.log ?? "",
    cpu_time_ns: done?.result.usage.cpu_time_ns ?? 0,
    words: bench.parts.status.textContent,
  });
}

addEventListener("message", ({ origin, source, data }) => {
  if (source !== parent || !isListed(origin) || typeof data?.type !== "string") return;
  if (data.type === "judge:set" && data.program && !bench.isRunning) take(data.program);
  else if (data.type === "judge:run" && !bench.isRunning) run();
  else if (data.type === "judge:stop") bench.stop();
});

bench.onRun = run;
bench.onChange = () => tell({ type: "judge:change", files: bench.program.files });

// How high the page is, so that the one around it can give it that.
new ResizeObserver(() => tell({ type: "judge:height", height: Math.ceil(root.parentElement.offsetHeight) })).observe(root);

const shared = document.getElementById("shared");
take(shared ? JSON.parse(shared.textContent) : { language: query.get("language") ?? "", source: query.get("source") ?? undefined });
bench.say(t("ready"));
root.dataset.state = "ready";
tell({ type: "judge:ready" });
if ("built" in root.dataset) await editor.improve(() => import("../../built/editor.js"), t("editor_hint"));
