// What of an output is shown: its beginning and its end, however much there is between. Pure.

import { isHalf } from "../visible.js";

export const HEAD_LETTERS_MAX = 64 * 1024;
export const TAIL_LETTERS_MAX = 32 * 1024;
export const HEAD_LINES_MAX = 2000;
export const TAIL_LINES_MAX = 1000;

/** Bytes of several streams as text, in the order in which they come, of bounded size. */
export class Shown {
  head = []; // pieces {stream, text}, which only grows
  tail = []; // the newest pieces behind it
  omittedLetters = 0; // between both
  #headLetters = 0;
  #headLines = 0;
  #tailLetters = 0;
  #tailLines = 0;
  #full = false;
  #decoders = new Map();

  /** More of a stream. */
  add(stream, bytes) {
    let decoder = this.#decoders.get(stream);
    if (!decoder) this.#decoders.set(stream, (decoder = { utf8: new TextDecoder(), held: "" }));
    this.#put(stream, this.#whole(decoder, decoder.utf8.decode(bytes, { stream: true })));
  }

  /** Nothing more comes: what was held back is shown. */
  end() {
    for (const [stream, decoder] of this.#decoders) this.#put(stream, decoder.held + decoder.utf8.decode());
    this.#decoders.clear();
  }

  // A carriage return right before a new line is no letter of its own.
  #whole(decoder, text) {
    const whole = (decoder.held + text).replaceAll("\r\n", "\n");
    decoder.held = whole.endsWith("\r") ? "\r" : "";
    return decoder.held ? whole.slice(0, -1) : whole;
  }

  #put(stream, text) {
    let rest = text;
    if (!this.#full && rest) rest = this.#putHead(stream, rest);
    if (rest) this.#putTail(stream, rest);
  }

  #putHead(stream, text) {
    let end = Math.min(text.length, HEAD_LETTERS_MAX - this.#headLetters);
    for (let at = text.indexOf("\n"); at >= 0 && at < end; at = text.indexOf("\n", at + 1)) {
      this.#headLines += 1;
      if (this.#headLines >= HEAD_LINES_MAX) end = at + 1;
    }
    if (isHalf(text, end)) end -= 1;
    append(this.head, stream, text.slice(0, end));
    this.#headLetters += end;
    this.#full = end < text.length || this.#headLetters >= HEAD_LETTERS_MAX || this.#headLines >= HEAD_LINES_MAX;
    return text.slice(end);
  }

  #putTail(stream, text) {
    let piece = text;
    if (piece.length > TAIL_LETTERS_MAX) {
      let cut = piece.length - TAIL_LETTERS_MAX;
      if (isHalf(piece, cut)) cut += 1;
      this.omittedLetters += cut;
      piece = piece.slice(cut);
    }
    this.tail.push({ stream, text: piece });
    this.#tailLetters += piece.length;
    this.#tailLines += newLines(piece);
    while (this.#tailLetters > TAIL_LETTERS_MAX || this.#tailLines > TAIL_LINES_MAX) this.#dropOldest();
  }

  #dropOldest() {
    const [first] = this.tail;
    const letters = this.#tailLetters - TAIL_LETTERS_MAX;
    const lines = this.#tailLines - TAIL_LINES_MAX;
    let cut = Math.min(first.text.length, Math.max(letters, afterLines(first.text, lines)));
    if (isHalf(first.text, cut)) cut += 1;
    const gone = first.text.slice(0, cut);
    this.omittedLetters += gone.length;
    this.#tailLetters -= gone.length;
    this.#tailLines -= newLines(gone);
    if (cut >= first.text.length) this.tail.shift();
    else this.tail[0] = { stream: first.stream, text: first.text.slice(cut) };
  }
}

function append(pieces, stream, text) {
  if (text) pieces.push({ stream, text });
}

function newLines(text) {
  let count = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) count += 1;
  return count;
}

function afterLines(text, count) {
  let at = 0;
  for (let left = count; left > 0; left -= 1) {
    const next = text.indexOf("\n", at);
    if (next < 0) return text.length;
    at = next + 1;
  }
  return at;
}
