// Small things that every page of operations needs: elements, rows that keep their focus, times in words, actions.

import { visibleLine } from "../visible.js";

// An element; `text` is put in as text, made visible; everything else is an attribute.
export function element(tag, { text, ...attributes } = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  if (text !== undefined) made.textContent = visibleLine(String(text));
  made.append(...children);
  return made;
}

export function say(node, text) {
  const shown = visibleLine(String(text));
  if (node.textContent !== shown) node.textContent = shown;
}

export const cell = (text = "", kind) => element("td", { text, class: kind });
export const number = (text = "") => cell(text, "number");

// A mark with one of the roles good, bad, warn, note.
export function mark(node, text, role) {
  say(node, text);
  node.className = `mark ${role}`;
}

// Rows of a table, one for each item, in its order. Those that stay are the same elements as before: what has the
// focus keeps it. `make(item)` gives a row and what fills it: [row, fill].
export function rows(body, items, keyOf, make) {
  const before = new Map([...body.children].map((row) => [row.dataset.key, row]));
  let place = body.firstElementChild;
  const cards = body.closest(".cards");
  const heads = cards && [...cards.querySelectorAll("thead th")].map((head) => head.textContent);
  for (const item of items) {
    const key = keyOf(item);
    let row = before.get(key);
    before.delete(key);
    if (!row) {
      const [made, fill] = make(item);
      row = made;
      row.dataset.key = key;
      if (heads) [...row.cells].forEach((one, index) => (one.dataset.head = heads[index] ?? ""));
      row.fill = fill;
    }
    row.fill(item);
    if (row === place) place = place.nextElementSibling;
    else body.insertBefore(row, place);
  }
  for (const row of before.values()) row.remove();
  const table = body.closest(".table");
  const none = document.getElementById(`${body.id}-none`);
  if (none) none.hidden = items.length > 0;
  if (none && table) table.hidden = items.length === 0;
}

// A row of plain cells: `read(item)` gives their texts; `kinds` their classes.
export function plainRow(kinds, read) {
  return () => {
    const cells = kinds.map((kind) => cell("", kind));
    const fill = (item) => read(item).forEach((text, index) => say(cells[index], text));
    return [element("tr", {}, ...cells), fill];
  };
}

// 12 ms, 1.2 s, 3:05, 2:10:05: as `judge top` says it.
export function duration(ms) {
  if (ms === null || ms === undefined) return "–";
  if (ms < 1000) return `${ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.floor(ms / 1000);
  const two = (n) => String(n).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

// The person's own form of the page's language, where the browser has one.
const language = document.documentElement.lang;
export const locale = navigator.languages.find((name) => name.split("-")[0] === language) || language;

const moment = new Intl.DateTimeFormat(locale, { dateStyle: "short", timeStyle: "medium" });
export const when = (ms) => (ms ? moment.format(new Date(ms)) : "–");

// What people call a package: the last part of a path, the beginning of a digest.
export function packageName(name) {
  const [kind, digest] = name.split(":", 2);
  if (digest && !name.includes("/")) return `${kind}:${digest.slice(0, 12)}`;
  return name.replace(/\/+$/, "").split("/").pop();
}

// What an action did or why it did not, told in the page's live region.
export function told(text, bad = false) {
  const place = document.getElementById("told");
  place.hidden = false;
  place.className = `notice ${bad ? "bad" : "good"}`;
  place.textContent = visibleLine(text);
}

// Do something that may fail, once at a time: `control` is off meanwhile. `common` are texts.
export async function attempt(control, t, work) {
  if (control.disabled) return;
  control.disabled = true;
  try {
    const said = await work();
    if (said) told(said);
  } catch (error) {
    told(error instanceof TypeError ? t("unreachable") : t("failed", { detail: error.message }), true);
  } finally {
    control.disabled = false;
    if (control.isConnected) control.focus({ preventScroll: true });
  }
}
