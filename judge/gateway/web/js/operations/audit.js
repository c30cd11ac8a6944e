// What those who run the judge did, newest first.

import { texts } from "../texts.js";
import { plainRow, rows, when } from "./dom.js";
import { Pages } from "./pages.js";
import { outage, poll } from "./polling.js";

const LIST_MS = 10_000;

const t = await texts("operations");
const more = document.getElementById("acts-more");
const acts = new Pages("/audit", more);
const row = plainRow(["", "", "mono", "mono ids", "reason"], (act) => [when(act.at_ms), act.act, act.by, act.what, act.detail]);

const again = poll(LIST_MS, async () => {
  rows(document.getElementById("acts"), await acts.items(), (act) => act.position, row);
}, outage(t));
more.addEventListener("click", () => again());
