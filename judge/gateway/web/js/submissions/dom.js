// Elements by calls. What is text stays text: nothing that comes from outside is ever read as markup.

import { beginning, visible, visibleLine } from "../visible.js";

const LETTERS_MAX = 500;

export function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(key, value);
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

// Longer text of a program or a compiler, in a box that can be scrolled by keyboard, too.
export function textBox(text, label) {
  return el("pre", { tabindex: "0", role: "region", "aria-label": label, class: "output" }, visible(text));
}

// A name or a message, on one line; of a very long one the beginning.
export function said(text) {
  return visibleLine(text.length > LETTERS_MAX ? `${beginning(text, LETTERS_MAX)} …` : text);
}

export function pairs(rows) {
  const list = el("dl", { class: "pairs" });
  for (const [name, value] of rows) {
    if (value !== "" && value !== null && value !== undefined) list.append(el("dt", {}, name), el("dd", {}, value));
  }
  return list;
}

// How much of something was used; the words beside it say the same.
export function bar(share, kind) {
  const inner = el("i");
  fill(inner, share);
  return el("div", { class: `share ${kind}`, "aria-hidden": "true" }, inner);
}

export function fill(inner, share) {
  inner.style.setProperty("inline-size", `${(Math.min(1, Math.max(0, share)) * 100).toFixed(1)}%`);
}
