// How an editor looks: by the colours of the page, so that light and dark need nothing of their own.

import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const colour = (name) => `var(--code-${name})`;

const HIGHLIGHTS = HighlightStyle.define([
  { tag: [tags.comment, tags.docComment], color: colour("comment") },
  { tag: [tags.keyword, tags.modifier, tags.controlKeyword, tags.operatorKeyword], color: colour("keyword") },
  { tag: [tags.string, tags.special(tags.string), tags.character, tags.regexp], color: colour("string") },
  { tag: [tags.number, tags.bool, tags.null, tags.atom, tags.escape], color: colour("number") },
  { tag: [tags.typeName, tags.className, tags.namespace, tags.standard(tags.name)], color: colour("type") },
  { tag: [tags.function(tags.variableName), tags.function(tags.definition(tags.variableName))], color: colour("function") },
  { tag: [tags.meta, tags.processingInstruction, tags.annotation, tags.macroName], color: colour("meta") },
  { tag: tags.heading, fontWeight: "600" },
  { tag: tags.invalid, color: "var(--bad)" },
]);

const LOOK = EditorView.theme({
  "&": { height: "100%", backgroundColor: "var(--ground)", color: "var(--text)", fontSize: "var(--size-code)" },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "0" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.5", fontVariantLigatures: "none" },
  ".cm-content": { caretColor: "var(--text)", padding: "6px 0" },
  ".cm-gutters": { backgroundColor: "var(--ground-2)", color: "var(--text-2)", border: "none" },
  ".cm-lineNumbers .cm-gutterElement": { minWidth: "2.5em", padding: "0 6px 0 8px" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--ground-3) 45%, transparent)" },
  ".cm-activeLineGutter": { backgroundColor: "var(--ground-3)", color: "var(--text)" },
  ".cm-selectionMatch": { backgroundColor: "var(--warn-soft)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--good-soft)", outline: "1px solid var(--good)" },
  "&.cm-focused .cm-nonmatchingBracket": { backgroundColor: "var(--bad-soft)" },
  ".cm-content ::selection, .cm-content::selection": { backgroundColor: "var(--selection)" },
  ".cm-specialChar": { color: "var(--bad)" },
  ".cm-placeholder": { color: "var(--text-2)" },
  ".cm-panels": { backgroundColor: "var(--ground-2)", color: "var(--text)", borderColor: "var(--line)" },
  ".cm-panel.cm-search": { fontFamily: "var(--font)", padding: "4px 24px 4px 6px" },
  ".cm-panel.cm-search label": { fontSize: "var(--size-small)" },
  ".cm-textfield": { backgroundColor: "var(--ground)", color: "var(--text)", borderColor: "var(--line-strong)" },
  ".cm-button": { background: "var(--ground)", color: "var(--text)", borderColor: "var(--line-strong)" },
  ".cm-searchMatch": { backgroundColor: "var(--warn-soft)", outline: "1px solid var(--warn)" },
  ".cm-searchMatch-selected": { backgroundColor: "var(--accent-soft)", outline: "1px solid var(--accent)" },
  ".cm-tooltip": { backgroundColor: "var(--ground-2)", color: "var(--text)", border: "1px solid var(--line-strong)" },
  ".cm-diagnostic": { fontFamily: "var(--mono)", fontSize: "var(--size-small)", whiteSpace: "pre-wrap" },
});

export const theme = [LOOK, syntaxHighlighting(HIGHLIGHTS)];
