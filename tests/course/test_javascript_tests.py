"""Unit tests of node:test against a module in another container: what crosses the wall, and what comes of failures."""

from __future__ import annotations

from pathlib import Path

import needs
import pytest
from course_harness import CourseStand, part_of, statuses, write

from judge.model.coursework import CoursePartReport
from judge.model.verdict import Verdict

ASSIGNMENT = """
assignment: 1
title: Bank
languages: [javascript]
limits: {{time: 500ms, memory: 128 MiB}}
parts:
  - {{name: units, kind: unit_tests, framework: node, files: [tests], module: bank, points: 10{more}}}
"""


@pytest.fixture(autouse=True)
def _node() -> None:
    needs.tool("node")


def graded(
    course: CourseStand, place: Path, files: dict[str, str], tests: dict[str, str], more: str = ""
) -> CoursePartReport:
    """The part, with these files of the student's and these tests."""
    write(place, {"assignment.yaml": ASSIGNMENT.format(more=more), **tests})
    report = course.grade_files(place, files)
    assert report.verdict is not Verdict.JE, report.reason
    return part_of(report, "units")


CROSSING = {
    "tests/values.test.mjs": """
import test, { mock } from "node:test";
import assert from "node:assert/strict";
import bank, { identity, later, fails, sortInPlace, map, mapAsync, hello, counter } from "../bank.js";
import * as all from "../bank.js";

test("values", () => {
  for (const value of [
    1, -0, NaN, Infinity, "\\u00e4\\u0000\\ud83c", true, null, undefined, 10n ** 40n, [1, [2]], { a: { b: 1 } },
    new Map([[1, { a: 2 }]]), new Set([1, "x"]), new Date(5), /a+/gi, Buffer.from("hi"), new Float64Array([0.5]),
    { $: "ref", id: 1 }, JSON.parse('{"__proto__": {"x": 1}}'), [undefined],
  ]) assert.deepEqual(identity(value), value);
  assert.equal({}.x, undefined);
});
test("promises", async () => {
  assert.deepEqual(await Promise.all([later(20, 1), later(10, 2)]), [1, 2]);
  await assert.rejects(fails("no"), { name: "RangeError", message: "no" });
  assert.equal(await Promise.race([later(5000, "slow"), new Promise((ok) => setTimeout(ok, 30, "fast"))]), "fast");
});
test("arguments that are changed", () => {
  const list = [3, 1, 2];
  sortInPlace(list);
  assert.deepEqual(list, [1, 2, 3]);
});
test("arguments of others stay", () => {
  const list = [3, 1];
  all.secretly(list);
  assert.deepEqual(list, [3, 1]);
});
test("callbacks", async () => {
  const spy = mock.fn((x) => x * 2);
  assert.deepEqual(map([1, 2], spy), [2, 4]);
  assert.deepEqual(spy.mock.calls[0].arguments, [1, 0, [1, 2]]);
  const slowly = async (x) => { await new Promise((ok) => setTimeout(ok, 2)); return identity(x) + 1; };
  assert.deepEqual(await mapAsync([1, 2], slowly), [2, 3]);
  const mine = new Error("mine");
  assert.throws(() => map([1], () => { throw mine; }), (error) => error === mine);
});
test("output", () => {
  const log = mock.method(console, "log", () => {});
  hello(3);
  assert.deepEqual(log.mock.calls.map((call) => call.arguments), [["hello", 3]]);
  log.mock.restore();
});
test("objects", async () => {
  const one = counter();
  one.inc();
  assert.deepEqual([one.inc(), one.value], [2, 2]);
  const cyclic = all.cyclic();
  assert.equal(cyclic.self, cyclic);
  assert.throws(() => all.throwText(), (error) => error === "text");
  const found = [];
  for await (const tick of all.ticks(3)) found.push(tick);
  assert.deepEqual(found, [0, 1, 2]);
  assert.equal(bank.nothing, undefined);
  const boom = new all.Boom("x");
  assert.ok(boom instanceof all.Boom);
  assert.throws(() => all.boom(), all.Boom);
});
test("done", (t, done) => { later(1).then(() => done()); });
test("subtests", async (t) => { await t.test("two", () => assert.equal(identity(1), 2)); });
test("objects of the tests", () => { class Mine {} assert.throws(() => identity(new Mine())); });
test.skip("skipped", () => {});
"""
}
STUDENT = """
const later = (ms, value) => new Promise((ok) => setTimeout(ok, ms, value));
class Boom extends Error {}
module.exports = {
  Boom, later,
  boom() { throw new Boom("x"); },
  identity: (x) => x,
  fails: async (words) => { await later(1); throw new RangeError(words); },
  sortInPlace: (list) => { list.sort((a, b) => a - b); },
  secretly: (list) => { list.length = 0; },
  map: (list, call) => list.map(call),
  mapAsync: async (list, call) => { const out = []; for (const x of list) out.push(await call(x)); return out; },
  hello: (n) => { console.log("hello", n); process.stdout.write("raw\\n"); },
  counter: () => { let n = 0; return { inc() { n += 1; return n; }, get value() { return n; } }; },
  cyclic: () => { const a = {}; a.self = a; return a; },
  throwText: () => { throw "text"; },
  async *ticks(n) { for (let i = 0; i < n; i++) { await later(1); yield i; } },
};
"""


def test_values_promises_callbacks_and_objects_cross_the_wall(course: CourseStand, tmp_path: Path) -> None:
    part = graded(course, tmp_path, {"bank.js": STUDENT}, CROSSING, ", in_place: [sortInPlace]")
    right = ["values", "promises", "arguments that are changed", "arguments of others stay", "callbacks", "output"]
    wanted = dict.fromkeys([*right, "objects", "done"], "passed")
    wanted |= {"subtests": "failed", "objects of the tests": "error"}
    assert statuses(part) == wanted
    (output,) = [test.output for test in part.tests if test.name == "output"]
    assert output is not None
    assert output.head == "hello 3\nraw\n"


STATE = {
    "tests/state.test.js": """
const { test, before } = require("node:test");
const assert = require("node:assert");
const bank = require("../bank");
test("one", () => assert.equal(bank.next(), 1));
test("two", () => assert.equal(bank.next(), 1));
test("dies", () => assert.throws(() => bank.die()));
test("hangs", () => { try { bank.hang(); } catch {} });
test("after it", () => assert.equal(bank.next(), 1));
"""
}
COUNTS = "let n = 0; exports.next = () => ++n; exports.die = () => process.exit(0); exports.hang = () => { for (;;); };"


def test_each_test_has_a_process_of_its_own_and_no_death_is_an_exception(course: CourseStand, tmp_path: Path) -> None:
    part = graded(course, tmp_path, {"bank.js": COUNTS}, STATE)
    assert statuses(part) == {
        "one": "passed", "two": "passed", "dies": "error", "hangs": "timeout", "after it": "passed",
    }  # fmt: skip
    assert "exit code 0" in next(test.message for test in part.tests if test.name == "dies")


def test_one_process_for_all_is_started_again_when_it_has_died(course: CourseStand, tmp_path: Path) -> None:
    part = graded(course, tmp_path, {"bank.js": COUNTS}, STATE, ", process: all")
    assert statuses(part) == {
        "one": "passed", "two": "failed", "dies": "error", "hangs": "timeout", "after it": "passed",
    }  # fmt: skip


def test_tests_are_counted_before_the_students_code_runs(course: CourseStand, tmp_path: Path) -> None:
    tests = {
        "tests/a.test.js": 'const { test } = require("node:test"); const { names } = require("../bank");\n'
        'for (const name of ["a", "b"]) test(name, () => {});\nfor (const name of names) test(name, () => {});'
    }
    extra = graded(course, tmp_path, {"bank.js": 'exports.names = ["c", "d"];'}, tests)
    assert statuses(extra) == {"a": "passed", "b": "passed"}
    none = graded(course, tmp_path, {"bank.js": "process.exit(0);"}, tests)
    assert statuses(none) == {"a": "error", "b": "error"}
    assert none.points == 0


def test_es_modules_are_found_without_a_package_json(course: CourseStand, tmp_path: Path) -> None:
    tests = {
        "tests/a.test.js": 'import Account, { twice as double } from "../bank.js";\nimport { it } from "node:test";\n'
        'import assert from "node:assert";\n'
        'it("works", () => { assert.equal(double(2), 4); assert.equal(new Account(3).balance, 3); });'
    }
    bank = "export const twice = (x) => 2 * x;\nexport default class { constructor(b) { this.balance = b; } }\n"
    assert statuses(graded(course, tmp_path, {"bank.js": bank}, tests)) == {"works": "passed"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("const x = ;\n", "a.test.js"),
        ('require("node:test");\n\nthrow new Error("mine");\n', "a.test.js:3: Error: mine"),
        ("// nothing\n", "no tests"),
    ],
)
def test_a_mistake_in_the_tests_is_the_teachers(course: CourseStand, tmp_path: Path, text: str, words: str) -> None:
    write(tmp_path, {"assignment.yaml": ASSIGNMENT.format(more=""), "tests/a.test.js": text})
    report = course.grade_files(tmp_path, {"bank.js": ""})
    assert report.verdict is Verdict.JE
    assert words in report.reason
