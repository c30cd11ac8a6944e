// What tenants used, by day: a chart of the CPU time and a row for each.

import { texts } from "../texts.js";
import { Chart } from "./chart.js";
import { attempt, duration, plainRow, rows } from "./dom.js";
import { groupName } from "./series.js";

const DAY_MS = 86_400_000;
const SHOWN_MAX = 7;

const t = await texts("operations");
const at = (id) => document.getElementById(id);
const form = at("days");

// The lines of a CSV (RFC 4180), the first one left out.
function lines(csv) {
  const found = [[""]];
  let quoted = false;
  for (let i = 0; i < csv.length; i += 1) {
    const letter = csv[i];
    if (letter === '"' && quoted && csv[i + 1] === '"') found.at(-1)[found.at(-1).length - 1] += csv[++i];
    else if (letter === '"') quoted = !quoted;
    else if (letter === "," && !quoted) found.at(-1).push("");
    else if (letter === "\n" && !quoted) found.push([""]);
    else if (letter !== "\r" || quoted) found.at(-1)[found.at(-1).length - 1] += letter;
  }
  return found.slice(1).filter((line) => line.length === 5);
}

function tenants(found) {
  const sums = new Map();
  for (const [day, name, works, seconds, bytes] of found) {
    const sum = sums.get(name) || { name: name || "-", days: 0, works: 0, cpu: 0, bytes: 0, byDay: new Map() };
    sum.days += 1;
    sum.works += Number(works);
    sum.cpu += Number(seconds);
    sum.bytes += Number(bytes);
    sum.byDay.set(day, Number(seconds));
    sums.set(name, sum);
  }
  return [...sums.values()].sort((a, b) => b.cpu - a.cpu || a.name.localeCompare(b.name));
}

function showChart(found, all) {
  const days = [...new Set(found.map(([day]) => day))].sort();
  at("chart-used").hidden = days.length === 0;
  if (!days.length) return;
  const begin = Date.parse(days[0]);
  const steps = (Date.parse(days.at(-1)) - begin) / DAY_MS + 1;
  const dates = Array.from({ length: steps }, (_, i) => new Date(begin + i * DAY_MS).toISOString().slice(0, 10));
  const column = (name, some) => ({ name, values: dates.map((day) => some.reduce((sum, one) => sum + (one.byDay.get(day) || 0), 0)) });
  const columns = all.slice(0, SHOWN_MAX).map((one) => column(groupName(one.name, t), [one]));
  if (all.length > SHOWN_MAX) columns.push(column(t("others"), all.slice(SHOWN_MAX)));
  const chart = new Chart(at("chart-used"), t);
  chart.show({ title: t("chart_used"), columns, stacked: true, format: (value) => duration(value * 1000) }, { begin_ms: begin, step_ms: DAY_MS, steps });
}

async function show() {
  const asked = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
  at("csv").href = `/api/v1/usage?${asked}`;
  const answer = await fetch(`/api/v1/usage?${asked}`, { cache: "no-store" });
  if (!answer.ok) throw new Error((await answer.json()).detail);
  const found = lines(await answer.text());
  const all = tenants(found);
  const size = (bytes) => (bytes < 2 ** 20 ? `${(bytes / 2 ** 10).toFixed(1)} KiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`);
  const row = plainRow(["", "number", "number", "number", "number"], (one) => [
    groupName(one.name, t),
    one.days,
    one.works,
    duration(one.cpu * 1000),
    size(one.bytes),
  ]);
  rows(at("used"), all, (one) => one.name, row);
  showChart(found, all);
}

const button = form.querySelector("button");
form.addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(button, t, show);
});
show();
