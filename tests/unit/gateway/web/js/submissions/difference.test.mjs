// What of a line is marked as not in the other one.

import assert from "node:assert/strict";
import test from "node:test";

const { lineParts } = await import(`${process.env.JUDGE_TEST_MODULES}/submissions/difference.js`);

test("a line has what is as in the other one before and behind what is not", () => {
  assert.deepEqual(lineParts("score 12 ok", "score 34 ok"), ["score ", "12", " ok"]);
  assert.deepEqual(lineParts("aa", "aaa"), ["aa", "", ""]);
  assert.deepEqual(lineParts("aaa", "aa"), ["aa", "a", ""]);
  assert.deepEqual(lineParts("", "x"), ["", "", ""]);
});

test("a line is never cut in the middle of a character", () => {
  assert.deepEqual(lineParts("score 😀 ok", "score 😁 ok"), ["score ", "😀", " ok"]); // the same first unit
  assert.deepEqual(lineParts("score 😀 ok", "score 🨀 ok"), ["score ", "😀", " ok"]); // the same last unit
  assert.deepEqual(lineParts("😀", "😁😀"), ["", "", "😀"]);
  assert.deepEqual(lineParts("😁😀", "😀"), ["", "😁", "😀"]);
  assert.deepEqual(lineParts("a😀😀b", "a😀b"), ["a😀", "😀", "b"]);
});
