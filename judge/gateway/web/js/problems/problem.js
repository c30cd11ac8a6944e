// One problem: copy samples, write a program, try it on the samples, hand it in.

import { ask, Problem } from "../api.js";
import { requiredName, starter } from "../coursework/assignment.js";
import { nameOf, wanted } from "../coursework/dropped.js";
import { draftName, keepText } from "../drafts.js";
import { texts } from "../texts.js";
import { visibleLine } from "../visible.js";
import { copy } from "./copy.js";
import { ChosenFiles, takeDropped, textOf } from "./files.js";
import { showResults } from "./results.js";

const WAIT_S = 55;
const CONVERTED_IN_S = 20;
const LAST_LANGUAGE = "judge-language"; // that the person chose, in any problem
const t = await texts("problems");
const form = document.getElementById("submit");

function jsonOf(id) {
  return JSON.parse(document.getElementById(id).textContent);
}

function said(error) {
  return error instanceof Problem ? t("failed", { detail: visibleLine(error.message) }) : t("unreachable");
}

for (const button of document.querySelectorAll("button.copy")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await copy(button.dataset.text);
    button.textContent = t("copied");
    button.setAttribute("aria-live", "polite");
  });
}

// A statement that is being converted: the page is loaded again once it is there.
async function statementReady(address) {
  const view = await ask("GET", `/packages/${address}&wait=${CONVERTED_IN_S}`);
  if (view.state === "preparing") await statementReady(address);
  else location.reload();
}

const statement = document.getElementById("statement-state");
if (statement?.dataset.state === "preparing") {
  const language = new URLSearchParams(location.search).get("language") || "";
  const path = `${statement.dataset.package}/statement?language=${encodeURIComponent(language)}`;
  statementReady(path).catch((error) => {
    statement.querySelector("p").textContent = said(error);
  });
}

class Workplace {
  constructor(editor) {
    this.editor = editor;
    this.language = document.getElementById("language");
    this.state = document.getElementById("state");
    this.error = document.getElementById("error");
    this.run = document.getElementById("run");
    this.endings = jsonOf("endings");
    this.comparison = jsonOf("comparison");
    this.chosen = new ChosenFiles(document.getElementById("chosen"), t, () => {
      document.getElementById("writing").hidden = this.chosen.files.length > 0;
    });
    this.draft = draftName(form.dataset.package);
    this.fileName = "";
  }

  start() {
    document.getElementById("drop-hint").hidden = false;
    this.language.addEventListener("change", () => {
      localStorage.setItem(LAST_LANGUAGE, this.language.value);
      this.languageChosen();
    });
    document.getElementById("files").addEventListener("change", (event) => {
      this.take([...event.target.files]);
      event.target.value = "";
    });
    document.getElementById("folder")?.addEventListener("change", (event) => {
      this.take(wanted([...event.target.files]));
      event.target.value = "";
    });
    document.getElementById("write").addEventListener("click", () => {
      this.chosen.clear();
      this.editor.focus();
    });
    takeDropped(form.closest(".answer"), (files) => this.take(files));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.doing("handing_in", () => this.handIn());
    });
    if (this.run) {
      this.run.hidden = false;
      this.run.addEventListener("click", () => this.tryIt());
    }
    if (!this.editor.text) this.restore();
    this.languageChosen();
    if (!this.editor.text) this.begin();
    this.take([...document.getElementById("files").files]);
    form.dataset.ready = "";
  }

  // With what an assignment gives to begin with.
  async begin() {
    const given = await starter().catch(() => null);
    if (!given || this.editor.text) return;
    this.fileName = given.name;
    this.editor.text = given.text;
    this.languageChosen();
  }

  restore() {
    const kept = JSON.parse(localStorage.getItem(this.draft) || "{}");
    const language = kept.text ? kept.language : localStorage.getItem(LAST_LANGUAGE);
    if (language && this.endings[language]) this.language.value = language;
    if (kept.text) this.editor.text = kept.text;
    this.fileName = kept.fileName || "";
  }

  keep() {
    const kept = { language: this.language.value, text: this.editor.text, fileName: this.fileName };
    keepText(this.draft, JSON.stringify(kept));
  }

  languageChosen() {
    const endings = this.endings[this.language.value];
    if (!endings.some((ending) => this.fileName.endsWith(`.${ending}`))) this.fileName = "";
    this.editor.setFileName(this.fileName || `main.${endings[0] || "txt"}`);
    this.keep();
  }

  // One text goes into the editor, several files are handed in as they are.
  async take(files) {
    const limit = Number(form.dataset.limit);
    const large = files.find((file) => limit && file.size > limit);
    this.error.textContent = large ? t("too_large", { name: visibleLine(large.name), limit }) : "";
    if (large || !files.length) return;
    this.guessLanguage(files[0].name);
    const lone = files.length === 1 && !this.chosen.files.length && !nameOf(files[0]).includes("/");
    const text = lone ? await textOf(files[0]) : null;
    if (text === null) {
      this.chosen.add(files);
      return;
    }
    this.fileName = files[0].name;
    this.editor.text = text;
    this.languageChosen();
    this.editor.focus();
  }

  guessLanguage(name) {
    const ending = name.slice(name.lastIndexOf(".") + 1);
    if (this.endings[this.language.value].includes(ending)) return;
    const found = Object.keys(this.endings).find((id) => this.endings[id].includes(ending));
    if (found) this.language.value = found;
  }

  async program() {
    const language = this.language.value;
    if (this.chosen.files.length) return { language, sources: await this.chosen.sources() };
    if (!this.editor.text.trim()) return null;
    const name = this.fileName || requiredName();
    if (name) return { language, sources: [{ name, text: this.editor.text }] };
    return { language, source: this.editor.text };
  }

  async doing(word, work) {
    const buttons = [...form.querySelectorAll("button")];
    this.error.textContent = "";
    this.state.textContent = t(word);
    buttons.forEach((button) => (button.disabled = true));
    try {
      await work();
    } catch (error) {
      this.error.textContent = said(error);
    } finally {
      buttons.forEach((button) => (button.disabled = false));
      this.state.textContent = "";
    }
  }

  async handIn() {
    const program = await this.program();
    if (!program) {
      this.error.textContent = t("nothing");
      return;
    }
    const work = await ask("POST", "/submissions", { package: form.dataset.package, ...program });
    location.assign(`/submissions/${encodeURIComponent(work.id)}`);
  }

  tryIt() {
    if (this.run && !this.run.disabled) this.doing("running", () => this.onSamples());
  }

  async onSamples() {
    const program = await this.program();
    if (!program) {
      this.error.textContent = t("nothing");
      return;
    }
    const samples = await ask("GET", `/packages/${form.dataset.package}/samples`);
    const shown = samples.items.filter((one) => one.input && one.answer && !one.input.truncated && !one.answer.truncated);
    const given = (one) => (one.base64 ? { base64: one.base64 } : one.text);
    const limits = {};
    if (Number(form.dataset.time)) limits.cpu_time_ns = Number(form.dataset.time);
    if (Number(form.dataset.memory)) limits.memory_bytes = Number(form.dataset.memory);
    const request = {
      ...program,
      tests: shown.map((one) => ({ name: one.name, stdin: given(one.input), expected: given(one.answer) })),
      comparison: this.comparisonAsked(),
      stop_after: 0,
      limits,
    };
    let work = await ask("POST", `/evaluations?wait=${WAIT_S}`, request);
    while (work.state !== "done" && work.state !== "cancelled") {
      work = await ask("GET", `/evaluations/${encodeURIComponent(work.id)}?wait=${WAIT_S}`);
    }
    const tests = shown.map((one) => ({ stdin: one.input.text, expected: one.answer.text }));
    showResults(document.getElementById("results"), work, tests, t, { ownValidator: !this.comparison });
  }

  comparisonAsked() {
    const { case_sensitive, space_change_sensitive, float_absolute_tolerance, float_relative_tolerance } =
      this.comparison || {};
    return {
      kind: "default",
      case_sensitive,
      space_change_sensitive,
      float_absolute_tolerance,
      float_relative_tolerance,
    };
  }
}

if (form) {
  const { Editor } = await import("../../built/editor.js");
  const area = document.getElementById("source");
  const writing = document.getElementById("writing");
  const text = area.value;
  let workplace = null;
  area.remove();
  const editor = new Editor(writing, {
    text,
    label: t("source_text"),
    hint: t("drop"),
    keys: { "Mod-Enter": () => workplace.tryIt() },
    onChange: () => workplace && workplace.keep(),
  });
  workplace = new Workplace(editor);
  workplace.start();
}
