// What the playground and the embedded one have in common: files in an editor, running, output, marks.

import { visibleLine } from "../visible.js";
import * as files from "./files.js";
import { marksIn } from "./marks.js";
import { OutputView, bytesOf } from "./output.js";
import { Running } from "./run.js";
import { asTabs, markTab } from "./tabs.js";
import { endOf, factsOf, faultOf, refusal } from "./words.js";

const MARKED_LETTERS_MAX = 200_000;
const ONE_COLUMN = "(max-width: 56rem)";

/** The elements by their data-part below `root`. */
export function partsOf(root) {
  const found = {};
  for (const element of root.querySelectorAll("[data-part]")) found[element.dataset.part] = element;
  return found;
}

export class Workbench {
  program;
  language = null; // a card of the interface: {id, name, extensions, ...}
  marks = [];
  onChange = () => {};
  onRun = () => this.run();
  #running = null;
  #began = 0;
  #clock = 0;

  constructor({ root, judge, t, editor, path }) {
    this.judge = judge;
    this.t = t;
    this.editor = editor;
    this.parts = partsOf(root);
    this.output = new OutputView(this.parts.output, t);
    this.path = path; // of runs
    asTabs(this.parts.files, (tab) => this.look(tab.dataset.file));
    this.parts.run.addEventListener("click", () => this.onRun());
    this.parts.stop.addEventListener("click", () => this.stop());
    this.parts.marks.addEventListener("click", (event) => this.#goTo(event.target.closest("button")));
    root.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
      event.preventDefault();
      event.stopPropagation();
      if (!this.#running) this.parts.run.click();
    }, true);
  }

  get isRunning() {
    return this.#running !== null;
  }

  /** Another program, whole. */
  take(program) {
    this.program = program;
    this.editor.forget();
    this.setMarks([]);
    this.drawFiles();
    this.look(program.active);
  }

  /** The same program with another set of files: what is no file any more is forgotten. */
  change(program) {
    const names = new Set(program.files.map((file) => file.name));
    if (this.program.files.some((file) => !names.has(file.name))) this.editor.forget();
    this.program = program;
    this.drawFiles();
    this.look(program.active);
  }

  /** Look at one of its files. */
  look(name) {
    const file = this.program.files.find((one) => one.name === name) ?? this.program.files[0];
    this.program = { ...this.program, active: file.name };
    this.editor.open(file.name, file.text);
    this.editor.setMarks(this.marks.filter((mark) => mark.file === file.name));
    markTab(this.parts.files, this.#tabOf(file.name));
    this.onChange();
  }

  /** The person has typed. */
  typed(text) {
    this.program = files.written(this.program, this.program.active, text);
    this.onChange();
  }

  drawFiles() {
    this.parts.files.replaceChildren(
      ...this.program.files.map(({ name }, at) => {
        const tab = document.createElement("button");
        tab.type = "button";
        tab.id = `file-${at}`;
        tab.dataset.file = name;
        tab.setAttribute("role", "tab");
        tab.setAttribute("aria-controls", "editor");
        tab.textContent = visibleLine(name);
        if (this.program.main === name) {
          const mark = document.createElement("span");
          mark.className = "main-file";
          mark.textContent = this.t("main_mark");
          tab.append(" ", mark);
        }
        return tab;
      }),
    );
    markTab(this.parts.files, this.#tabOf(this.program.active));
  }

  #tabOf(name) {
    return [...this.parts.files.children].find((one) => one.dataset.file === name);
  }

  /** What the compiler said: in the editor, and in a list. */
  setMarks(marks) {
    this.marks = marks;
    this.parts.marks.replaceChildren(
      ...marks.map((mark, at) => {
        const item = document.createElement("li");
        const button = document.createElement("button");
        button.type = "button";
        button.className = `plain ${mark.severity}`;
        button.dataset.mark = String(at);
        const where = `${visibleLine(mark.file)}:${mark.line}${mark.column ? `:${mark.column}` : ""}`;
        button.textContent = `${this.t(mark.severity)} ${where} ${visibleLine(mark.message)}`;
        item.append(button);
        return item;
      }),
    );
    this.parts.marks.hidden = !marks.length;
    if (this.program) this.editor.setMarks(marks.filter((mark) => mark.file === this.program.active));
  }

  markFrom(log) {
    this.setMarks(marksIn(log.slice(0, MARKED_LETTERS_MAX), this.program.files.map((file) => file.name)));
  }

  #goTo(button) {
    if (!button) return;
    const mark = this.marks[Number(button.dataset.mark)];
    if (mark.file !== this.program.active) this.look(mark.file);
    this.editor.goTo(mark.line, mark.column || 1);
  }

  /** A line about how it stands. tone: "", "good", "bad", "warn". */
  say(text, tone = "") {
    this.parts.status.textContent = text;
    this.parts.status.className = `status ${tone}`;
    if (!this.parts.ended) return;
    this.parts.ended.textContent = text; // beside the output, where one column has the status far above it
    this.parts.ended.className = `ended ${tone}`;
  }

  /** The request for one run. */
  request() {
    return { language: this.language?.asked ?? "", ...files.asSources(this.program), ...this.inputs() };
  }

  inputs() {
    return {};
  }

  /** Run the program; resolves with its report, null when there is none. */
  async run() {
    const output = this.output;
    output.begin();
    const report = await this.carryOut(this.path, this.request(), {
      output: (data) => data.run === 1 && output.add(data.stream, bytesOf(data)),
      again: () => {
        output.begin();
        output.note(this.t("retried"));
      },
    });
    if (report) await this.#show(report);
    else output.end();
    return report;
  }

  /** Work of any kind, with the buttons as they are to be meanwhile. */
  async carryOut(kind, request, hear) {
    if (this.#running) return null;
    this.#running = new Running(this.judge);
    this.#begin();
    try {
      const report = await this.#running.carryOut(kind, request, {
        ...hear,
        queued: () => this.say(this.t("waits")),
        claimed: () => this.say(this.t("runs")),
        compiling: () => this.say(this.t("compiles")),
        compiled: () => this.say(this.t("runs")),
        retried: () => this.say(this.t("retried"), "warn"),
      });
      if (!report) this.say(this.t("stopped"), "warn");
      return report;
    } catch (error) {
      this.say(refusal(this.t, error), "bad");
      return null;
    } finally {
      this.#over();
    }
  }

  async stop() {
    if (!this.#running) return;
    this.parts.stop.disabled = true;
    this.say(this.t("stops"));
    try {
      await this.#running.stop();
    } catch (error) {
      this.say(refusal(this.t, error), "bad");
    }
  }

  #begin() {
    this.setMarks([]);
    this.parts.facts.replaceChildren();
    this.parts.downloads?.replaceChildren();
    this.parts.run.disabled = true;
    this.parts.stop.disabled = false;
    this.say(this.t("sends"));
    this.#began = performance.now();
    this.#clock = setInterval(() => this.#tick(), 500);
    this.#tick();
    this.onRunning?.(true);
  }

  #tick() {
    const s = Math.floor((performance.now() - this.#began) / 1000);
    this.parts.clock.textContent = s ? this.t("since", { s }) : "";
  }

  #over() {
    this.#running = null;
    clearInterval(this.#clock);
    this.parts.clock.textContent = "";
    this.parts.run.disabled = false;
    const had = document.activeElement === this.parts.stop;
    this.parts.stop.disabled = true;
    if (had || document.activeElement === document.body) this.parts.run.focus();
    this.onRunning?.(false);
  }

  async #show(report) {
    const run = report.runs?.[0];
    const log = report.compile?.log ?? "";
    const fault = faultOf(this.t, report);
    if (log) this.markFrom(log);
    if (run) {
      await this.#complete(run);
      const { text, tone } = endOf(this.t, run.result);
      this.say(text, tone);
      this.showFacts(factsOf(this.t, run.result), report);
      if (!this.marks.length && tone === "bad") this.markFrom(this.output.beginning(2));
    } else if (log) this.output.add(2, new TextEncoder().encode(log));
    if (fault) this.say(fault.text, fault.tone);
    this.output.end();
    if (run && !run.stdout.size_bytes && !run.stderr.size_bytes) this.output.note(this.t("no_output"));
    if (run) this.downloads?.(run);
    if (matchMedia(ONE_COLUMN).matches) this.parts.output.scrollIntoView({ block: "nearest" });
    if (run?.files?.length) await this.pictures?.show(run.files);
  }

  // What came live may be only the beginning, or none: then the report has it all.
  async #complete(run) {
    const { output } = this;
    const whole = [run.stdout, run.stderr].every((one, at) => output.count(at + 1) >= (one.size_bytes || 0));
    if (!whole) {
      output.begin();
      for (const [at, one] of [run.stdout, run.stderr].entries()) {
        if (one.blob) await this.fetchOutput?.(at + 1, one.blob);
        else output.add(at + 1, bytesOf(one));
      }
    }
    output.end();
    for (const [at, one] of [run.stdout, run.stderr].entries()) {
      if (one.truncated) output.note(this.t(at ? "stderr_truncated" : "stdout_truncated"));
    }
  }

  showFacts(facts, report) {
    const all = [...facts];
    if (report.toolchain_version) all.push([this.t("fact_toolchain"), visibleLine(report.toolchain_version)]);
    this.parts.facts.replaceChildren(
      ...all.flatMap(([name, value]) => {
        const [term, said] = [document.createElement("dt"), document.createElement("dd")];
        term.textContent = name;
        said.textContent = value;
        const pair = document.createElement("div");
        pair.append(term, said);
        return pair;
      }),
    );
  }
}
