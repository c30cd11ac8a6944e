"""Unit tests of Jest, and of what students write in TypeScript: both are installed from npm."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import needs
import pytest
from course_harness import CourseStand, part_of, statuses, write

from judge.grading.case_data import CaseData
from judge.grading.pipeline import Judge
from judge.grading.programs import BuildContext
from judge.model.verdict import Verdict
from judge.sandbox.slot import Slot
from judge.state_dir import StateDir
from judge.toolchain.artifacts import ArtifactStore
from judge.toolchain.definitions import Languages
from judge.toolchain.roots import Toolchains
from judge.toolchain.version import Versions

ASSIGNMENT = """
assignment: 1
title: Bank
languages: [javascript]
limits: {time: 500ms, memory: 128 MiB}
parts:
  - {name: units, kind: unit_tests, framework: jest, files: [tests], module: bank, points: 10}
"""

TESTS = """
const { identity, later, fails, map, hello, counter } = require("../bank");
const bank = require("../bank");
describe("values", () => {
  beforeAll(() => { identity(1); });
  test("are equal", () => {
    for (const value of [
      1, -0, NaN, "x", null, undefined, 10n, [1, [2]], { a: { b: 1 } }, new Map([[1, { a: 2 }]]), new Set([1]),
      new Date(5), Buffer.from("hi"),
    ]) expect(identity(value)).toStrictEqual(value);
  });
  it.each([[1, 2], [3, 4]])("%i to %i", (a, b) => { expect(identity(a) + 1).toBe(b); });
});
test("promises", async () => {
  await expect(later(5, "done")).resolves.toBe("done");
  await expect(fails("no")).rejects.toThrow(RangeError);
});
test("errors", () => {
  expect(() => map(null, 1)).toThrow(TypeError);
  expect(() => bank.boom()).toThrow(bank.Boom);
});
test("spies", () => {
  const spy = jest.fn((x) => x * 2);
  expect(map([1, 2], spy)).toEqual([2, 4]);
  expect(spy).toHaveBeenCalledWith(1, 0, [1, 2]);
  const log = jest.spyOn(console, "log").mockImplementation(() => {});
  hello(2);
  expect(log).toHaveBeenCalledWith("hello", 2);
});
test("handles", () => { const one = counter(); one.inc(); expect(one).toHaveProperty("value", 1); });
test.skip("skipped", () => {});
test("fails", () => { expect(identity({ a: 1 })).toEqual({ a: 2 }); });
test("hangs", () => { try { bank.hang(); } catch {} });
test("dies", () => { expect(() => bank.die()).toThrow(); });
test("matchers of the student's", () => { expect(bank.lie()).toEqual(5); });
test("pages of the student's", () => { expect(bank.node()).toEqual(5); });
test("late", async () => { await later(100000); });
"""

BANK = """
const later = (ms, value) => new Promise((ok) => setTimeout(ok, ms, value));
class Boom extends Error {}
module.exports = {
  later, Boom,
  identity: (x) => x,
  boom() { throw new Boom("x"); },
  fails: async (words) => { await later(1); throw new RangeError(words); },
  map: (list, call) => list.map(call),
  hello: (n) => { console.log("hello", n); },
  counter: () => { let n = 0; return { inc() { n += 1; return n; }, get value() { return n; } }; },
  hang() { for (;;); },
  die() { process.exit(0); },
  lie: () => ({ asymmetricMatch: () => true, $$typeof: Symbol.for("jest.asymmetricMatcher") }),
  node: () => ({ nodeType: 1, nodeName: "x", isEqualNode: () => true }),
};
"""


@pytest.fixture(scope="module")
def with_jest(sandbox_slot: Slot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CourseStand]:
    """A judge with TypeScript, whose JavaScript has a variant with Jest. JUDGE_TESTS_JEST_STATE names a state directory
    that has both."""
    needs.tool("node")
    place = os.environ.get("JUDGE_TESTS_JEST_STATE")
    if place is None:
        place = str(tmp_path_factory.mktemp("jest"))
        Path(place).chmod(0o755)
        for words in ("javascript --with jest@29 --as jest", "typescript"):
            command = [sys.executable, "-m", "judge", "languages", "install", *words.split()]
            subprocess.run(command, env=os.environ | {"JUDGE_STATE_DIR": place}, check=True)
    state = StateDir(Path(place))
    toolchains = Toolchains(state)
    context = BuildContext(
        languages=Languages.open("", state.variants),
        toolchain=toolchains,
        store=ArtifactStore(state.artifacts),
        versions=Versions(state, toolchains),
    )
    with closing(CaseData()) as data:
        yield CourseStand(Judge(slots=(sandbox_slot,), build_context=context, data=data))


@pytest.mark.slow
def test_jest_runs_its_tests_apart_from_the_students_code(with_jest: CourseStand, tmp_path: Path) -> None:
    write(tmp_path, {"assignment.yaml": ASSIGNMENT, "tests/bank.test.js": TESTS})
    part = part_of(with_jest.grade_files(tmp_path, {"bank.js": BANK}), "units")
    right = ("values > are equal", "values > 1 to 2", "values > 3 to 4", "promises", "errors", "spies", "handles")
    assert statuses(part) == dict.fromkeys(right, "passed") | {
        "fails": "failed",
        "hangs": "timeout",
        "dies": "error",
        "matchers of the student's": "error",
        "pages of the student's": "failed",
        "late": "timeout",
    }
    assert '"a": 2' in next(test.message for test in part.tests if test.name == "fails")


@pytest.mark.slow
def test_a_module_that_cannot_be_loaded_fails_every_test_of_jest(with_jest: CourseStand, tmp_path: Path) -> None:
    write(tmp_path, {"assignment.yaml": ASSIGNMENT, "tests/bank.test.js": TESTS})
    part = part_of(with_jest.grade_files(tmp_path, {"bank.js": "process.exit(0);"}), "units")
    assert len(part.tests) == 13
    assert set(statuses(part).values()) <= {"error", "failed", "timeout"}


@pytest.mark.slow
def test_a_mistake_in_tests_of_jest_is_the_teachers(with_jest: CourseStand, tmp_path: Path) -> None:
    write(tmp_path, {"assignment.yaml": ASSIGNMENT, "tests/bank.test.js": '\nthrow new Error("mine");\n'})
    report = with_jest.grade_files(tmp_path, {"bank.js": BANK})
    assert report.verdict is Verdict.JE
    assert "tests/bank.test.js:2: mine" in report.reason


TYPED = """
export class Account {
  constructor(public balance: number) {}
  deposit(amount: number): void { this.balance += amount; }
}
export async function later<T>(ms: number, value: T): Promise<T> {
  await new Promise<void>((ok) => setTimeout(ok, ms));
  return value;
}
"""
TYPED_TESTS = """
const { test } = require("node:test");
const assert = require("node:assert");
const { Account, later } = require("../bank");
test("adds", () => { const one = new Account(3); one.deposit(2); assert.equal(one.balance, 5); });
test("waits", async () => { assert.equal(await later(1, 7), 7); });
"""


@pytest.mark.slow
def test_students_may_write_typescript(with_jest: CourseStand, tmp_path: Path) -> None:
    text = ASSIGNMENT.replace("[javascript]", "[typescript]").replace("framework: jest", "framework: node")
    write(tmp_path, {"assignment.yaml": text, "tests/bank.test.js": TYPED_TESTS})
    part = part_of(with_jest.grade_files(tmp_path, {"bank.ts": TYPED}), "units")
    assert statuses(part) == {"adds": "passed", "waits": "passed"}
    wrong = with_jest.grade_files(tmp_path, {"bank.ts": "export const n: number = 'x';\n"})
    assert wrong.verdict is Verdict.CE
    assert "bank.ts(1,14)" in part_of(wrong, "units").log


def test_without_jest_it_is_a_judge_error_with_advice(course: CourseStand, tmp_path: Path) -> None:
    needs.tool("node")
    if Path("/usr/share/nodejs/jest").exists() or Path("/usr/lib/node_modules/jest").exists():
        return  # this machine has one
    write(tmp_path, {"assignment.yaml": ASSIGNMENT, "tests/bank.test.js": TESTS})
    report = course.grade_files(tmp_path, {"bank.js": BANK})
    assert report.verdict is Verdict.JE
    assert "judge languages install javascript --with jest" in report.reason
