"""Tests in JavaScript that need more than the call protocol are named by their lines."""

from __future__ import annotations

import pytest

from judge.model.assignment import CoursePart, PartKind, Process
from judge.package.assignment.javascript_needs import javascript_needs

IMPORT = 'const { Account } = require("../bank");\n'


def needs_of(text: str, process: Process = Process.ALL) -> list[tuple[int, str]]:
    part = CoursePart(name="units", kind=PartKind.UNIT_TESTS, framework="jest", module="bank.js", process=process)
    return list(javascript_needs(text, part, ()))


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ('jest.mock("../bank");', "mocked"),
        ('mock.module("./bank", {});', "mocked"),
        ("jest.useFakeTimers();", "timers"),
        ("mock.timers.enable();", "timers"),
        ("jest.resetModules();", "loaded"),
        ("test.concurrent('a', () => {});", "one after the other"),
        ("describe('a', { concurrency: true }, () => {});", "one after the other"),
        ("/** @jest-environment jsdom */", "environment"),
        ("expect(account).toMatchSnapshot();", "snapshot"),
        ("process.exit(0);", "process"),
        ("class Savings extends Account {}", "extends Account"),
        ("Account.prototype.balance = () => 1;", "Account"),
    ],
)
def test_a_line_that_needs_more_is_named(line: str, word: str) -> None:
    ((number, reason),) = needs_of(IMPORT + "\n" + line)
    assert number == 3
    assert word in reason


def test_what_is_no_need_is_not_named() -> None:
    text = IMPORT + "// jest.mock('../bank')\n/* process.exit(0) */\nclass Mine extends Map {}\nbeforeEach(() => {});\n"
    assert needs_of(text, Process.TEST) == []


@pytest.mark.parametrize(
    "text",
    [
        'import { Account as A, other } from "../bank.js";\nclass B extends A {}',
        'import bank from "./bank.mjs";\nclass B extends bank.Account {}',
        'import * as bank from "./bank";\nclass B extends bank.Account {}',
    ],
)
def test_names_of_the_module_are_found_however_it_is_imported(text: str) -> None:
    assert [line for line, _ in needs_of(text)] == [2]


def test_what_is_made_once_for_all_tests_is_named_where_each_has_a_process() -> None:
    ((line, reason),) = needs_of(IMPORT + "beforeAll(() => {});\n", Process.TEST)
    assert line == 2
    assert "process: all" in reason


def test_a_file_that_does_not_import_the_module_is_named() -> None:
    ((line, reason),) = needs_of("test('a', () => {});")
    assert line == 1
    assert "bank.js" in reason


def test_a_long_line_is_no_burden() -> None:
    assert needs_of(IMPORT + "{" * 200_000 + "class " * 20_000 + "a." * 50_000) == []
