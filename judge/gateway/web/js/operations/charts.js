// Is it slow, for whom, and why: the charts of the last hour, day or week.

import { ask } from "../api.js";
import { texts } from "../texts.js";
import { outage, poll } from "./polling.js";
import { showSeries } from "./series.js";

const SERIES_MS = 30_000;

const t = await texts("operations");
const form = document.getElementById("series");

const again = poll(SERIES_MS, async () => {
  const asked = new URLSearchParams(new FormData(form));
  showSeries(await ask("GET", `/series?${asked}`), asked.get("by"), t);
}, outage(t));
form.addEventListener("change", again);
