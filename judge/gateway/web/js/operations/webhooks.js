// Webhooks, and what could not be told: sent again, or dropped.

import { ask } from "../api.js";
import { texts } from "../texts.js";
import { confirmed } from "./confirm.js";
import { attempt, cell, element, mark, number, rows, say, when } from "./dom.js";
import { Pages } from "./pages.js";
import { outage, poll } from "./polling.js";

const LIST_MS = 5000;

const t = await texts("operations");
const at = (id) => document.getElementById(id);
const webhooks = new Pages("/webhooks", at("webhooks-more"));
let one = null;
let letters = null;

const path = (webhook) => `/webhooks/${encodeURIComponent(webhook.id)}`;

function webhookRow() {
  const [tenant, waiting, sent, failures, dead] = [cell(), number(), number(), number(), number()];
  const url = cell("", "ids");
  const state = element("span");
  const open = element("button", { type: "button", text: t("dead_letters") });
  const turn = element("button", { type: "button" });
  let webhook = null;
  open.addEventListener("click", () => openLetters(webhook));
  turn.addEventListener("click", async () => {
    const on = webhook.state !== "on";
    const sure = on || (await confirmed(t("off_title"), t("off_detail", { url: webhook.url, count: webhook.waiting }), t("turn_off")));
    if (!sure) return;
    await attempt(turn, t, async () => {
      await ask("PATCH", path(webhook), { on });
      again();
      return t(on ? "turned_on" : "turned_off", { url: webhook.url });
    });
  });
  const fill = (item) => {
    webhook = item;
    say(url, item.url || item.note);
    say(tenant, { "": t("no_tenant"), "*": t("everybody") }[item.tenant] ?? item.tenant);
    mark(state, t(`webhook_${item.state}`), item.state === "on" ? (item.failures ? "warn" : "good") : "bad");
    [[waiting, item.waiting], [sent, item.sent], [failures, item.failures], [dead, item.dead]].forEach(([node, count]) => say(node, count));
    say(turn, t(item.state === "on" ? "turn_off" : "turn_on"));
  };
  const actions = element("td", {}, element("div", { class: "row actions" }, open, turn));
  return [element("tr", {}, url, tenant, element("td", {}, state), waiting, sent, failures, dead, actions), fill];
}

function letterRow(webhook) {
  const [ended, event, about, tries, reason] = [cell(), cell(), cell("", "ids"), number(), cell("", "reason")];
  const replay = element("button", { type: "button", text: t("replay") });
  const drop = element("button", { type: "button", class: "danger", text: t("drop") });
  let letter = null;
  const told = () => `${path(webhook)}/deliveries/${encodeURIComponent(letter.id)}`;
  replay.addEventListener("click", () =>
    attempt(replay, t, async () => {
      await ask("POST", `${told()}/replay`);
      again();
      return t("replayed", { n: 1 });
    }),
  );
  drop.addEventListener("click", async () => {
    if (!(await confirmed(t("letter_title"), t("letter_detail", { subject: letter.subject }), t("drop")))) return;
    await attempt(drop, t, async () => {
      await ask("DELETE", told());
      again();
      at("letters-title").focus();
      return t("letters_dropped", { n: 1 });
    });
  });
  const fill = (item) => {
    letter = item;
    say(ended, when(item.ended_at_ms));
    say(event, item.type);
    say(about, item.subject || "–");
    say(tries, item.attempts_made);
    const last = item.attempts.at(-1);
    say(reason, [item.reason, last && (last.error || last.status)].filter(Boolean).join(": "));
  };
  const actions = element("td", {}, element("div", { class: "row actions" }, replay, drop));
  return [element("tr", {}, ended, event, about, tries, reason, actions), fill];
}

async function openLetters(webhook) {
  one = webhook;
  letters = new Pages(`${path(webhook)}/deliveries?state=dead`, at("letters-more"));
  at("letters").replaceChildren();
  at("one").hidden = false;
  await again();
  at("letters-title").focus();
}

async function look() {
  const found = await webhooks.items();
  rows(at("webhooks"), found, (webhook) => webhook.id, webhookRow);
  if (!one) return;
  one = found.find((webhook) => webhook.id === one.id) || one;
  say(at("letters-title"), t("letters_of", { url: one.url || one.note, count: one.dead }));
  at("replay").disabled = one.dead === 0 || one.state !== "on";
  at("drop").disabled = one.dead === 0;
  const mine = one;
  const dead = await letters.items();
  if (mine.id === one.id) rows(at("letters"), dead, (letter) => letter.id, () => letterRow(mine));
}

const again = poll(LIST_MS, look, outage(t));
for (const more of [at("webhooks-more"), at("letters-more")]) more.addEventListener("click", () => again());

at("replay").addEventListener("click", async () => {
  if (!(await confirmed(t("replay_title", { n: one.dead }), t("replay_detail", { url: one.url }), t("replay_all")))) return;
  await attempt(at("replay"), t, async () => {
    const { replayed } = await ask("POST", `${path(one)}/replay`);
    again();
    return t("replayed", { n: replayed });
  });
});
at("drop").addEventListener("click", async () => {
  if (!(await confirmed(t("drop_letters_title", { n: one.dead }), t("drop_letters_detail", { url: one.url }), t("drop_all")))) return;
  await attempt(at("drop"), t, async () => {
    const { dropped } = await ask("DELETE", `${path(one)}/deliveries`);
    again();
    return t("letters_dropped", { n: dropped });
  });
});
