// Judge again: choose and count, compare old verdicts with new ones, then apply or drop.

import { ask } from "../api.js";
import { texts } from "../texts.js";
import { confirmed } from "./confirm.js";
import { attempt, cell, element, number, plainRow, rows, say, told, when } from "./dom.js";
import { outage, poll } from "./polling.js";

const LOOK_MS = 3000;
const LIST_MS = 10_000;
const SHOWN_MAX = 500;

const t = await texts("operations");
const at = (id) => document.getElementById(id);
const failed = outage(t);
const batch = new URLSearchParams(location.search).get("batch");

function batchRow() {
  const link = element("a", { class: "mono" });
  const cells = [cell(), number(), number(), number(), number()];
  const fill = (item) => {
    say(link, item.id);
    link.href = `/ops/rejudges?batch=${encodeURIComponent(item.id)}`;
    [when(item.started_at_ms), item.count, item.finished, item.differ, item.applied].forEach((text, i) => say(cells[i], text));
  };
  const row = element("tr", {}, element("td", {}, link), ...cells);
  return [row, (item) => {
    row.setAttribute("aria-current", item.id === batch);
    fill(item);
  }];
}

const listed = poll(LIST_MS, async () => {
  const { items } = await ask("GET", "/rejudges");
  rows(at("batches"), items, (item) => item.id, batchRow);
}, failed);

// One batch.

let report = null;

function itemRow() {
  const [submission, judging] = [element("a", { class: "mono" }), element("a", { class: "mono" })];
  const [before, after] = [cell(), cell()];
  const applied = element("span", { class: "mark good", text: t("applied") });
  const fill = (item) => {
    for (const [link, id] of [[submission, item.submission], [judging, item.judging]]) {
      say(link, id);
      link.href = `/submissions/${encodeURIComponent(id)}`;
    }
    say(before, item.before);
    say(after, item.after || t("not_yet"));
    applied.hidden = !item.applied;
  };
  const ids = (link) => element("td", { class: "ids" }, link);
  return [element("tr", {}, ids(submission), before, after, ids(judging), element("td", {}, applied)), fill];
}

const changeRow = plainRow(["", "", "number"], (change) => [change.before, change.after, change.count]);

function changes(items) {
  const found = new Map();
  for (const { before, after } of items.filter((item) => item.after)) {
    const key = `${before} ${after}`;
    found.set(key, { key, before, after, count: (found.get(key)?.count || 0) + 1 });
  }
  return [...found.values()].sort((a, b) => (a.before === a.after) - (b.before === b.after) || b.count - a.count);
}

function showBatch(found) {
  report = found;
  at("one").hidden = false;
  say(at("one-title"), t("batch_title", { id: found.id }));
  say(at("one-standing"), t("batch_standing", { count: found.count, finished: found.finished, differ: found.differ, applied: found.applied }));
  at("apply").disabled = found.finished < found.count || found.applied === found.count;
  rows(at("changes"), changes(found.submissions), (change) => change.key, changeRow);
  showItems();
}

function showItems() {
  const differ = (item) => item.after && item.after !== item.before;
  const chosen = report.submissions.filter((item) => !at("differing").checked || differ(item));
  rows(at("items"), chosen.slice(0, SHOWN_MAX), (item) => item.submission, itemRow);
  at("items-more").hidden = chosen.length <= SHOWN_MAX;
  say(at("items-more"), t("and_more", { count: Math.max(chosen.length - SHOWN_MAX, 0) }));
}

at("differing").addEventListener("change", showItems);

const path = `/rejudges/${encodeURIComponent(batch)}`;
let dropped = false;
if (batch) {
  poll(LOOK_MS, async () => {
    if (dropped || (report && report.finished === report.count)) return;
    const before = report?.finished;
    showBatch(await ask("GET", path));
    if (report.finished !== before) listed();
  }, failed);
}

at("apply").addEventListener("click", async () => {
  const detail = t("apply_detail", { count: report.count, differ: report.differ });
  if (!(await confirmed(t("apply_title", { id: batch }), detail, t("apply")))) return;
  await attempt(at("apply"), t, async () => {
    const applied = await ask("POST", `${path}/apply`);
    setTimeout(() => showBatch(applied));
    listed();
    return t("applied_to", { count: applied.applied });
  });
});

at("drop").addEventListener("click", async () => {
  const detail = t("drop_detail", { count: report.count - report.finished });
  if (!(await confirmed(t("drop_title", { id: batch }), detail, t("drop")))) return;
  await attempt(at("drop"), t, async () => {
    const { withdrawn } = await ask("DELETE", path);
    dropped = true;
    at("one").hidden = true;
    history.replaceState(null, "", "/ops/rejudges");
    listed();
    return t("dropped", { id: batch, count: withdrawn });
  });
});

// A new one.

const form = at("start");
const ms = (text) => (text ? new Date(text).getTime() : 0);

function asked() {
  const { ids, since, until, ...rest } = Object.fromEntries(new FormData(form));
  const words = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, value.trim()]));
  return { ...words, ids: ids.split(/[\s,]+/).filter(Boolean), since_ms: ms(since), until_ms: ms(until) };
}

const counted = () => ask("POST", "/rejudges", { ...asked(), dry_run: true }).then(({ count }) => count);

form.addEventListener("input", () => say(at("counted"), ""));
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  await attempt(at("count"), t, async () => {
    say(at("counted"), t("counted", { n: await counted() }));
  });
});
at("begin").addEventListener("click", async () => {
  let count = 0;
  await attempt(at("begin"), t, async () => {
    count = await counted();
    say(at("counted"), t("counted", { n: count }));
  });
  if (!count) return;
  if (!(await confirmed(t("begin_title", { n: count }), t("begin_detail"), t("rejudge_do")))) return;
  await attempt(at("begin"), t, async () => {
    const started = await ask("POST", "/rejudges", asked());
    location.assign(`/ops/rejudges?batch=${encodeURIComponent(started.id)}`);
  });
});

ask("GET", "/languages").then(
  ({ languages }) => at("language").append(...languages.map(({ id, name }) => element("option", { value: id, text: name }))),
  (error) => told(t("failed", { detail: error.message }), true),
);
