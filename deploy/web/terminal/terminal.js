// The terminal of pages: xterm.js below one small interface.

import { FitAddon } from "@xterm/addon-fit";
import { Terminal as Xterm } from "@xterm/xterm";
import css from "@xterm/xterm/css/xterm.css";

import "./styles.js";

const COLOURS = {
  background: "--ground-2", foreground: "--text", cursor: "--accent", cursorAccent: "--ground", selectionBackground: "--selection",
};

function colours() {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(Object.entries(COLOURS).map(([name, token]) => [name, style.getPropertyValue(token).trim()]));
}

function sheet() {
  const made = new CSSStyleSheet();
  made.replaceSync(css);
  return made;
}

let adopted = false;

export class Terminal {
  #xterm;
  #fit = new FitAddon();
  #observer;
  #ended = new AbortController();

  // `onInput` is given what was typed, `onResize` columns and rows. `readOnly`: nothing can be typed. `screenReader`:
  // output is put into the page as text, too, which costs time where there is much of it.
  constructor(parent, { label, onInput, onResize, readOnly = false, screenReader = false, lines = 5000 }) {
    if (!adopted) document.adoptedStyleSheets.push(sheet());
    adopted = true;
    this.#xterm = new Xterm({
      allowProposedApi: false,
      convertEol: false,
      cursorBlink: false,
      disableStdin: readOnly,
      fontFamily: getComputedStyle(document.documentElement).getPropertyValue("--mono"),
      fontSize: 13.5,
      linkHandler: { activate() {} }, // links that programs write lead nowhere
      minimumContrastRatio: 4.5,
      screenReaderMode: screenReader,
      scrollback: lines,
      theme: colours(),
    });
    this.#xterm.loadAddon(this.#fit);
    this.#xterm.open(parent);
    this.#xterm.textarea.setAttribute("aria-label", label);
    if (onInput) this.#xterm.onData(onInput);
    if (onResize) this.#xterm.onResize(({ cols, rows }) => onResize(cols, rows));
    this.#observer = new ResizeObserver(() => this.fit());
    this.#observer.observe(parent);
    const recolour = () => {
      this.#xterm.options.theme = colours();
    };
    const { signal } = this.#ended;
    document.addEventListener("judge-theme", recolour, { signal });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolour, { signal });
  }

  get columns() {
    return this.#xterm.cols;
  }

  get rows() {
    return this.#xterm.rows;
  }

  // Text or bytes (Uint8Array, UTF-8). Resolves when it is shown.
  write(data) {
    return new Promise((done) => this.#xterm.write(data, done));
  }

  clear() {
    this.#xterm.reset();
  }

  fit() {
    this.#fit.fit();
  }

  focus() {
    this.#xterm.focus();
  }

  destroy() {
    this.#ended.abort();
    this.#observer.disconnect();
    this.#xterm.dispose();
  }
}
