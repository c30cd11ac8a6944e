// The judgings of one submission: the one that counts, the one before, and new ones that may be made to count or dropped.

import { ask, Problem } from "../api.js";
import { el, said } from "./dom.js";
import * as format from "./format.js";
import { mark } from "./words.js";

const ASK_AGAIN_MS = 1000;

export class Judgings {
  constructor(node, id, t, { again }) {
    this.node = node;
    this.id = id;
    this.t = t;
    this.mayJudge = Boolean(again);
    this.content = node.querySelector(".content");
  }

  async load() {
    const { items } = await ask("GET", `/submissions/${encodeURIComponent(this.id)}/judgings`);
    this.node.hidden = items.length < 2;
    if (items.length < 2) return;
    const heads = ["judging", "verdict", "score", "finished", "actions"].map((name) => el("th", { scope: "col" }, this.t(name)));
    const rows = items.map((one) => this.#row(one));
    const table = el("table", {}, el("thead", {}, el("tr", {}, ...heads)), el("tbody", {}, ...rows));
    this.content.replaceChildren(el("div", { class: "table" }, table));
    if (items.some((one) => one.state !== "done" && one.state !== "cancelled" && one.name !== "now")) {
      setTimeout(() => this.load().catch(() => {}), ASK_AGAIN_MS);
    }
  }

  #row(one) {
    const { t } = this;
    const verdict = one.state === "done" && one.status ? mark(one.status, t) : t(`state_${one.state}`);
    const name = el("th", { scope: "row" }, this.#name(one), one.counts && one.name !== "now" ? ` ${t("counts")}` : "");
    return el(
      "tr",
      {},
      name,
      el("td", {}, verdict),
      el("td", {}, one.score === null ? "" : format.score(one.score)),
      el("td", {}, format.moment(one.finished_at_ms)),
      el("td", { class: "row" }, ...this.#actions(one)),
    );
  }

  #name(one) {
    if (one.name === "now" || one.name === "before") return this.t(`judging_${one.name}`);
    return el("a", { href: `/submissions/${encodeURIComponent(one.judging)}` }, this.t("judging_again", { name: said(one.name) }));
  }

  #actions(one) {
    const found = [];
    const { t, id } = this;
    if (one.name !== "now") {
      const words = new URLSearchParams([["with", id], ["with", `${id}:${one.name}`]]);
      found.push(el("a", { href: `/submissions/compare?${words}` }, t("compare")));
    }
    if (this.mayJudge && one.rejudge && !one.counts) {
      if (one.state === "done") found.push(this.#button("apply", "POST", `/rejudges/${one.rejudge}/apply`));
      found.push(this.#button("drop", "DELETE", `/rejudges/${one.rejudge}`));
    }
    return found;
  }

  // A rejudge may be of more submissions than this one: that is said before.
  #button(name, method, path) {
    const rejudge = path.split("/")[2];
    const button = el("button", { type: "button" }, this.t(name));
    button.addEventListener("click", async () => {
      button.disabled = true;
      try {
        const { count } = await ask("GET", `/rejudges/${rejudge}`);
        if (count > 1 && !confirm(this.t("of_several", { n: count }))) return;
        await ask(method, path);
        location.reload();
      } catch (error) {
        const words = error instanceof Problem ? this.t("failed", { detail: error.message }) : this.t("unreachable");
        button.after(el("span", { class: "error", role: "alert" }, words));
      } finally {
        button.disabled = false;
      }
    });
    return button;
  }
}
