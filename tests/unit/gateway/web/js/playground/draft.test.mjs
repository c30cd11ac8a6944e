// Drafts of the playground: of the person's own program, and of what others shared.

import assert from "node:assert/strict";
import test from "node:test";

const { forgetDraft, keepDraft, keptDraft, readDraft } = await import(`${process.env.JUDGE_TEST_MODULES}/playground/draft.js`);

class Store extends Map {
  getItem(name) {
    return this.get(name) ?? null;
  }
  setItem(name, text) {
    this.set(name, text);
  }
  removeItem(name) {
    this.delete(name);
  }
}

const DRAFT = { language: "c", files: [{ name: "a.c", text: "x" }], active: "a.c", main: "", stdin: "1", arguments: ["-x"], tests: [{ stdin: "1", expected: "2" }] };
const SHARES = Array.from({ length: 20 }, (_, at) => `js_${at}`);

test("a draft is kept and read again; what is no draft is none", () => {
  const store = new Store();
  assert.ok(keepDraft(DRAFT, "", store));
  assert.deepEqual(keptDraft("", store), DRAFT);
  assert.equal(keepDraft({ ...DRAFT, stdin: "x".repeat(2 << 20) }, "", store), false);
  for (const text of ["", "null", "[]", "{", '{"files": 3}', '{"files": [{"name": 1}]}']) {
    assert.equal(keptDraft("", { getItem: () => text }), null, text);
  }
  assert.equal(keptDraft("", { getItem: () => { throw new Error("not allowed"); } }), null);
  const odd = readDraft('{"files": [{"name": "a", "text": "x"}], "language": 3, "active": "b", "tests": [{"stdin": 1}], "arguments": "x"}');
  assert.deepEqual([odd.language, odd.active, odd.tests, odd.arguments], ["", "a", [], []]);
});

test("each shared program has a draft of its own", () => {
  const store = new Store();
  for (const stdin of ["", "js_a", "js_b"]) keepDraft({ ...DRAFT, stdin }, stdin, store);
  assert.deepEqual(["", "js_a", "js_b", "js_c"].map((share) => keptDraft(share, store)?.stdin), ["", "js_a", "js_b", undefined]);
  forgetDraft("js_a", store);
  assert.deepEqual(["", "js_a", "js_b"].map((share) => keptDraft(share, store)?.stdin), ["", undefined, "js_b"]);
});

test("of shared programs those that were changed last are kept, beside the own draft", () => {
  const store = new Store();
  keepDraft(DRAFT, "", store);
  for (const share of SHARES) {
    keepDraft(DRAFT, share, store);
    keepDraft(DRAFT, SHARES[0], store);
  }
  const kept = SHARES.filter((share) => keptDraft(share, store));
  assert.deepEqual(kept, [SHARES[0], ...SHARES.slice(-7)]);
  assert.deepEqual(keptDraft("", store), DRAFT);
  assert.equal(store.size, 10);
});

test("a forgotten draft takes no place of another", () => {
  const store = new Store();
  for (const share of SHARES.slice(0, 8)) keepDraft(DRAFT, share, store);
  forgetDraft(SHARES[7], store);
  keepDraft(DRAFT, SHARES[8], store);
  assert.ok(keptDraft(SHARES[0], store));
});

test("drafts of shared programs have no more letters together than one may have", () => {
  const store = new Store();
  for (const share of SHARES) keepDraft({ ...DRAFT, stdin: "x".repeat(300 << 10) }, share, store);
  assert.deepEqual(SHARES.filter((share) => keptDraft(share, store)), SHARES.slice(-3));
});

test("an order of drafts that cannot be read hinders none", () => {
  for (const text of ["{", "null", '{"a": 1}', "[1, null]"]) {
    const store = new Store([["judge-draft::shares", text]]);
    assert.ok(keepDraft(DRAFT, "js_a", store), text);
    assert.deepEqual(keptDraft("js_a", store), DRAFT);
  }
});
