// Two texts line by line: which lines are in both, in order (Myers, "An O(ND) Difference Algorithm", 1986), and a table that
// shows them side by side.

import { el } from "./dom.js";
import { isHalf, visible } from "../visible.js";

const EDITS_MAX = 1000;
const ROWS_MAX = 2000;
const CONTEXT = 3;

// [{left, right}]: numbers of lines from 0, or null where a side has none. Texts that have little in common are not
// compared to the end: what differs then stands side by side.
export function lineDifference(left, right) {
  let head = 0;
  while (head < left.length && head < right.length && left[head] === right[head]) head += 1;
  let tail = 0;
  const most = Math.min(left.length, right.length) - head;
  while (tail < most && left[left.length - 1 - tail] === right[right.length - 1 - tail]) tail += 1;
  const pairs = [];
  for (let at = 0; at < head; at += 1) pairs.push({ left: at, right: at });
  pairs.push(...middle(left.slice(head, left.length - tail), right.slice(head, right.length - tail), head));
  for (let at = tail; at > 0; at -= 1) pairs.push({ left: left.length - at, right: right.length - at });
  return pairs;
}

function middle(left, right, from) {
  const same = commonLines(left, right);
  const pairs = [];
  let [x, y] = [0, 0];
  for (const [i, j] of [...same, [left.length, right.length]]) {
    while (x < i || y < j) {
      pairs.push({ left: x < i ? from + x++ : null, right: y < j ? from + y++ : null });
    }
    if (i < left.length) pairs.push({ left: from + x++, right: from + y++ });
  }
  return pairs;
}

// Pairs of numbers of equal lines.
function commonLines(left, right) {
  const [n, m] = [left.length, right.length];
  const most = Math.min(n + m, EDITS_MAX);
  let reach = new Map([[1, 0]]);
  const traces = [];
  for (let edits = 0; edits <= most; edits += 1) {
    traces.push(new Map(reach));
    for (let k = -edits; k <= edits; k += 2) {
      const down = k === -edits || (k !== edits && reach.get(k - 1) < reach.get(k + 1));
      let x = down ? reach.get(k + 1) : reach.get(k - 1) + 1;
      let y = x - k;
      while (x < n && y < m && left[x] === right[y]) [x, y] = [x + 1, y + 1];
      reach.set(k, x);
      if (x >= n && y >= m) return walkedBack(traces, n, m);
    }
  }
  return [];
}

function walkedBack(traces, n, m) {
  const pairs = [];
  let [x, y] = [n, m];
  for (let edits = traces.length - 1; edits >= 0; edits -= 1) {
    const reach = traces[edits];
    const k = x - y;
    const down = k === -edits || (k !== edits && reach.get(k - 1) < reach.get(k + 1));
    const before = down ? k + 1 : k - 1;
    const fromX = edits ? reach.get(before) : 0;
    const fromY = edits ? fromX - before : 0;
    while (x > fromX && y > fromY) pairs.push([--x, --y]);
    [x, y] = [fromX, fromY];
  }
  return pairs.reverse();
}

export function linesOf(text) {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

// Both texts in a table, equal lines far from any difference left out. `titles`: of the two sides.
export function sideBySide(leftText, rightText, { titles, t }) {
  const [left, right] = [linesOf(leftText), linesOf(rightText)];
  const pairs = lineDifference(left, right);
  const isSame = ({ left: a, right: b }) => a !== null && b !== null && left[a] === right[b];
  const head = el("tr", {}, ...titles.map((title) => el("th", { colspan: "2", scope: "col" }, title)));
  const body = el("tbody");
  let rows = 0;
  for (let at = 0; at < pairs.length; at += 1) {
    const run = equalRun(pairs, at, isSame);
    if (run > 2 * CONTEXT + 1) {
      const first = at === 0 ? at : at + CONTEXT;
      const end = at + run === pairs.length ? at + run : at + run - CONTEXT;
      for (; at < first; at += 1) body.append(row(pairs[at], left, right, true, t));
      body.append(el("tr", { class: "skipped" }, el("td", { colspan: "4" }, t("equal_lines", { n: end - first }))));
      at = end;
      if (at >= pairs.length) break;
    }
    body.append(row(pairs[at], left, right, isSame(pairs[at]), t));
    rows += 1;
    if (rows >= ROWS_MAX) {
      body.append(el("tr", { class: "skipped" }, el("td", { colspan: "4" }, t("more_lines", { n: pairs.length - at - 1 }))));
      break;
    }
  }
  const columns = ["line-number", "", "line-number", ""].map((kind) => el("col", { class: kind || null }));
  const table = el("table", { class: "difference mono" }, el("colgroup", {}, ...columns), el("thead", {}, head), body);
  return el("div", { class: "table", tabindex: "0", role: "region", "aria-label": titles.join(" / ") }, table);
}

function equalRun(pairs, from, isSame) {
  let at = from;
  while (at < pairs.length && isSame(pairs[at])) at += 1;
  return at - from;
}

function row(pair, left, right, same, t) {
  const sides = [["left", left, right], ["right", right, left]].flatMap(([side, own, others]) => {
    const at = pair[side];
    const other = pair[side === "left" ? "right" : "left"];
    if (at === null) return [el("td", { class: "line-number" }), el("td", { class: "none" })];
    const text = same ? [visible(own[at])] : marked(own[at], other === null ? null : others[other]);
    const kind = same ? "" : side === "left" ? "taken" : "given";
    const word = same ? null : el("span", { class: "out-of-sight" }, t("differs"));
    return [el("td", { class: "line-number" }, String(at + 1)), el("td", { class: kind }, word, ...text)];
  });
  return el("tr", {}, ...sides);
}

// The part of a line that is not as in the other one.
function marked(line, other) {
  if (other === null) return [visible(line)];
  const [before, own, behind] = lineParts(line, other).map(visible);
  return [before, own ? el("mark", {}, own) : null, behind];
}

// What both lines begin with, what this one alone has, what both end with; no character is cut.
export function lineParts(line, other) {
  let head = 0;
  while (head < line.length && line[head] === other[head]) head += 1;
  if (isHalf(line, head) || isHalf(other, head)) head -= 1;
  let tail = 0;
  const most = Math.min(line.length, other.length) - head;
  while (tail < most && line.at(-1 - tail) === other.at(-1 - tail)) tail += 1;
  if (isHalf(line, line.length - tail) || isHalf(other, other.length - tail)) tail -= 1;
  return [line.slice(0, head), line.slice(head, line.length - tail), line.slice(line.length - tail)];
}
