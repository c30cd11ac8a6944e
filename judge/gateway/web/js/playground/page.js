// The page of the playground: which language, which files, what it reads, and what comes of it.

import { Judge } from "/js/judge.mjs";

import { texts } from "../texts.js";
import { Combobox } from "./combobox.js";
import { forgetDraft, keepDraft, keptDraft } from "./draft.js";
import { Editor } from "../workbench/editor.js";
import * as files from "../workbench/files.js";
import { Pictures, WANTED } from "./pictures.js";
import { isSample, sampleOf } from "./samples.js";
import { asTabs, markTab } from "../workbench/tabs.js";
import { LiveTerminal } from "./terminal.js";
import { Tests } from "./tests.js";
import { Workbench } from "../workbench/workbench.js";
import { endOf, factsOf, faultOf, refusal } from "../workbench/words.js";

const DRAFT_EVERY_MS = 400;
const OUTPUT_BYTES_MAX = 16 << 20;
const USUAL = "python3";

const root = document.getElementById("playground");
const dataOf = (id) => JSON.parse(document.getElementById(id)?.textContent ?? "null");
const cards = dataOf("languages-ready");
const shared = dataOf("shared");
const may = root.dataset; // anonymous, share, runs_max, output_bytes

const t = await texts("playground");
const judge = new Judge(location.origin, { credentials: "same-origin" });
const area = root.querySelector("[data-part=source]");
const editor = new Editor(document.getElementById("editor"), area, (text) => bench.typed(text));
const bench = new Workbench({ root, judge, t, editor, path: "runs" });
const { parts } = bench;
const isKnown = !("anonymous" in may);

// ---- languages

const picker = new Combobox(parts.language, parts.languages, (option) => {
  chooseLanguage(option.id);
  const only = bench.program.files.length === 1 ? bench.program.files[0] : null;
  if (only) {
    const name = `main.${bench.language.extensions[0] ?? "txt"}`;
    bench.take(files.programOf(name, isSample(only.text) ? sampleOf(option.id) : only.text));
  } else bench.look(bench.program.active);
  keepSoon();
});
picker.options = cards.map(({ id, name, aliases, extensions }) => ({ id, name, words: [id, ...aliases, ...extensions.map((one) => `.${one}`)] }));

function chooseLanguage(asked) {
  const [id, version = ""] = asked.split("@");
  const card = cards.find((one) => one.id === id) ?? cards.find((one) => one.aliases.includes(id));
  if (!card) return false;
  bench.language = { ...card, asked: version ? `${card.id}@${version}` : card.id };
  picker.show(card.id);
  const usual = new Option(t("version_usual"), "");
  const names = [...new Set([...card.exact, ...card.variants])];
  parts.version.replaceChildren(usual, ...names.map((name) => new Option(name, name)));
  parts.version.value = names.includes(version) ? version : "";
  if (!parts.version.value) bench.language.asked = card.id;
  parts.version.disabled = !names.length;
  return true;
}

parts.version.addEventListener("change", () => {
  const { id } = bench.language;
  bench.language.asked = parts.version.value ? `${id}@${parts.version.value}` : id;
  keepSoon();
});

// ---- files

async function asked(label, value, fault) {
  const { dialog, dialog_label: title, dialog_input: input, dialog_error: error } = parts;
  title.textContent = label;
  input.value = value;
  error.textContent = "";
  input.removeAttribute("aria-invalid");
  dialog.returnValue = ""; // Escape leaves it as it is
  dialog.showModal();
  input.select();
  return new Promise((resolve) => {
    dialog.onclose = () => resolve(dialog.returnValue === "do" ? input.value.trim() : null);
    dialog.querySelector("form").onsubmit = (event) => {
      const wrong = event.submitter?.value === "do" && fault(input.value.trim());
      if (!wrong) return;
      event.preventDefault();
      error.textContent = t(wrong);
      input.setAttribute("aria-invalid", "true");
      input.focus();
    };
  });
}

parts.add_file.addEventListener("click", async () => {
  if (bench.program.files.length >= files.FILES_MAX) return bench.say(t("files_full"), "warn");
  const free = files.freeName(bench.program, bench.language.extensions[0]);
  const name = await asked(t("file_new"), free, (text) => files.nameFault(bench.program, text));
  if (name === null) return;
  bench.change(files.added(bench.program, name));
  editor.focus();
});

parts.rename_file.addEventListener("click", async () => {
  const from = bench.program.active;
  const name = await asked(t("file_name"), from, (text) => files.nameFault(bench.program, text, from));
  if (name === null || name === from) return;
  bench.change(files.renamed(bench.program, from, name));
});

parts.remove_file.addEventListener("click", () => {
  if (bench.program.files.length < 2) return bench.say(t("file_last"), "warn");
  const { active } = bench.program;
  const { text } = bench.program.files.find((file) => file.name === active);
  if (text.trim() && !confirm(t("file_remove_sure", { file: active }))) return;
  bench.change(files.removed(bench.program, active));
});

parts.main_file.addEventListener("change", () => {
  bench.program = { ...bench.program, main: parts.main_file.checked ? bench.program.active : "" };
  bench.drawFiles();
  keepSoon();
});

// ---- what it reads, tests, the draft

const tests = new Tests(parts.tests, t, Number(may.runsMax));
parts.add_test.addEventListener("click", () => tests.add());
tests.onChange = keepSoon;
parts.stdin.addEventListener("input", keepSoon);
parts.arguments.addEventListener("input", keepSoon);

bench.onChange = () => {
  const several = bench.program.files.length > 1;
  parts.main_line.hidden = !several;
  parts.remove_file.disabled = !several;
  parts.main_file.checked = bench.program.main === bench.program.active;
  keepSoon();
};

function content() {
  const { program } = bench;
  return { language: bench.language.asked, files: program.files, main: program.main, stdin: parts.stdin.value, arguments: files.argumentsIn(parts.arguments.value), tests: tests.values };
}

let keeping = 0;
let known = ""; // what was taken or kept last: who only looks changes no draft
function keepSoon() {
  clearTimeout(keeping);
  keeping = setTimeout(keep, DRAFT_EVERY_MS);
  parts.add_test.disabled = tests.isFull;
}

function keep() {
  const now = content();
  const text = JSON.stringify(now);
  if (text === known) return;
  known = text;
  keepDraft({ ...now, active: bench.program.active }, may.share);
}

function take(draft) {
  chooseLanguage(draft.language) || chooseLanguage(USUAL) || chooseLanguage(cards[0].id);
  parts.stdin.value = draft.stdin;
  parts.arguments.value = files.argumentLine(draft.arguments);
  tests.values = draft.tests;
  bench.take({ files: draft.files, active: draft.active || draft.main || draft.files[0].name, main: draft.main });
  known = JSON.stringify(content());
}

function fresh() {
  const id = cards.find((one) => one.id === USUAL)?.id ?? cards[0].id;
  const card = cards.find((one) => one.id === id);
  return { language: id, files: [{ name: `main.${card.extensions[0] ?? "txt"}`, text: sampleOf(id) }], main: "", stdin: sampleOf(id) ? "Ada\n" : "", arguments: [], tests: [] };
}

parts.reset.addEventListener("click", () => {
  if (!confirm(t("reset_sure"))) return;
  forgetDraft(may.share);
  take(fresh());
  bench.output.begin();
  pictures.clear();
  tests.clear();
  bench.say(t("ready"));
  editor.focus();
});

// ---- panels

function openPanel(tab) {
  markTab(parts.panels, tab);
  parts.beside.dataset.panel = tab.getAttribute("aria-controls");
  for (const one of parts.panels.querySelectorAll("[role=tab]")) {
    document.getElementById(one.getAttribute("aria-controls")).hidden = one !== tab;
  }
}
asTabs(parts.panels, openPanel);

// ---- running

bench.inputs = () => {
  const request = { stdin: parts.stdin.value, arguments: files.argumentsIn(parts.arguments.value), live: true };
  if (!isKnown) return request;
  const most = Math.min(OUTPUT_BYTES_MAX, Number(may.outputBytes));
  return { ...request, keep: WANTED, limits: { stdout_bytes: most, stderr_bytes: most } };
};

const blobAddress = (blob) => `/api/v1/blobs/${encodeURIComponent(blob)}`;

bench.fetchOutput = async (stream, blob) => {
  const answer = await fetch(blobAddress(blob));
  if (!answer.ok) return bench.output.note(t("output_gone"));
  for (let reader = answer.body.getReader(), next = await reader.read(); !next.done; next = await reader.read()) {
    bench.output.add(stream, next.value);
  }
};

let saved = [];
bench.downloads = (run) => {
  for (const address of saved.splice(0)) URL.revokeObjectURL(address);
  for (const [at, name] of ["stdout", "stderr"].entries()) {
    const file = bench.output.file(at + 1);
    const { blob } = run[name];
    if (!blob && !file) continue;
    const link = document.createElement("a");
    link.download = `${name}.txt`;
    link.href = blob ? blobAddress(blob) : URL.createObjectURL(file);
    if (!blob) saved.push(link.href);
    link.textContent = t(`save_${name}`);
    parts.downloads.append(link);
  }
};

const pictures = new Pictures(parts.pictures, t, async (blob) => {
  const answer = await fetch(blobAddress(blob));
  if (!answer.ok) throw new Error(String(answer.status));
  return new Uint8Array(await answer.arrayBuffer());
});
bench.pictures = pictures;

bench.onRunning = (on) => {
  parts.run_tests.disabled = on;
  if (parts.start_terminal) parts.start_terminal.disabled = on;
  if (on) pictures.clear();
};

parts.run_tests.addEventListener("click", async () => {
  if (!tests.values.length) {
    bench.say(t("tests_none"), "warn");
    return parts.add_test.focus();
  }
  tests.clear();
  bench.output.begin();
  const request = { language: bench.language.asked, ...files.asSources(bench.program), stop_after: 0, tests: tests.values.map((test, at) => ({ name: String(at + 1), ...test })) };
  const report = await bench.carryOut("evaluations", request, {
    again: () => tests.clear(),
    test: (data) => tests.show(data.index - 1, data.test),
  });
  if (!report) return;
  report.tests.forEach((test, at) => tests.show(at, test));
  const log = report.compile?.log ?? "";
  if (log) bench.markFrom(log);
  if (report.compile && !report.compile.ok) bench.output.add(2, new TextEncoder().encode(log));
  bench.output.end();
  const fault = faultOf(t, report);
  const all = report.tests.length;
  if (fault) bench.say(fault.text, fault.tone);
  else bench.say(t("tests_passed", { passed: report.passed, all }), report.passed === all ? "good" : "bad");
});

if (parts.start_terminal) {
  const terminal = new LiveTerminal({
    place: parts.terminal,
    t,
    judge,
    load: () => import("../../built/terminal.js"),
    say: (text, tone) => bench.say(text, tone),
  });
  parts.start_terminal.addEventListener("click", async () => {
    parts.start_terminal.disabled = parts.run.disabled = true;
    parts.interrupt_terminal.disabled = parts.stop_terminal.disabled = false;
    try {
      const request = { language: bench.language.asked, ...files.asSources(bench.program), arguments: files.argumentsIn(parts.arguments.value) };
      const report = await terminal.start(request);
      if (report) overTerminal(report);
    } catch (error) {
      bench.say(t("terminal_missing", { detail: error.message }), "bad");
    } finally {
      parts.start_terminal.disabled = parts.run.disabled = false;
      parts.interrupt_terminal.disabled = parts.stop_terminal.disabled = true;
    }
  });
  parts.interrupt_terminal.addEventListener("mousedown", (event) => event.preventDefault()); // a phone's keyboard stays
  parts.interrupt_terminal.addEventListener("click", () => terminal.interrupt());
  parts.stop_terminal.addEventListener("click", () => terminal.stop());
}

function overTerminal(report) {
  const log = report.compile?.log ?? "";
  if (log) bench.markFrom(log);
  const end = faultOf(t, report) ?? (report.end === "closed" ? { text: t("stopped"), tone: "warn" } : report.result && endOf(t, report.result));
  bench.say(end?.text ?? t("terminal_over"), end?.tone ?? "warn");
  if (report.result) bench.showFacts(factsOf(t, report.result), report);
}

// ---- sharing

parts.share?.addEventListener("click", async () => {
  parts.share.disabled = true;
  try {
    const link = await judge.request("POST", "/shares", { body: content() });
    parts.share_link.value = new URL(link.path, location.href).href;
    const day = new Date(link.expires_at_ms).toLocaleDateString(document.documentElement.lang, { dateStyle: "medium" });
    parts.share_until.textContent = t("share_until", { day });
    parts.share_dialog.showModal();
    parts.share_link.select();
  } catch (error) {
    bench.say(refusal(t, error), "bad");
  } finally {
    parts.share.disabled = false;
  }
});

parts.share_copy?.addEventListener("click", async () => {
  parts.share_link.select();
  try {
    await navigator.clipboard.writeText(parts.share_link.value);
  } catch {
    document.execCommand("copy"); // without TLS there is no clipboard
  }
  parts.share_copy.textContent = t("copied");
});
parts.share_dialog?.addEventListener("close", () => (parts.share_copy.textContent = t("copy")));

// ---- begin

if (cards.length) {
  take(keptDraft(may.share) ?? shared ?? fresh());
  bench.say(shared ? t("shared_ready") : t("ready"));
} else {
  bench.say(t("no_languages"), "warn");
  parts.run.disabled = true;
}
root.dataset.state = "ready";
if ("built" in may) await editor.improve(() => import("../../built/editor.js"), t("editor_hint"));
