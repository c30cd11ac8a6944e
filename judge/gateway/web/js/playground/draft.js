// What is in the playground, kept by this browser alone. Other tabs of it see the newest.

import { draftName, keepText } from "../drafts.js";

const LETTERS_MAX = 1 << 20;

/** The draft; null = there is none, or none that can be read. */
export function keptDraft(store = globalThis.localStorage) {
  try {
    return readDraft(store.getItem(draftName("")));
  } catch {
    return null;
  }
}

/** Keep it; whether that was possible. */
export function keepDraft(draft, store = globalThis.localStorage) {
  try {
    const text = JSON.stringify(draft);
    if (text.length > LETTERS_MAX) return false;
    keepText(draftName(""), text, store);
    return true;
  } catch {
    return false;
  }
}

/** Forget it. */
export function forgetDraft(store = globalThis.localStorage) {
  try {
    store.removeItem(draftName(""));
  } catch {
    // there is nothing to forget
  }
}

/** From text that may be anything: of an older version, or of whoever uses this browser. */
export function readDraft(text) {
  if (!text) return null;
  const draft = JSON.parse(text);
  const files = list(draft.files).filter((file) => isText(file?.name) && file.name && isText(file.text));
  if (!files.length) return null;
  const names = files.map((file) => file.name);
  const known = (name) => (names.includes(name) ? name : "");
  return {
    language: isText(draft.language) ? draft.language : "",
    files: files.map(({ name, text: content }) => ({ name, text: content })),
    active: known(draft.active) || names[0],
    main: known(draft.main),
    stdin: isText(draft.stdin) ? draft.stdin : "",
    arguments: list(draft.arguments).filter(isText),
    tests: list(draft.tests)
      .filter((test) => isText(test?.stdin) && isText(test.expected))
      .map(({ stdin, expected }) => ({ stdin, expected })),
  };
}

function isText(value) {
  return typeof value === "string";
}

function list(value) {
  return Array.isArray(value) ? value.slice(0, 200) : [];
}
