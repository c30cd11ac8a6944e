// The charts of "is it slow, for whom, and why", made from /series.

import { Chart } from "./chart.js";
import { duration, plainRow, rows, say } from "./dom.js";

const charts = new Map();

function chart(name, t, what, time) {
  const figure = document.getElementById(`chart-${name}`);
  figure.hidden = what.columns.length === 0;
  if (figure.hidden) return;
  if (!charts.has(name)) charts.set(name, new Chart(figure, t));
  charts.get(name).show({ ...what, title: what.title ?? t(`chart_${name}`) }, time);
}

const whole = (value) => (Number.isInteger(value) ? String(value) : value.toFixed(1));
const two = (value) => value.toFixed(value && value < 0.1 ? 3 : 2);

export function groupName(name, t) {
  return { "-": t("no_tenant"), "*": t("others") }[name] ?? name;
}

// Slots that a group kept busy, on average over each step.
function slotsOf(group, series) {
  return group.slot_time_ms_by_step.map((ms) => ms / series.step_ms);
}

const TROUBLES = ["refused", "verdict_JE", "blamed", "fell", "unblamed", "expired", "gave_up"];

function troubles(series, t) {
  const seen = TROUBLES.filter((name) => series.counts[name]);
  const names = seen.length ? seen : ["refused"];
  const none = series.slots.map((slots) => (slots === null ? null : 0));
  return names.map((name) => ({ name: t(`count_${name}`), values: series.counts[name] ?? none }));
}

function workers(series, what) {
  return Object.entries(series.workers)
    .map(([name, worker]) => ({ name, values: worker[what] }))
    .filter(({ values }) => values.some((value) => value !== null));
}

export function showSeries(series, by, t) {
  const { total } = series;
  const quantiles = (half, most) => [
    { name: t("half"), values: half },
    { name: t("most"), values: most },
  ];
  const waiting = Object.entries(series.waiting).map(([name, values]) => ({ name, values }));
  const queue = waiting.length ? waiting : [{ name: t("waiting"), values: series.slots.map((n) => (n === null ? null : 0)) }];
  chart("waiting", t, { columns: queue, stacked: true, format: whole }, series);
  chart("wait", t, { columns: quantiles(total.wait_p50_ms_by_step, total.wait_p95_ms_by_step), format: duration }, series);
  chart("slots", t, { columns: [{ name: t("running_now"), values: series.running }, { name: t("slots"), values: series.slots }], format: whole }, series);
  chart("judging", t, { columns: quantiles(total.judging_p50_ms_by_step, total.judging_p95_ms_by_step), format: duration }, series);
  const who = series.groups.map((group) => ({ name: groupName(group.name, t), values: slotsOf(group, series) }));
  const nobody = { name: t("nobody"), values: series.slots.map((n) => (n === null ? null : 0)) };
  chart("who", t, { title: t(`chart_who_${by}`), columns: who.length ? who : [nobody], stacked: true, format: two }, series);
  chart("trouble", t, { columns: troubles(series, t), format: whole }, series);
  chart("load", t, { columns: workers(series, "load"), format: two }, series);
  chart("noise", t, { columns: workers(series, "noise"), format: two }, series);
  say(document.getElementById("summary"), summary(series, t));
  showGroups(series, t);
}

function showGroups(series, t) {
  const row = plainRow(["", "number", "number", "number", "number", "number", "number"], (group) => [
    groupName(group.name, t),
    group.judged,
    share(group.slot_time_ms, series.total.slot_time_ms),
    duration(group.wait_p50_ms),
    duration(group.wait_p95_ms),
    duration(group.judging_p50_ms),
    duration(group.judging_p95_ms),
  ]);
  rows(document.getElementById("groups"), series.groups, (group) => group.name, row);
}

function share(part, all) {
  return all ? `${Math.round((100 * part) / all)} %` : "–";
}

// In words: is it slow, for whom, and why.
function summary(series, t) {
  const { total, groups } = series;
  if (!total.judged) return t("summary_nothing");
  const said = [t("summary_wait", { count: total.judged, half: duration(total.wait_p50_ms), most: duration(total.wait_p95_ms) })];
  const [first] = groups;
  said.push(t("summary_who", { name: groupName(first.name, t), share: share(first.slot_time_ms, total.slot_time_ms) }));
  const looks = series.slots.map((slots, i) => [series.running[i], slots]).filter(([running, slots]) => running !== null && slots);
  const full = looks.filter(([running, slots]) => running >= slots).length;
  if (looks.length) said.push(t("summary_full", { share: share(full, looks.length) }));
  return said.join(" ");
}
