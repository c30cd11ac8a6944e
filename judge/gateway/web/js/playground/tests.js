// Tests beside a program: what it reads, what it is to write, which fail, and how what they wrote differs.

import { beginning, visible, visibleLine } from "../visible.js";
import { sideBySide } from "./difference.js";
import { factsOf } from "../workbench/words.js";

const SHOWN_LETTERS_MAX = 64 * 1024;
const TONES = { AC: "good", JE: "warn" };

export class Tests {
  #list;
  #t;
  #max;
  onChange = () => {};

  constructor(list, t, max) {
    this.#list = list;
    this.#t = t;
    this.#max = max;
    list.addEventListener("input", () => this.onChange());
    list.addEventListener("click", (event) => {
      if (event.target.closest("[data-remove]")) this.#remove(event.target.closest("li"));
    });
  }

  get values() {
    return [...this.#list.children].map((item) => ({
      stdin: item.querySelector("[data-field=stdin]").value,
      expected: item.querySelector("[data-field=expected]").value,
    }));
  }

  set values(tests) {
    this.#list.replaceChildren();
    for (const test of tests.slice(0, this.#max)) this.#append(test);
  }

  get isFull() {
    return this.#list.children.length >= this.#max;
  }

  /** One more; its first field has the focus. */
  add(test = { stdin: "", expected: "" }) {
    if (this.isFull) return;
    this.#append(test).querySelector("textarea").focus();
    this.onChange();
  }

  #append(test) {
    const item = document.createElement("li");
    item.className = "test";
    const head = document.createElement("div");
    head.className = "row";
    const title = document.createElement("h3");
    const mark = Object.assign(document.createElement("span"), { className: "mark", hidden: true });
    mark.dataset.mark = "";
    const facts = Object.assign(document.createElement("span"), { className: "muted small" });
    facts.dataset.facts = "";
    const remove = Object.assign(document.createElement("button"), { type: "button", className: "plain", textContent: this.#t("test_remove") });
    remove.dataset.remove = "";
    head.append(title, mark, facts, remove);
    const fields = document.createElement("div");
    fields.className = "test-fields";
    fields.append(this.#field("stdin", test.stdin), this.#field("expected", test.expected));
    const result = document.createElement("div");
    result.dataset.result = "";
    item.append(head, fields, result);
    this.#list.append(item);
    this.#number();
    return item;
  }

  #field(name, value) {
    const label = document.createElement("label");
    label.append(this.#t(`test_${name}`));
    const area = Object.assign(document.createElement("textarea"), { value, rows: 3, spellcheck: false });
    area.dataset.field = name;
    label.append(area);
    return label;
  }

  #number() {
    [...this.#list.children].forEach((item, at) => {
      item.querySelector("h3").textContent = this.#t("test_number", { number: at + 1 });
      const remove = item.querySelector("[data-remove]");
      remove.setAttribute("aria-label", this.#t("test_remove_number", { number: at + 1 }));
    });
  }

  #remove(item) {
    const near = item.nextElementSibling ?? item.previousElementSibling;
    item.remove();
    this.#number();
    this.onChange();
    (near?.querySelector("textarea") ?? this.#list.closest("[role=tabpanel]")?.querySelector("[data-part=add_test]"))?.focus();
  }

  /** No results are there. */
  clear() {
    for (const item of this.#list.children) {
      item.querySelector("[data-mark]").hidden = true;
      item.querySelector("[data-facts]").textContent = "";
      item.querySelector("[data-result]").replaceChildren();
    }
  }

  /** The result of the test at this place, from 0. */
  show(at, report) {
    const item = this.#list.children[at];
    if (!item) return;
    const mark = item.querySelector("[data-mark]");
    mark.hidden = false;
    const verdict = report.verdict ?? "";
    mark.textContent = this.#t(`verdict_${(verdict || "none").toLowerCase()}`);
    mark.className = `mark ${verdict ? (TONES[verdict] ?? "bad") : ""}`;
    item.querySelector("[data-facts]").textContent = report.run
      ? factsOf(this.#t, report.run).map(([name, value]) => `${name} ${value}`).join(" · ")
      : "";
    item.querySelector("[data-result]").replaceChildren(...this.#details(report, this.values[at].expected));
  }

  #details(report, expected) {
    const found = [];
    if (report.reason && report.verdict !== "AC") found.push(paragraph(visibleLine(report.reason), "muted"));
    if (report.verdict === "WA") found.push(this.#difference(expected, whole(report.stdout)));
    else if (report.verdict !== "AC" && report.stdout) found.push(this.#stream("test_wrote", report.stdout));
    if (report.verdict !== "AC" && report.stderr) found.push(this.#stream("test_wrote_errors", report.stderr));
    return found;
  }

  #stream(name, printed) {
    const box = document.createElement("details");
    const summary = document.createElement("summary");
    summary.textContent = this.#t(name);
    const pre = document.createElement("pre");
    pre.tabIndex = 0;
    pre.textContent = visible(beginning(whole(printed), SHOWN_LETTERS_MAX));
    box.append(summary, pre);
    return box;
  }

  #difference(expected, actual) {
    const { rows, before, after } = sideBySide(beginning(expected, 4 * SHOWN_LETTERS_MAX), actual, 400);
    const box = document.createElement("div");
    box.className = "difference";
    box.tabIndex = 0;
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", this.#t("difference"));
    const table = document.createElement("table");
    const head = table.createTHead().insertRow();
    for (const name of ["test_expected", "test_actual"]) {
      head.append(Object.assign(document.createElement("th"), { scope: "col", textContent: this.#t(name) }));
    }
    const body = table.createTBody();
    if (before) this.#gap(body, before);
    for (const row of rows) this.#row(body, row);
    if (after) this.#gap(body, after);
    box.append(table);
    return box;
  }

  #row(body, { left, right, same }) {
    const row = body.insertRow();
    if (!same) row.className = "differs";
    for (const [side, text] of [["left", left], ["right", right]]) {
      const cell = row.insertCell();
      cell.className = text === null ? "absent" : side;
      if (text !== null && !same) {
        const sign = Object.assign(document.createElement("span"), { className: "sign", textContent: side === "left" ? "−" : "+" });
        sign.setAttribute("aria-label", this.#t(side === "left" ? "only_expected" : "only_actual"));
        sign.setAttribute("role", "img");
        cell.append(sign);
      }
      if (text !== null) cell.append(visible(beginning(text, 2000)));
    }
  }

  #gap(body, n) {
    const cell = body.insertRow().insertCell();
    cell.colSpan = 2;
    cell.className = "muted";
    cell.textContent = this.#t("lines_more", { n });
  }
}

function whole(printed) {
  const { head = "", tail = "", omitted_bytes: omitted = 0 } = printed ?? {};
  return omitted ? `${head}\n[… ${omitted} …]\n${tail}` : head + tail;
}

function paragraph(text, name) {
  return Object.assign(document.createElement("p"), { textContent: text, className: name });
}
