// One worker in its table: how it stands, what it offers, and what it may be told.

import { ask } from "../api.js";
import { confirmed } from "./confirm.js";
import { attempt, cell, duration, element, mark, number, say } from "./dom.js";

const SILENT_MS = 5000;

// A row of the table of workers; `again` looks at once.
export function workerRow(t, again) {
  const [slots, load, noise, walls, version, seen] = [number(), number(), number(), number(), cell(), number()];
  const name = element("strong");
  const state = element("span");
  const reason = element("span", { class: "small" });
  const more = element("dl", { class: "pairs small" });
  const details = element("details", {}, element("summary", { text: t("details") }), more);
  const steer = element("button", { type: "button" });
  const prove = element("button", { type: "button", text: t("prove") });
  let worker = null;

  const change = (control, body, said) =>
    attempt(control, t, async () => {
      await ask("PATCH", `/workers/${encodeURIComponent(worker.name)}`, body);
      again();
      return t(said, { worker: worker.name });
    });

  steer.addEventListener("click", async () => {
    if (worker.state === "draining") return change(steer, { draining: false }, "resumed");
    const sure = await confirmed(t("drain_title", { worker: worker.name }), t("drain_detail"), t("drain"));
    return sure && change(steer, { draining: true }, "drains");
  });
  prove.addEventListener("click", async () => {
    const sure = await confirmed(t("prove_title", { worker: worker.name }), t("prove_detail"), t("prove"));
    if (sure) await change(prove, { prove: true }, "proves");
  });

  const fill = (item) => {
    worker = item;
    const silent = item.silent_ms > SILENT_MS;
    say(name, item.name);
    mark(state, t(`state_${["on", "draining", "out"].includes(item.state) ? item.state : "unknown"}`), item.state === "on" && !silent ? "good" : item.state === "draining" ? "warn" : "bad");
    say(reason, item.reason);
    say(slots, t("of", { part: item.busy, whole: item.slots }));
    say(load, item.load_1m.toFixed(2));
    say(noise, item.noise_ratio === null ? "–" : item.noise_ratio.toFixed(2));
    say(walls, item.attacks_held || "–");
    say(version, item.version);
    say(seen, t("ago_of", { time: duration(item.silent_ms) }));
    say(steer, t(item.state === "draining" ? "resume" : "drain"));
    prove.disabled = item.state !== "on";
    if (details.open) fillMore(more, item, t);
  };
  details.addEventListener("toggle", () => details.open && fillMore(more, worker, t));
  const row = element(
    "tr",
    {},
    element("td", {}, name, details),
    element("td", {}, state, " ", reason),
    slots, load, noise, walls, version, seen,
    element("td", {}, element("div", { class: "row actions" }, steer, prove)),
  );
  return [row, fill];
}

function fillMore(list, worker, t) {
  const versions = worker.languages.map((name) => `${name} ${worker.versions[name] || ""}`.trim());
  const pairs = [
    [t("languages"), versions.join(", ")],
    [t("tags"), worker.tags.join(" ")],
    [t("disk_free"), `${(worker.disk_free_bytes / 2 ** 30).toFixed(1)} GiB`],
    [t("problems"), worker.problems.join("; ")],
    [t("slots_stopped"), worker.slots_stopped || ""],
    [t("preparing"), worker.preparing.join(", ")],
    [t("unprepared"), Object.values(worker.unprepared).join("; ")],
  ].filter(([, text]) => text !== "");
  const shown = pairs.map((pair) => pair.join("\n")).join("\n");
  if (list.dataset.shown === shown) return;
  list.dataset.shown = shown;
  list.replaceChildren(...pairs.flatMap(([term, text]) => [element("dt", { text: term }), element("dd", { text })]));
}
