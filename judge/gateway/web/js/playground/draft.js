// What is in the playground, kept by this browser alone. Other tabs of it see the newest. A program behind a link has a
// draft of its own, by the id of its `share`; an empty one is the person's own program.

import { draftName, keepText } from "../drafts.js";

const LETTERS_MAX = 1 << 20; // of a draft; and of those of all shared programs together
const SHARES_MAX = 8;
const ORDER = "shares"; // ids of shared programs, the one that was changed last first

function nameOf(share) {
  return draftName(share && `share:${share}`);
}

/** The draft; null = there is none, or none that can be read. */
export function keptDraft(share = "", store = globalThis.localStorage) {
  try {
    return readDraft(store.getItem(nameOf(share)));
  } catch {
    return null;
  }
}

/** Keep it; whether that was possible. */
export function keepDraft(draft, share = "", store = globalThis.localStorage) {
  try {
    const text = JSON.stringify(draft);
    if (text.length > LETTERS_MAX) return false;
    if (share) makeRoom(share, LETTERS_MAX - text.length, store);
    keepText(nameOf(share), text, store);
    return true;
  } catch {
    return false;
  }
}

/** Forget it. */
export function forgetDraft(share = "", store = globalThis.localStorage) {
  try {
    store.removeItem(nameOf(share));
  } catch {
    // there is nothing to forget
  }
}

// Of the other shared programs those drafts stay that were changed last, while there is room.
function makeRoom(share, letters, store) {
  const lettersOf = (one) => store.getItem(nameOf(one))?.length ?? 0;
  const others = shareOrder(store).filter((one) => one !== share && lettersOf(one));
  let left = letters;
  const kept = others.slice(0, SHARES_MAX - 1).filter((one) => (left -= lettersOf(one)) >= 0);
  for (const one of others) if (!kept.includes(one)) store.removeItem(nameOf(one));
  keepText(draftName(ORDER), JSON.stringify([share, ...kept]), store);
}

function shareOrder(store) {
  try {
    return list(JSON.parse(store.getItem(draftName(ORDER)))).filter((share) => isText(share) && share);
  } catch {
    return [];
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
