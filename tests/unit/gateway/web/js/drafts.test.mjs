// Whose drafts they are, and that none stays.

import assert from "node:assert/strict";
import test from "node:test";

const { draftName, forgetDrafts, keepText } = await import(`${process.env.JUDGE_TEST_MODULES}/drafts.js`);

class Store extends Map {
  get length() {
    return this.size;
  }
  key(at) {
    return [...this.keys()][at];
  }
  setItem(name, text) {
    this.set(name, text);
  }
  removeItem(name) {
    this.delete(name);
  }
}

test("who signs out leaves none, and those of others stay", () => {
  const store = new Store();
  for (const whose of ["amy", "bob"]) for (const what of ["", "sha256:1"]) keepText(draftName(what, whose), "x", store);
  store.setItem("judge-language", "c");
  assert.equal(store.size, 5);
  forgetDrafts("amy", store);
  assert.deepEqual([...store.keys()], [draftName("", "bob"), draftName("sha256:1", "bob"), "judge-language"]);
  keepText(draftName("", "amy"), "late", store);
  assert.equal(store.size, 3);
});
