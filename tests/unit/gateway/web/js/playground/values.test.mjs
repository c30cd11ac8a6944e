// The pure parts of the playground: files, differences, and what of an output is shown.

import assert from "node:assert/strict";
import test from "node:test";

const load = (name) => import(`${process.env.JUDGE_TEST_MODULES}/${name}.js`);
const files = await load("workbench/files");
const { sideBySide } = await load("playground/difference");
const { Shown, HEAD_LETTERS_MAX, TAIL_LETTERS_MAX, HEAD_LINES_MAX, TAIL_LINES_MAX } = await load("workbench/shown");

test("files are added, renamed and removed, and the main one follows", () => {
  let program = files.programOf("main.py", "print(1)");
  program = files.added(program, "help.py");
  program = { ...program, main: "help.py" };
  program = files.renamed(program, "help.py", "tool.py");
  assert.deepEqual([program.active, program.main], ["tool.py", "tool.py"]);
  assert.deepEqual(files.asSources(program).main, "tool.py");
  program = files.removed(program, "tool.py");
  assert.deepEqual(program, { files: [{ name: "main.py", text: "print(1)" }], active: "main.py", main: "" });
  assert.equal(files.removed(program, "main.py"), program);
  assert.deepEqual(files.asSources(program), { sources: [{ name: "main.py", text: "print(1)" }] });
});

test("a file's name is a relative path that no other has", () => {
  const program = files.programOf("a.c", "");
  const faults = ["a.c", " ", "/x", "x/../y", "x//y", "a\\b", "a\nb", "a\u202eb", "x".repeat(256), "x/y.c"].map((name) => files.nameFault(program, name));
  assert.deepEqual(faults, ["name_taken", "name_empty", ...Array(7).fill("name_bad"), ""]);
  assert.equal(files.nameFault(program, "a.c", "a.c"), "");
});

test("arguments are split as a shell does, and written so that they are read again", () => {
  assert.deepEqual(files.argumentsIn(`a  'b c' "d \\" e" f\\ g '' x$y`), ["a", "b c", 'd " e', "f g", "", "x$y"]);
  const words = ["", "a b", "it's", "-x=1", '"', "\\"];
  assert.deepEqual(files.argumentsIn(files.argumentLine(words)), words);
});

test("a difference shows what both have beside what one alone has", () => {
  const rows = (left, right) => sideBySide(left, right).rows.map((row) => [row.left, row.right, row.same]);
  assert.deepEqual(rows("a\nb\nc\n", "a\nx\nc\n"), [["a", "a", true], ["b", "x", false], ["c", "c", true]]);
  assert.deepEqual(rows("a\nb", "b"), [["a", null, false], ["b", "b", true]]);
  assert.deepEqual(rows("a\n", "a\nb\n"), [["a", "a", true], [null, "b", false]]);
  assert.deepEqual(rows("1  2 \r\n", "1 2"), [["1  2 ", "1 2", true]]);
  assert.deepEqual(rows("", ""), []);
});

test("a difference of large texts is bounded, and shows where they begin to differ", () => {
  const left = Array.from({ length: 50_000 }, (_, at) => `line ${at}`).join("\n");
  const found = sideBySide(left, left.replace("line 40000\n", "other\n"));
  assert.equal(found.rows.length, 2000);
  assert.equal(found.before + found.rows.length + found.after, 50_000);
  assert.ok(found.rows.some((row) => !row.same && row.right === "other"));
  assert.ok(sideBySide("x\n".repeat(20_000), "y\n".repeat(20_000)).rows.length <= 2000);
});

const bytes = (text) => new TextEncoder().encode(text);

test("little output is shown whole, letters that come in pieces too", () => {
  const shown = new Shown();
  const euro = bytes("€");
  shown.add(1, euro.slice(0, 1));
  shown.add(2, bytes("warning\r"));
  shown.add(1, euro.slice(1));
  shown.add(2, bytes("\nx\r"));
  shown.end();
  const text = (stream) => shown.head.filter((piece) => piece.stream === stream).map((piece) => piece.text).join("");
  assert.equal(text(1), "€");
  assert.equal(text(2), "warning\nx\r");
  assert.deepEqual([shown.tail, shown.omittedLetters], [[], 0]);
});

test("of much output the beginning and the end are shown, and how much is between", () => {
  for (const [unit, count, size] of [["x", 10_000_000, 4096], ["\n", 1_000_000, 1], ["ab\n", 3_000_000, 7000], ["😀", 300_000, 4096]]) {
    const shown = new Shown();
    const all = bytes(unit.repeat(count));
    for (let at = 0; at < all.length; at += Math.max(size, all.length / 5000)) shown.add(1, all.slice(at, at + Math.max(size, all.length / 5000)));
    shown.end();
    const [head, tail] = [shown.head, shown.tail].map((pieces) => pieces.map((piece) => piece.text).join(""));
    assert.ok(head.length <= HEAD_LETTERS_MAX && tail.length <= TAIL_LETTERS_MAX, unit);
    assert.ok(head.split("\n").length <= HEAD_LINES_MAX + 1 && tail.split("\n").length <= TAIL_LINES_MAX + 1, unit);
    assert.ok(!/\ufffd/.test(head + tail.slice(4)), unit);
    assert.equal(head.length + tail.length + shown.omittedLetters, unit.length * count);
  }
});

test("the end of much output begins with a whole character", () => {
  const shown = new Shown();
  shown.add(1, bytes("a".repeat(HEAD_LETTERS_MAX)));
  const text = `x${"😀".repeat(40_000)}y`;
  shown.add(1, bytes(text));
  shown.end();
  assert.ok(shown.tail[0].text.startsWith("😀"));
  assert.equal(shown.tail[0].text.length + shown.omittedLetters, text.length);
});

test("bytes that are no text have a letter that says so", () => {
  const shown = new Shown();
  shown.add(1, new Uint8Array([0x61, 0xff, 0xfe, 0x62]));
  shown.end();
  assert.equal(shown.head[0].text, "a\ufffd\ufffdb");
});
