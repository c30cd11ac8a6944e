// What the service does now: queue, slots, workers.

import { ask } from "../api.js";
import { texts } from "../texts.js";
import { confirmed } from "./confirm.js";
import { attempt, cell, duration, element, mark, number, packageName, plainRow, rows, say } from "./dom.js";
import { outage, poll } from "./polling.js";
import { workerRow } from "./workers.js";

const NOW_MS = 3000;

const t = await texts("operations");
const at = (id) => document.getElementById(id);

// A submission has a page of its own; of other work there is its id.
function workCell() {
  const link = element("a", { class: "mono" });
  const made = element("td", {}, link);
  const fill = ({ id, kind }) => {
    say(link, id);
    if (kind === "submission") link.href = `/submissions/${encodeURIComponent(id)}`;
    else link.removeAttribute("href");
  };
  return [made, fill];
}

function runningRow() {
  const [work, fillWork] = workCell();
  const [slot, since, tenant, what, language, priority, tries] = [cell(), number(), cell(), cell(), cell(), cell(), number()];
  const fill = (item) => {
    say(slot, `${item.worker}/${item.slot}`);
    fillWork(item);
    say(since, duration(item.running_ms));
    say(tenant, item.tenant);
    say(what, packageName(item.package));
    say(language, item.language);
    say(priority, item.priority_class);
    say(tries, item.attempt);
  };
  return [element("tr", {}, slot, work, since, tenant, what, language, priority, tries), fill];
}

function tenantRow() {
  const [name, waiting, running] = [cell(), number(), number()];
  const limited = element("span", { class: "mark warn", text: t("limited") });
  const fill = (item) => {
    say(name, item.name === "-" ? t("no_tenant") : item.name);
    say(waiting, item.waiting);
    say(running, item.running);
    limited.hidden = !item.limited;
  };
  return [element("tr", {}, name, waiting, running, element("td", {}, limited)), fill];
}

function troubleRow() {
  const [work, fillWork] = workCell();
  const [ago, language, verdict, reason] = [number(), cell(), cell(), cell("", "reason")];
  const fill = (item) => {
    say(ago, duration(item.done_ago_ms));
    fillWork(item);
    say(language, item.language);
    say(verdict, item.verdict);
    say(reason, item.why);
  };
  return [element("tr", {}, ago, work, language, verdict, reason), fill];
}

const laneRow = plainRow(["", "", "number", "number", "number"], (lane) => [
  lane.priority_class,
  lane.route,
  lane.waiting,
  lane.tenants,
  duration(lane.oldest_ms),
]);

function showTiles(overview, workers) {
  const waiting = Object.values(overview.waiting);
  const on = workers.filter((worker) => worker.state === "on");
  const oldest = Math.max(0, ...waiting.map((item) => item.oldest_ms));
  const count = waiting.reduce((sum, item) => sum + item.count, 0);
  const slots = on.reduce((sum, worker) => sum + worker.slots, 0);
  const rate = Object.values(overview.per_minute).reduce((sum, value) => sum + value, 0);
  say(at("tile-waiting"), count ? t("tile_waiting_since", { count, oldest: duration(oldest) }) : "0");
  say(at("tile-slots"), t("of", { part: overview.running_count, whole: slots }));
  say(at("tile-rate"), rate.toFixed(1));
  say(at("tile-workers"), t("of", { part: on.length, whole: workers.length }));
}

let closed = null;

function showMaintenance(standing) {
  closed = standing.on;
  mark(at("maintenance"), t(standing.on ? "closed" : "open"), standing.on ? "bad" : "good");
  say(at("maintenance-message"), standing.on ? standing.message : "");
  say(at("maintain"), t(standing.on ? "end_maintenance" : "maintain"));
}

at("maintain").addEventListener("click", async () => {
  if (closed) {
    await attempt(at("maintain"), t, async () => {
      await ask("DELETE", "/maintenance");
      showMaintenance({ on: false });
      return t("maintenance_ended");
    });
    return;
  }
  const message = element("input", { id: "message", name: "message", required: true, maxlength: "500", value: t("maintenance_default") });
  const fields = [element("div", { class: "field" }, element("label", { for: "message", text: t("maintenance_message") }), message)];
  const answer = await confirmed(t("maintain"), t("maintain_detail"), t("maintain_do"), fields);
  if (!answer) return;
  await attempt(at("maintain"), t, async () => {
    showMaintenance(await ask("PUT", "/maintenance", { message: answer.message }));
    return t("maintenance_began");
  });
});

async function now() {
  const [overview, { workers }, backlog, maintenance] = await Promise.all([
    ask("GET", "/overview"),
    ask("GET", "/workers"),
    ask("GET", "/backlog"),
    ask("GET", "/maintenance"),
  ]);
  showTiles(overview, workers);
  showMaintenance(maintenance);
  const longest = [...overview.running].sort((a, b) => b.running_ms - a.running_ms);
  rows(at("running"), longest, (item) => `${item.worker}/${item.slot}`, runningRow);
  rows(at("lanes"), backlog.lanes, (lane) => `${lane.priority_class}|${lane.route}`, laneRow);
  rows(at("tenants"), backlog.tenants, (tenant) => tenant.name, tenantRow);
  rows(at("workers"), workers, (worker) => worker.name, () => workerRow(t, again));
  rows(at("troubles"), overview.troubles, (trouble) => trouble.id, troubleRow);
}

const again = poll(NOW_MS, now, outage(t));
