// A list of work: moments as they are here, what is not over yet kept fresh, two chosen to be compared.

import { ask } from "../api.js";
import { texts } from "../texts.js";
import { moment } from "./format.js";
import { mark } from "./words.js";

const PAUSE_MS = 2000;

const t = await texts("submissions");

for (const time of document.querySelectorAll("time")) time.textContent = moment(Number(time.getAttribute("datetime")));

const form = document.getElementById("choice");
const button = form?.querySelector("button");

function choose() {
  const chosen = form.querySelectorAll('input[name="with"]:checked').length;
  button.disabled = chosen !== 2;
  document.getElementById("chosen").textContent = chosen === 2 ? "" : t("choose_two");
}

if (form) {
  form.addEventListener("change", choose);
  choose();
}

async function look(row) {
  const work = await ask("GET", `/work/${encodeURIComponent(row.dataset.id)}`);
  row.dataset.state = work.state;
  const cell = row.querySelector(".verdict");
  if (work.state === "done" && work.status) cell.replaceChildren(mark(work.status, t, { long: true }));
  else cell.querySelector(".mark").textContent = t(`state_${work.state}`);
}

// What is not over is asked about, one after the other, while somebody looks.
async function keepFresh() {
  const open = document.querySelectorAll('tr[data-state="queued"], tr[data-state="running"]');
  for (const row of document.hidden ? [] : open) await look(row).catch(() => {});
  if (open.length) setTimeout(keepFresh, PAUSE_MS);
}

keepFresh();
document.documentElement.dataset.ready = "yes";
