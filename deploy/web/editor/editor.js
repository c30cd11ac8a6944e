// The editor of pages: CodeMirror below one small interface, so that nothing else of the page knows it.
//
// An editor lives in a shadow root. There CodeMirror adds its styles as style sheets made by a script, which a content
// policy without 'unsafe-inline' or a nonce allows; in the document itself it would add <style> elements.

import { closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, indentOnInput, indentUnit } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState } from "@codemirror/state";
import {
  EditorView,
  drawSelection,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
  placeholder as emptyText,
} from "@codemirror/view";

import { loaded, modeOf } from "./modes.js";
import { theme } from "./theme.js";

const HINT = "hint";

export class Editor {
  #view;
  #mode = new Compartment();
  #locked = new Compartment();
  #modeName = "";

  // `parent`: an empty element, whose size it takes. `label`: for who cannot see it; `hint` is read after that. `keys`:
  // {"Mod-Enter": () => ...}. `onChange` is called after each change that a person makes or a script.
  constructor(parent, { text = "", fileName = "", label, hint = "", placeholder = "", readOnly = false, keys = {}, onChange } = {}) {
    const root = parent.shadowRoot || parent.attachShadow({ mode: "open" });
    root.replaceChildren(hidden(hint));
    const attributes = { "aria-label": label, ...(hint ? { "aria-describedby": HINT } : {}) };
    const own = Object.entries(keys).map(([key, run]) => ({ key, preventDefault: true, run: () => (run(), true) }));
    const extensions = [
      keymap.of(own),
      lineNumbers(),
      highlightActiveLineGutter(),
      highlightSpecialChars(),
      history(),
      drawSelection(),
      indentOnInput(),
      bracketMatching(),
      closeBrackets(),
      highlightActiveLine(),
      highlightSelectionMatches(),
      search({ top: true }),
      lintGutter(),
      indentUnit.of("    "),
      emptyText(placeholder),
      keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...lintKeymap, indentWithTab]),
      theme,
      EditorView.contentAttributes.of(attributes),
      EditorView.updateListener.of((update) => update.docChanged && onChange?.()),
      this.#mode.of([]),
      this.#locked.of(locked(readOnly)),
    ];
    this.#view = new EditorView({ root, parent: root, state: EditorState.create({ doc: text, extensions }) });
    this.setFileName(fileName);
  }

  get text() {
    return this.#view.state.doc.toString();
  }

  // Also forgets the marks.
  set text(text) {
    this.#view.dispatch({ changes: { from: 0, to: this.#view.state.doc.length, insert: text } });
    this.mark([]);
  }

  // Highlight as this file is. Resolves when that is there.
  async setFileName(fileName) {
    const name = modeOf(fileName);
    if (name === this.#modeName) return;
    this.#modeName = name;
    const mode = await loaded(name);
    if (name === this.#modeName) this.#view.dispatch({ effects: this.#mode.reconfigure(mode) });
  }

  setReadOnly(readOnly) {
    this.#view.dispatch({ effects: this.#locked.reconfigure(locked(readOnly)) });
  }

  // Marks of a compiler: {line, column (both from 1; column 0 = the whole line), severity: error|warning|info, message}.
  mark(marks) {
    const { doc } = this.#view.state;
    const found = marks
      .filter(({ line }) => line >= 1 && line <= doc.lines)
      .map(({ line, column = 0, severity, message }) => {
        const { from, to } = doc.line(line);
        const start = Math.min(from + Math.max(column - 1, 0), to);
        const word = /^\w+/.exec(doc.sliceString(start, to));
        const end = column < 1 ? to : Math.min(start + (word ? word[0].length : 1), to);
        return { from: start, to: end, severity, message };
      });
    this.#view.dispatch(setDiagnostics(this.#view.state, found));
  }

  // Put the cursor there and show it.
  goTo(line, column = 1) {
    const { doc } = this.#view.state;
    const { from, to } = doc.line(Math.min(Math.max(line, 1), doc.lines));
    this.#view.dispatch({ selection: { anchor: Math.min(from + Math.max(column - 1, 0), to) }, scrollIntoView: true });
    this.focus();
  }

  focus() {
    this.#view.focus();
  }

  destroy() {
    this.#view.destroy();
  }
}

// Two texts beside each other, differences marked; both can only be read. Resolves to {destroy}.
export async function showDifference(parent, { left, right, leftLabel, rightLabel, fileName = "" }) {
  const { Difference } = await import("./difference.js");
  return new Difference(parent, { left, right, leftLabel, rightLabel, mode: await loaded(modeOf(fileName)) });
}

function hidden(text) {
  const element = document.createElement("span");
  element.id = HINT;
  element.hidden = true;
  element.textContent = text;
  return element;
}

function locked(readOnly) {
  return readOnly ? [EditorState.readOnly.of(true)] : [];
}
