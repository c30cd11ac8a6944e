// The output of a program in the page. It is hostile: it goes in as text, its control characters as escapes, and only
// its beginning and end, so that no amount of it holds the page up.

import { visible } from "../visible.js";
import { Shown } from "./shown.js";

const TAIL_EVERY_MS = 150;
const KEPT_BYTES_MAX = 2 << 20;

export class OutputView {
  #t;
  #pre;
  #head;
  #cut;
  #tail;
  #shown = new Shown();
  #headAt = 0;
  #frame = 0;
  #tailDrawnMs = 0;
  #kept = new Map(); // stream -> pieces of bytes, for the file that can be saved
  #bytes = new Map();

  constructor(pre, t) {
    this.#pre = pre;
    this.#t = t;
    [this.#head, this.#cut, this.#tail] = ["", "cut", ""].map((name) => made("span", name));
    this.begin();
  }

  /** Nothing is there yet. */
  begin() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#shown = new Shown();
    this.#headAt = 0;
    this.#kept.clear();
    this.#bytes.clear();
    for (const part of [this.#head, this.#cut, this.#tail]) part.replaceChildren();
    this.#cut.hidden = true;
    this.#pre.replaceChildren(this.#head, this.#cut, this.#tail);
  }

  /** How many bytes of a stream there were. */
  count(stream) {
    return this.#bytes.get(stream) ?? 0;
  }

  /** More of a stream: 1 = output, 2 = error output. */
  add(stream, bytes) {
    const before = this.count(stream);
    this.#bytes.set(stream, before + bytes.length);
    if (before < KEPT_BYTES_MAX) this.#keep(stream, bytes.slice(0, KEPT_BYTES_MAX - before));
    this.#shown.add(stream, bytes);
    this.#soon();
  }

  /** A line of ours, behind the output. */
  note(text) {
    this.#draw();
    this.#pre.append(made("span", "note", text));
  }

  /** Nothing more comes. */
  end() {
    this.#shown.end();
    this.#tailDrawnMs = 0;
    this.#draw();
  }

  /** All bytes of a stream that were kept here, as one file; null = there are none, or not all are here. */
  file(stream) {
    const pieces = this.#kept.get(stream);
    return pieces && this.count(stream) <= KEPT_BYTES_MAX ? new Blob(pieces, { type: "application/octet-stream" }) : null;
  }

  /** The beginning of a stream as text. */
  beginning(stream) {
    const pieces = this.#shown.head.filter((piece) => piece.stream === stream);
    return pieces.map((piece) => piece.text).join("");
  }

  #keep(stream, bytes) {
    if (!this.#kept.has(stream)) this.#kept.set(stream, []);
    this.#kept.get(stream).push(bytes.slice());
  }

  #soon() {
    if (!this.#frame) this.#frame = requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const { scrollTop, scrollHeight, clientHeight } = this.#pre;
    const follows = scrollHeight - scrollTop - clientHeight < 40;
    const { head } = this.#shown;
    this.#head.append(...parts(head.slice(this.#headAt)));
    this.#headAt = head.length;
    if (this.#shown.tail.length) this.#drawTail();
    if (follows) this.#pre.scrollTop = this.#pre.scrollHeight;
  }

  #drawTail() {
    const now = performance.now();
    if (now - this.#tailDrawnMs < TAIL_EVERY_MS) return this.#soon();
    this.#tailDrawnMs = now;
    const letters = this.#shown.omittedLetters;
    this.#cut.hidden = !letters;
    this.#cut.textContent = letters ? `\n${this.#t("output_cut", { n: letters.toLocaleString() })}\n` : "";
    this.#tail.replaceChildren(...parts(this.#shown.tail));
  }
}

function parts(pieces) {
  const joined = [];
  for (const { stream, text } of pieces) {
    if (joined.at(-1)?.stream === stream) joined.at(-1).text += text;
    else joined.push({ stream, text });
  }
  return joined.map(({ stream, text }) => made("span", stream === 2 ? "err" : "out", visible(text)));
}

function made(tag, name, text = "") {
  const element = document.createElement(tag);
  if (name) element.className = name;
  element.textContent = text;
  return element;
}

/** The bytes of an output of a report: {text} or {base64}. */
export function bytesOf({ text = "", base64 = "" }) {
  return base64 ? Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)) : new TextEncoder().encode(text);
}
