// Two texts beside each other.

import { MergeView } from "@codemirror/merge";
import { EditorState } from "@codemirror/state";
import { EditorView, highlightSpecialChars, lineNumbers } from "@codemirror/view";

import { theme } from "./theme.js";

export class Difference {
  #view;

  constructor(parent, { left, right, leftLabel, rightLabel, mode }) {
    const root = parent.shadowRoot || parent.attachShadow({ mode: "open" });
    root.replaceChildren();
    const side = (doc, label) => ({
      doc,
      extensions: [
        lineNumbers(),
        highlightSpecialChars(),
        EditorState.readOnly.of(true),
        EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
        EditorView.lineWrapping,
        mode,
        theme,
      ],
    });
    this.#view = new MergeView({
      a: side(left, leftLabel),
      b: side(right, rightLabel),
      root,
      parent: root,
      collapseUnchanged: { margin: 3, minSize: 6 },
      diffConfig: { scanLimit: 2000, timeout: 1000 },
    });
  }

  destroy() {
    this.#view.destroy();
  }
}
