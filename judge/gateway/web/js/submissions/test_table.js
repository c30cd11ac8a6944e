// The tests of a judging as a tree in a table: groups that fold, a row a test, what is known of it below.

import { bar, el, fill, said, textBox } from "./dom.js";
import { inOrder } from "./cases.js";
import * as format from "./format.js";
import { mark } from "./words.js";

const WAITED_NS = 5e8;

// Of one group; the others wait for a click.
const ROWS_MAX = 500;

export class TestTable {
  // `limits`: {timeNs, memoryBytes}, 0 = not known yet: bars are then shares of the largest so far.
  // `flat`: names say nothing of groups.
  constructor(t, { limits = { timeNs: 0, memoryBytes: 0 }, flat = false } = {}) {
    this.t = t;
    this.flat = flat;
    this.limits = limits;
    this.most = { timeNs: 0, memoryBytes: 0 };
    this.deciding = "";
    this.groups = new Map();
    this.cases = new Map();
    this.body = el("tbody");
    const heads = ["test", "verdict", "cpu_time", "memory", "notes"].map((name) => el("th", { scope: "col" }, t(name)));
    const table = el("table", { class: "tests" }, el("thead", {}, el("tr", {}, ...heads)), this.body);
    this.node = el("div", { class: "table" }, table);
  }

  get count() {
    return this.cases.size;
  }

  // The limits, when they are known later.
  know(limits) {
    this.limits = limits;
    this.#rescale();
  }

  // A test that has just been judged. Groups are made by names; their verdicts come with the report.
  add(test) {
    const usage = test.run?.usage;
    this.most.timeNs = Math.max(this.most.timeNs, usage?.cpu_time_ns ?? 0);
    this.most.memoryBytes = Math.max(this.most.memoryBytes, usage?.memory_peak_bytes ?? 0);
    const known = this.cases.get(test.name);
    const group = this.#groupOf(this.flat ? [] : test.name.split("/").slice(0, -1));
    const made = this.#caseRow(test, group);
    if (known) {
      known.opened?.remove();
      known.row.replaceWith(made.row);
      group.rows[group.rows.indexOf(known)] = made;
    } else {
      this.#insert(made.row, group);
      group.rows.push(made);
    }
    this.cases.set(test.name, made);
    if (!this.limits.timeNs) this.#rescale();
  }

  // The whole report, in the place of what was there. `root`: a GroupReport.
  show(root, deciding) {
    this.deciding = deciding;
    this.groups.clear();
    this.cases.clear();
    this.body.replaceChildren();
    const top = { level: -1, rows: [], groups: [], row: null };
    this.groups.set("", top);
    this.#showGroup(root, top, root.name || "");
    if (deciding) this.cases.get(deciding)?.open?.();
  }

  clear() {
    this.groups.clear();
    this.cases.clear();
    this.most = { timeNs: 0, memoryBytes: 0 };
    this.body.replaceChildren();
  }

  #showGroup(report, parent, prefix) {
    const isTop = parent.row === null && parent.level === -1 && !parent.shown;
    let group = parent;
    if (isTop) parent.shown = true;
    if (!isTop || report.score !== null || report.why) {
      group = this.#groupRow(isTop ? this.t("all_tests") : report.name, parent, prefix);
      group.verdict.replaceChildren(report.verdict ? mark(report.verdict, this.t) : this.t("not_counted"));
      const points = report.score === null ? "" : this.t("points", { score: format.score(report.score) });
      group.note.textContent = [points, said(report.why || "")].filter(Boolean).join(" · ");
    }
    let shown = 0;
    const left = [];
    inOrder(report).forEach((child, at) => {
      if (child.cases) this.#showGroup(child, group, child.name);
      else if (shown >= ROWS_MAX && child.name !== this.deciding) left.push({ test: child, at });
      else {
        shown += 1;
        this.#showCase(child, group, at);
      }
    });
    if (left.length) this.#showMore(left, group);
  }

  // `at`: its place among the children of the group. `late`: a test of the group that stands behind it.
  #showCase(test, group, at, late = null) {
    const made = this.#caseRow(test, group);
    made.at = at;
    if (late) late.row.before(made.row);
    else this.#insert(made.row, group);
    this.cases.set(test.name, made);
    if (!late) group.rows.push(made);
    return made;
  }

  // What is left, on demand. The test that decided may be there already, before its turn.
  #showMore(left, group) {
    const button = el("button", { type: "button" }, this.t("more_tests", { n: left.length }));
    const row = el("tr", { class: "more" }, el("td", { colspan: "5" }, button));
    const entry = { row };
    button.addEventListener("click", () => {
      group.rows.splice(group.rows.indexOf(entry), 1);
      const late = group.rows.find((one) => one.at > left[0].at) ?? null;
      const early = late ? left.filter(({ at }) => at < late.at) : [];
      const made = early.map(({ test, at }) => this.#showCase(test, group, at, late));
      if (late) group.rows.splice(group.rows.indexOf(late), 0, ...made);
      for (const { test, at } of left.slice(early.length)) this.#showCase(test, group, at);
      row.remove();
      group.rows[ROWS_MAX]?.row.querySelector("button")?.focus();
    });
    this.#insert(row, group);
    group.rows.push(entry);
  }

  #groupOf(path) {
    const name = path.join("/");
    const known = this.groups.get(name);
    if (known) return known;
    if (!path.length) {
      const top = { level: -1, rows: [], groups: [], row: null, shown: true };
      this.groups.set("", top);
      return top;
    }
    return this.#groupRow(name, this.#groupOf(path.slice(0, -1)), name);
  }

  #groupRow(title, parent, name) {
    const level = parent.level + 1;
    const short = parent.row ? title.slice(parent.name && title.startsWith(`${parent.name}/`) ? parent.name.length + 1 : 0) : title;
    const button = el("button", { type: "button", class: "fold", "aria-expanded": "true" }, said(short));
    const verdict = el("td");
    const note = el("td", { colspan: "3", class: "note" });
    const row = el("tr", { class: `group level-${Math.min(level, 5)}` }, el("th", { scope: "row" }, button), verdict, note);
    const group = { name, level, row, verdict, note, rows: [], groups: [], closed: false, parent };
    button.addEventListener("click", () => {
      group.closed = !group.closed;
      button.setAttribute("aria-expanded", String(!group.closed));
      this.#fold(group, group.closed);
    });
    this.#insert(row, parent);
    parent.groups.push(group);
    this.groups.set(name, group);
    return group;
  }

  #fold(group, hidden) {
    for (const one of group.rows) {
      one.row.hidden = hidden;
      if (one.opened) one.opened.hidden = hidden;
    }
    for (const inner of group.groups) {
      inner.row.hidden = hidden;
      this.#fold(inner, hidden || inner.closed);
    }
  }

  // Behind all that is in the group.
  #insert(row, group) {
    const last = this.#last(group);
    if (last) last.after(row);
    else this.body.append(row);
    for (let one = group; one; one = one.parent) if (one.closed) row.hidden = true;
  }

  #last(group) {
    const inner = group.groups.at(-1);
    const own = group.rows.at(-1);
    const rows = [inner && this.#last(inner), own?.opened?.isConnected ? own.opened : own?.row, group.row].filter(Boolean);
    return rows.reduce((a, b) => (a && a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_PRECEDING ? a : b), null);
  }

  #caseRow(test, group) {
    const t = this.t;
    const short = group.name && test.name.startsWith(`${group.name}/`) ? test.name.slice(group.name.length + 1) : test.name;
    const texts = textsOf(test, t);
    const made = { row: null, opened: null, test, bars: null };
    const decided = test.name === this.deciding;
    let name = el("span", {}, said(short));
    if (texts.length) {
      name = el("button", { type: "button", class: "fold", "aria-expanded": "false" }, said(short));
      made.open = () => toggle(made, name, texts);
      name.addEventListener("click", made.open);
    }
    const usage = test.run?.usage;
    const cells = usage
      ? [
          el("td", { class: "number" }, format.time(usage.cpu_time_ns), bar(this.#timeShare(usage), "time")),
          el("td", { class: "number" }, format.bytes(usage.memory_peak_bytes), bar(this.#memoryShare(usage), "memory")),
        ]
      : [el("td"), el("td")];
    const note = el("td", { class: "note" }, notesOf(test, t).join(" · "));
    const verdict = el("td", {}, mark(test.verdict, t));
    const level = `level-${Math.min(group.level + 1, 5)}`;
    made.row = el("tr", { class: `${level}${decided ? " decided" : ""}` }, el("th", { scope: "row" }, name), verdict, ...cells, note);
    if (decided) made.row.id = "deciding";
    return made;
  }

  #timeShare(usage) {
    const most = this.limits.timeNs || this.most.timeNs;
    return most ? usage.cpu_time_ns / most : 0;
  }

  #memoryShare(usage) {
    const most = this.limits.memoryBytes || this.most.memoryBytes;
    return most ? usage.memory_peak_bytes / most : 0;
  }

  // Once a frame: bars are shares of what is the largest now.
  #rescale() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      for (const { test, row } of this.cases.values()) {
        const usage = test.run?.usage;
        if (!usage) continue;
        const [first, second] = row.querySelectorAll(".share > i");
        if (first) fill(first, this.#timeShare(usage));
        if (second) fill(second, this.#memoryShare(usage));
      }
    });
  }
}

function toggle(made, button, texts) {
  if (!made.opened) {
    const boxes = texts.flatMap(([title, text]) => [el("h4", {}, title), textBox(text, title)]);
    made.opened = el("tr", { class: "opened" }, el("td", { colspan: "5" }, ...boxes));
    made.row.after(made.opened);
    button.setAttribute("aria-expanded", "true");
    return;
  }
  made.opened.remove();
  made.opened = null;
  button.setAttribute("aria-expanded", "false");
}

export function whole(stream, t) {
  if (!stream) return "";
  if (!stream.omitted_bytes) return stream.head + (stream.tail || "");
  return `${stream.head}\n[${t("left_out", { n: stream.omitted_bytes })}]\n${stream.tail || ""}`;
}

function textsOf(test, t) {
  const hidden = test.sample === false && test.feedback !== undefined;
  const title = (name) => (hidden ? t("of_hidden", { what: t(name) }) : t(name));
  const found = [
    [title("stdout"), whole(test.stdout, t)],
    [title("stderr"), whole(test.stderr, t)],
    [title("conversation"), test.transcript || ""],
    [t("for_judges"), test.feedback || ""],
    [t("for_team"), test.team_feedback || ""],
  ];
  const reason = (test.why ?? test.reason ?? "").trim();
  return found.filter(([, text]) => text.trim() && text.trim() !== reason);
}

function notesOf(test, t) {
  const notes = [];
  if (test.score !== null && test.score !== undefined && test.why !== undefined) {
    notes.push(t("points", { score: format.score(test.score) }));
  }
  if (test.passes > 1) notes.push(t("passes", { n: test.passes }));
  const reason = test.why ?? test.reason ?? "";
  if (reason) notes.push(said(reason));
  const again = test.reruns_ns ?? test.measured_ns ?? [];
  if (again.length) notes.push(measuredAgain(test, again, t));
  const usage = test.run?.usage;
  const waited = usage?.waited_for_cpu_ns ?? 0;
  if (usage && waited >= Math.max(WAITED_NS, usage.wall_time_ns / 2)) {
    notes.push(t("host_busy", { waited: format.time(waited), wall: format.time(usage.wall_time_ns) }));
  }
  return notes;
}

function measuredAgain(test, again, t) {
  const times = again.map(format.time).join(", ");
  const note = test.reruns_note ? t("first_counts", { why: said(test.reruns_note) }) : t("fastest_counts");
  return `${t("measured_again", { n: again.length, times })} ${note}`;
}
