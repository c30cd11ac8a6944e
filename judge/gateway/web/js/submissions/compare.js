// Two submissions, or two judgings of one, side by side: facts, verdicts of tests, sources.

import { ask, Problem } from "../api.js";
import { texts } from "../texts.js";
import { asGroup, casesOf } from "./cases.js";
import { sideBySide } from "./difference.js";
import { el, said } from "./dom.js";
import * as format from "./format.js";
import { mark } from "./words.js";

const ROWS_MAX = 3000;
const DIGEST_SHOWN = 19;

const ALWAYS_DIFFERENT = new Set(["cpu_time", "memory", "handed_in", "finished"]);

const node = document.getElementById("comparison");
const t = await texts("submissions");

class Side {
  constructor(name) {
    [this.id, this.judging = ""] = name.split(":");
    this.title = this.judging ? `${this.id} (${titleOf(this.judging)})` : this.id;
  }

  async load() {
    const id = encodeURIComponent(this.id);
    const path = this.judging ? `/submissions/${id}/judgings/${encodeURIComponent(this.judging)}` : `/work/${id}`;
    [this.work, this.program] = await Promise.all([ask("GET", path), ask("GET", `/work/${id}/program`)]);
    this.report = this.work.judging ?? this.work.report;
    this.root = this.report?.root ?? (this.report?.tests ? asGroup(this.report.tests) : null);
    return this;
  }

  get link() {
    return el("a", { href: `/submissions/${encodeURIComponent(this.id)}` }, said(this.title));
  }
}

function titleOf(judging) {
  return judging === "now" || judging === "before" ? t(`judging_${judging}`) : t("judging_again", { name: judging });
}

function headRow(first, sides) {
  return el("tr", {}, el("th", { scope: "col" }, first), ...sides.map((one) => el("th", { scope: "col" }, one.link)));
}

function short(digest) {
  return digest.length > DIGEST_SHOWN ? `${said(digest.slice(0, DIGEST_SHOWN))}…` : said(digest);
}

function facts(sides) {
  const rows = [
    ["verdict", ({ work }) => (work.state === "done" ? mark(work.status, t) : t(`state_${work.state}`))],
    ["score", ({ report }) => (typeof report?.score === "number" ? format.score(report.score) : "")],
    ["language", ({ work, report }) => said([work.language, report?.toolchain_version].filter(Boolean).join(", "))],
    ["cpu_time", ({ report }) => (report?.root ? format.time(report.cpu_time_max_ns) : "")],
    ["memory", ({ report }) => (report?.root ? format.bytes(report.memory_peak_max_bytes) : "")],
    ["handed_in", ({ work }) => format.moment(work.submitted_at_ms)],
    ["finished", ({ work }) => format.moment(work.finished_at_ms)],
    ["judged_by", ({ work, report }) => said(report?.judged_by || work.worker || "")],
    ["judge_version", ({ report }) => said(report?.judge_version || "")],
    ["package", ({ work, report }) => short(report?.package_digest || work.package || "")],
  ];
  const body = rows
    .map(([name, value]) => [name, sides.map(value)])
    .filter(([, values]) => values.some((value) => value !== ""))
    .map(([name, values]) => {
      const row = el("tr", {}, el("th", { scope: "row" }, t(name)), ...values.map((value) => el("td", {}, value)));
      const [a, b] = values.map((value) => String(value.textContent ?? value));
      if (a !== b && !ALWAYS_DIFFERENT.has(name)) row.className = "differs";
      return row;
    });
  return tableOf(headRow("", sides), body);
}

function tableOf(head, rows) {
  return el("div", { class: "table" }, el("table", { class: "sides" }, el("thead", {}, head), el("tbody", {}, ...rows)));
}

function tests(sides) {
  const all = sides.map((one) => new Map(casesOf(one.root).map((test) => [test.name, test])));
  const names = [...new Set(all.flatMap((cases) => [...cases.keys()]))];
  if (!names.length) return el("p", { class: "muted" }, t("no_tests"));
  const rows = names.slice(0, ROWS_MAX).map((name) => {
    const both = all.map((cases) => cases.get(name) ?? null);
    const row = el("tr", {}, el("th", { scope: "row" }, said(name)), ...both.map(cell));
    const differs = both[0]?.verdict !== both[1]?.verdict || (both[0]?.score ?? null) !== (both[1]?.score ?? null);
    if (differs) row.className = "differs";
    return row;
  });
  const differing = rows.filter((row) => row.className).length;
  const only = el("input", { type: "checkbox", id: "only" });
  only.addEventListener("change", () => {
    for (const row of rows) row.hidden = only.checked && !row.className;
  });
  const label = el("label", { for: "only", class: "inline" }, t("only_different"));
  const line = el("p", { class: "row" }, t("different_of", { n: differing, total: names.length }), only, label);
  return el("div", {}, line, tableOf(headRow(t("test"), sides), rows));
}

function cell(test) {
  if (!test) return el("td", { class: "muted" }, t("no_such_test"));
  const usage = test.run?.usage;
  const used = usage ? ` ${format.time(usage.cpu_time_ns)}, ${format.bytes(usage.memory_peak_bytes)}` : "";
  return el("td", {}, mark(test.verdict, t), el("span", { class: "muted small" }, used));
}

function sources(sides) {
  const [left, right] = sides.map((one) => one.program.sources);
  if (JSON.stringify(left) === JSON.stringify(right)) return [el("p", {}, t("same_sources"))];
  const single = left.length === 1 && right.length === 1;
  const names = single ? [null] : [...new Set([...left, ...right].map((one) => one.name))];
  return names.flatMap((name) => {
    const both = [left, right].map((all) => (single ? all[0] : all.find((one) => one.name === name)));
    const [a, b] = both.map((one) => one?.content.text ?? "");
    const title = single ? [...new Set(both.map((one) => one.name))].join(" / ") : name;
    const heading = el("h3", { class: "mono" }, said(title));
    return [heading, a === b ? el("p", {}, t("same_file")) : sideBySide(a, b, { titles: sides.map((one) => one.title), t })];
  });
}

try {
  const sides = await Promise.all(JSON.parse(node.dataset.sides).map((name) => new Side(name).load()));
  const part = (name, ...content) => node.querySelector(`[data-part="${name}"]`).replaceChildren(...content);
  part("facts", facts(sides));
  part("tests", tests(sides));
  part("sources", ...sources(sides));
} catch (error) {
  const fault = node.querySelector('[data-part="fault"]');
  fault.textContent = error instanceof Problem ? t("failed", { detail: error.message }) : t("unreachable");
  fault.hidden = false;
  if (!(error instanceof Problem || error instanceof TypeError)) throw error;
}
node.dataset.ready = "yes";
