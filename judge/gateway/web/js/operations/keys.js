// Keys: listed, made (and shown once), revoked.

import { ask } from "../api.js";
import { texts } from "../texts.js";
import { confirmed } from "./confirm.js";
import { attempt, cell, element, rows, say, when } from "./dom.js";
import { Pages } from "./pages.js";
import { outage, poll } from "./polling.js";

const LIST_MS = 10_000;

const t = await texts("operations");
const at = (id) => document.getElementById(id);
const keys = new Pages("/keys", at("keys-more"));

function keyRow() {
  const cells = ["mono", "", "", "", "", "", "", ""].map((kind) => cell("", kind));
  const revoke = element("button", { type: "button", class: "danger", text: t("revoke") });
  let key = null;
  revoke.addEventListener("click", async () => {
    const title = t("revoke_title", { id: key.id });
    if (!(await confirmed(title, t("revoke_detail", { note: key.note || key.tenant || t("no_tenant") }), t("revoke")))) return;
    await attempt(revoke, t, async () => {
      await ask("DELETE", `/keys/${encodeURIComponent(key.id)}`);
      again();
      at("keys-title").focus();
      return t("revoked", { id: key.id });
    });
  });
  const fill = (item) => {
    key = item;
    const words = [
      item.id,
      item.note,
      item.tenant || t("no_tenant"),
      item.scopes.join(" "),
      item.priority_class,
      when(item.made_at_ms),
      item.used_at_ms ? when(item.used_at_ms) : t("never"),
      item.expires_at_ms ? when(item.expires_at_ms) : t("never"),
    ];
    words.forEach((text, index) => say(cells[index], text));
  };
  return [element("tr", {}, ...cells, element("td", {}, revoke)), fill];
}

const again = poll(LIST_MS, async () => {
  rows(at("keys"), await keys.items(), (key) => key.id, keyRow);
}, outage(t));
at("keys-more").addEventListener("click", () => again());

const form = at("new");
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  await attempt(at("make"), t, async () => {
    const given = new FormData(form);
    const made = await ask("POST", "/keys", {
      scopes: given.getAll("scopes"),
      tenant: given.get("tenant").trim(),
      note: given.get("note"),
      priority_class: given.get("priority_class"),
      expires_at_ms: given.get("expires") ? new Date(given.get("expires")).getTime() : 0,
    });
    at("secret").textContent = made.key;
    say(at("copy"), t("copy"));
    at("made").hidden = false;
    form.reset();
    again();
  });
  if (!at("made").hidden) at("made-title").focus();
});
at("copy").addEventListener("click", async () => {
  await navigator.clipboard.writeText(at("secret").textContent);
  say(at("copy"), t("copied"));
});
at("seen").addEventListener("click", () => {
  at("secret").textContent = "";
  at("made").hidden = true;
  at("tenant").focus();
});
