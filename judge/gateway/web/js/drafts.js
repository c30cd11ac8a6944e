// Drafts that this browser keeps. Each has the name of whose it is in its own: the next one at a shared computer finds
// nothing of those before.

let over = false;

function owner() {
  return globalThis.document?.documentElement.dataset.owner ?? "";
}

/** Where the draft of `what` lies. */
export function draftName(what, whose = owner()) {
  return `judge-draft:${whose}:${what}`;
}

/** Keep a text there, until drafts are forgotten. */
export function keepText(name, text, store = globalThis.localStorage) {
  if (!over) store.setItem(name, text);
}

/** Remove all drafts of who leaves; this page keeps none from now on. */
export function forgetDrafts(whose = owner(), store = globalThis.localStorage) {
  over = true;
  const names = Array.from({ length: store.length }, (_, at) => store.key(at));
  for (const name of names) if (name.startsWith(draftName("", whose))) store.removeItem(name);
}
