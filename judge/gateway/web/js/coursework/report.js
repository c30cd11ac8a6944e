// The report of coursework: what it is worth, and each part with its tests. Fields that are as usual are left out of it.

import { bar, el, pairs, said, textBox } from "../submissions/dom.js";
import { sideBySide } from "../submissions/difference.js";
import * as format from "../submissions/format.js";
import { texts } from "../texts.js";

const COLOURS = {
  passed: "good", failed: "bad", error: "bad", timeout: "warn", not_run: "warn", blocked: "note", open: "note",
  judge_error: "note",
};
const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

// Points for people.
const amount = (value) => String(Number(value.toFixed(2)));
const of = (one) => ({ points: 0, points_max: 0, tests: [], ...one });

function points(one, t) {
  const { points: given, points_max: most } = of(one);
  return most ? el("span", { class: "points" }, t("points", { given: amount(given), most: amount(most) })) : null;
}

function mark(status, t) {
  return el("span", { class: `mark ${COLOURS[status] ?? ""}` }, t(`status_${status}`));
}

export function duration(ns) {
  const language = document.documentElement.lang || "en";
  const words = [];
  let left = Math.floor(ns / 1e9);
  for (const [unit, seconds] of UNITS) {
    const count = Math.floor(left / seconds);
    if (count) words.push(new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(count));
    left %= seconds;
  }
  return words.slice(0, 2).join(", ");
}

function whole(stream, t) {
  if (!stream) return "";
  if (!stream.omitted_bytes) return stream.head + (stream.tail || "");
  return `${stream.head}\n[${t("left_out", { n: stream.omitted_bytes })}]\n${stream.tail || ""}`;
}

function less(cost, t) {
  return cost ? t("less", { points: amount(cost) }) : "";
}

function facts(report, t) {
  const late = report.late_ns && !report.closed ? [duration(report.late_ns), less(report.late_penalty_points, t)] : [];
  const attempt = report.attempt ?? 1;
  const count = report.attempts_max ? t("attempt_of", { n: attempt, most: report.attempts_max }) : String(attempt);
  return pairs([
    [t("student"), said(report.student || "")],
    [t("assignment"), said(report.title || "")],
    [t("handed_in"), format.moment(report.handed_in_at_ms)],
    [t("due"), format.moment(report.due_at_ms)],
    [t("closes"), format.moment(report.closed_at_ms)],
    [t("late"), late.filter(Boolean).join(": ")],
    [t("attempt"), [count, less(report.attempt_penalty_points, t)].filter(Boolean).join(": ")],
    [t("open_points"), report.open_points ? amount(report.open_points) : ""],
  ]);
}

function testTexts(test, t, tOfWork) {
  const [expected, output] = [whole(test.expected, t), whole(test.output, t)];
  const nodes = [];
  if (test.message) nodes.push(textBox(test.message, t("message")));
  if (test.hint && test.status !== "passed") nodes.push(el("p", { class: "hint" }, `${t("hint")}: ${said(test.hint)}`));
  const boxes = [["input", whole(test.input, t)]];
  const compared = test.status === "failed" && expected && output;
  if (compared) {
    nodes.push(sideBySide(expected, output, { titles: [t("expected"), t("output")], t: tOfWork }));
  } else boxes.push(["expected", expected], ["output", output]);
  boxes.push(["stderr", whole(test.stderr, t)]);
  for (const [name, text] of boxes) if (text) nodes.push(el("h4", {}, t(name)), textBox(text, t(name)));
  return nodes;
}

function testNode(test, longest, t, tOfWork) {
  const hidden = test.visibility ? el("span", { class: "muted small" }, t(`visibility_${test.visibility}`)) : null;
  const time = test.cpu_time_ns
    ? el("span", { class: "time small" }, format.time(test.cpu_time_ns), bar(test.cpu_time_ns / longest, "time"))
    : null;
  const row = [mark(test.status, t), el("span", { class: "name" }, said(test.title || test.name)), hidden, time, points(test, t)];
  const inner = testTexts(test, t, tOfWork);
  if (!inner.length) return el("div", { class: "course-test row" }, ...row);
  const open = !["passed", "blocked"].includes(test.status);
  return el("details", { class: "course-test", open }, el("summary", {}, el("span", { class: "row" }, ...row)), ...inner);
}

function partNode(part, longest, t, tOfWork) {
  const { tests } = of(part);
  const shared = part.isolation === "shared" ? el("span", { class: "muted small" }, t("shared")) : null;
  const title = el("h3", {}, said(part.title || part.name));
  const section = el("section", { class: "course-part" });
  section.append(el("div", { class: "row" }, title, mark(part.status, t), ...[shared, points(part, t)].filter(Boolean)));
  if (part.message) section.append(el("p", {}, said(part.message)));
  if (part.instructions) section.append(el("p", {}, `${t("instructions")}: ${said(part.instructions)}`));
  section.append(...tests.map((test) => testNode(test, longest, t, tOfWork)));
  if (part.log) {
    const open = part.status !== "passed";
    section.append(el("details", { open }, el("summary", {}, t("log")), textBox(part.log, t("log"))));
  }
  return section;
}

// `tOfWork`: the texts of all work. Resolves to {points, facts, parts}: nodes.
export async function courseworkNodes(report, tOfWork) {
  const t = await texts("coursework");
  const parts = report.parts ?? [];
  const longest = Math.max(1, ...parts.flatMap((part) => of(part).tests.map((test) => test.cpu_time_ns ?? 0)));
  const nodes = [];
  if (report.message) nodes.push(el("p", { class: "notice warn" }, said(report.message)));
  if (report.isolation === "shared") nodes.push(el("p", { class: "notice" }, t("shared_note")));
  if (!parts.length) nodes.push(el("p", { class: "muted" }, t("nothing_shown")));
  nodes.push(...parts.map((part) => partNode(part, longest, t, tOfWork)));
  const total = points(report, t);
  total?.classList.add("mark");
  return { points: total, facts: facts(report, t), parts: el("div", { class: "coursework" }, ...nodes) };
}
