// Text from outside is cut between characters.

import assert from "node:assert/strict";
import test from "node:test";

const load = (name) => import(`${process.env.JUDGE_TEST_MODULES}/${name}.js`);
const { beginning, visible } = await load("visible");
const { said } = await load("submissions/dom");
const { marksIn } = await load("workbench/marks");

test("the beginning of a text has whole characters alone", () => {
  assert.deepEqual([0, 1, 2, 3, 4, 9].map((most) => beginning("a😀b", most)), ["", "a", "a", "a😀", "a😀b", "a😀b"]);
  assert.equal(visible(beginning("😀".repeat(9), 5)), "😀😀");
});

test("half a character that is in the text stays", () => {
  assert.equal(visible(beginning("\ud83dab", 1)), "\\ud83d");
  assert.equal(visible(beginning("a\ude00b", 1)), "a");
});

test("a long name and a long message of a compiler end with a whole character", () => {
  assert.equal(said(`x${"😀".repeat(300)}`), `x${"😀".repeat(249)} …`);
  const [mark] = marksIn(`main.c:1:1: error: x${"😀".repeat(200)}`, ["main.c"]);
  assert.equal(mark.message, `x${"😀".repeat(149)}…`);
  const [cut] = marksIn(`${"😀".repeat(2)} main.c:1:1: error: ${"x".repeat(200)} ${"😀".repeat(600)}`, ["main.c"]);
  assert.ok(cut.message.isWellFormed());
});
