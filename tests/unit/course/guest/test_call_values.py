"""Values of the call protocol come over as they were, and whatever else comes over is refused."""

from __future__ import annotations

import collections
import importlib
import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parents[4]
PYTHON = ROOT / "judge" / "course" / "guest" / "python"


def load(name: str) -> Any:
    """A module of the guests, which find each other by their own names."""
    sys.path.insert(0, str(PYTHON))
    try:
        return importlib.import_module(f"judge_apart.{name}")
    finally:
        sys.path.remove(str(PYTHON))


values, proxies, names, session = load("values"), load("proxies"), load("names"), load("session")


def refused(value: object) -> object:
    """Of what is not copied."""
    raise values.BadValue("not copied")


def over(value: object) -> object:
    """The value as the other side has it."""
    line = values.line_of({"v": values.Encoder(refused).encode(value)})
    assert line.count(b"\n") == 1
    return values.Decoder({}).decode(values.frame_of(line)["v"])


def shape(value: object) -> object:
    """A value with the types of all that is in it; where there is no order there is none here."""
    if isinstance(value, set | frozenset):
        return type(value), sorted(map(repr, map(shape, value)))
    if isinstance(value, dict):
        return type(value), [(shape(key), shape(one)) for key, one in value.items()]
    if isinstance(value, list | tuple | collections.deque):
        return type(value), [shape(one) for one in value]
    return type(value), repr(value)


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=-(10**60), max_value=10**60)
    | st.floats(allow_nan=False)
    | st.text()
    | st.characters(categories=["Cs"])
    | st.binary()
    | st.fractions()
    | st.decimals(allow_nan=False, min_value=-(10**30), max_value=10**30)
    | st.dates()
    | st.datetimes()
    | st.timedeltas()
    | st.complex_numbers(allow_nan=False)
    | st.uuids()
    | st.sampled_from([range(3), range(9, -9, -2), int, ValueError, type(None), bytearray(b"\0"), slice(None, 2, None)])
)
KEYS = st.none() | st.booleans() | st.integers() | st.text() | st.binary() | st.tuples(st.integers(), st.text())
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.sets(KEYS, max_size=4)
        | st.frozensets(KEYS, max_size=4)
        | st.dictionaries(KEYS, inner, max_size=4)
        | st.dictionaries(st.sampled_from(["$", "v", "id", ""]), inner, max_size=4)
        | st.dictionaries(KEYS, st.integers(), max_size=4).map(collections.Counter)
        | st.lists(inner, max_size=4).map(collections.deque)
    ),
    max_leaves=12,
)


@given(VALUES)
def test_values_come_over_as_they_were(value: object) -> None:
    found = over(value)
    assert found == value
    assert shape(found) == shape(value)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -0.0, 1.0, 2**53, -(2**53), 10**4000])
def test_numbers_that_json_loses_come_over(value: float) -> None:
    assert repr(over(value)) == repr(value)


def deep(levels: int) -> list[object]:
    """Lists in each other."""
    found: list[object] = []
    for _ in range(levels):
        found = [found]
    return found


CYCLE: list[object] = []
CYCLE.append(CYCLE)


@pytest.mark.parametrize(
    "value",
    [CYCLE, deep(100), deep(100_000), "x" * (1 << 20), [1] * 200_000, set(range(20_000)), 10**5000, object(), len],
    ids=["cycle", "deep", "very deep", "long", "many", "large set", "long number", "object", "function"],
)
def test_what_cannot_be_copied_is_refused_in_words(value: object) -> None:
    with pytest.raises(values.BadValue) as caught:
        over(value)
    assert str(caught.value)


HOSTILE: list[object] = [
    {},
    {"v": 1},
    {"$": 1},
    {"$": "eval", "v": "1"},
    {"$": "builtin", "name": "eval"},
    {"$": "builtin", "name": "KeyboardInterrupt"},
    {"$": "builtin", "name": ["int"]},
    {"$": "std", "name": "os.system", "v": ["true"]},
    {"$": "std", "name": "Fraction", "v": [1, 0]},
    {"$": "std", "name": "Decimal", "v": ["1e999999999"]},
    {"$": "std", "name": "range", "v": [0, 1 << 50, 1]},
    {"$": "std", "name": "deque", "v": [[], -1]},
    {"$": "std", "name": "UUID", "v": [5]},
    {"$": "std", "name": ["range"], "v": []},
    {"$": "int", "v": "9" * 5000},
    {"$": "int", "v": "0x1"},
    {"$": "int", "v": 5},
    {"$": "float", "v": "1" * 100},
    {"$": "bytes", "v": "é"},
    {"$": "bytes"},
    {"$": "tuple", "v": {}},
    {"$": "set", "v": [[]]},
    {"$": "set", "v": [1] * 20_000},
    {"$": "dict", "v": [[1]]},
    {"$": "dict", "v": [[[], 1]]},
    {"$": "list", "v": [], "more": 1},
    1 << 60,
]


@pytest.mark.parametrize("told", HOSTILE, ids=lambda told: json.dumps(told)[:50])
def test_what_is_no_value_is_refused(told: object) -> None:
    with pytest.raises(values.BadValue):
        values.Decoder({}).decode(told)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_frame_or_refused(line: bytes) -> None:
    try:
        assert type(values.frame_of(line + b"\n")) is dict
    except values.BadValue as error:
        assert "\n" not in str(error)


# --- whatever S says, T stands, and no test passes by it --------------------------------------------------------


class Line(bytes):
    """What the tests' side reads."""

    late = ""
    cpu_time = 0.0


class Run:
    """How a student's side has ended."""

    outcome, exit_code, ending = "EXITED", 0, ""


class Liar:
    """A student's side that answers with these lines, whatever it is asked; then it ends."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines = lines

    def write(self, data: bytes) -> None:
        values.frame_of(data)

    def read_line(self, *, cpu_time: float = 0, size: int = 0) -> Line:
        return Line(next(self._lines, b"")[:size])

    def wait(self) -> Run:
        return Run()

    stop = wait


WORDS = st.sampled_from(
    ["id", "ok", "raised", "end", "out", "err", "ask", "call", "input", "callback", "args", "after"]
)
TAGS = st.sampled_from(
    ["ref", "class", "builtin", "std", "callback", "dict", "set", "tuple", "int", "float", "bytes", "eval"]
)
NAMES = st.sampled_from(
    ["int", "object", "Skipped", "AssertionError", "SystemExit", "OSError", "Fraction", "__class__", "call", "eq"]
)
TOLD = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 40) | st.floats() | NAMES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.builds(lambda tag, rest: {"$": tag, **rest}, TAGS, st.dictionaries(WORDS, inner, max_size=2))
        | st.builds(lambda tag, number, v: {"$": tag, "id": number, "v": v}, TAGS, st.integers(0, 3), inner)
        | st.builds(lambda number, kind: {"$": "ref", "id": number, "class": kind}, st.integers(0, 3), inner)
        | st.builds(lambda name, v: {"$": "std", "name": name, "v": v}, NAMES, inner)
        | st.builds(
            lambda number, name, bases, specials: {
                "$": "class",
                "id": number,
                "name": name,
                "bases": bases,
                "methods": specials,
                "specials": specials,
            },
            st.integers(0, 3),
            NAMES,
            st.lists(inner | st.builds(lambda name: {"$": "builtin", "name": name}, NAMES), max_size=2),
            st.lists(NAMES, max_size=3),
        )
        | st.builds(
            lambda kind, args: {"class": kind, "message": "m", "args": args, "trace": "t", "ref": 3}, inner, inner
        )
    ),
    max_leaves=8,
)
FRAMES = st.builds(lambda number, word, told: {"id": number, word: told}, st.integers(1, 6), WORDS, TOLD)
RIGHT = st.builds(lambda word, told: (word, told), st.sampled_from(["ok", "raised", "end"]), TOLD)
SECRET = "what the tests expect, and nobody was told"


def answers(frames: list[Any]) -> Iterator[bytes]:
    """Lines; a pair is an answer with the right number."""
    for number, frame in enumerate(frames, 1):
        if isinstance(frame, bytes):
            yield frame + b"\n"
        else:
            told = {"id": number, frame[0]: frame[1]} if isinstance(frame, tuple) else frame
            yield json.dumps(told).encode() + b"\n"


def asked(module: Any) -> bool:
    """What a test does. True = it has passed."""
    found = module.f(1)
    if found == SECRET or found in ([SECRET], SECRET) or str(isinstance(found, module.Account)) == SECRET:
        return True
    for one in found:
        if one == SECRET:
            return True
    if found.g(2) == SECRET or found + 1 == SECRET or found[0] == SECRET or abs(found) == SECRET:
        return True
    try:
        found.withdraw(1)
    except module.BankError as error:
        return str(error) == SECRET or error.need == SECRET
    return False


@given(st.lists(st.binary(max_size=30) | FRAMES | RIGHT | RIGHT | RIGHT, max_size=12))
def test_whatever_the_students_side_says_no_test_passes_by_it(frames: list[Any]) -> None:
    lines = answers([("ok", {"$": "ref", "id": 1, "class": {"$": "builtin", "name": "object"}}), *frames])
    talk = session.Session(lambda: Liar(lines), each_test=True, cpu_time=0)
    known = names.Names(["bank"], set(), {"BankError"})
    known.join(talk, proxies.Proxies(talk, known))
    module = known.create_module(known.find_spec("bank"))
    known.is_live = True
    talk.begin()
    try:
        passed = asked(module)
    except session.StudentFault:
        assert talk.fault is not None
        passed = False
    except (TypeError, AttributeError, ValueError, LookupError, ArithmeticError, OSError, AssertionError, SystemExit):
        passed = False
    except Exception as error:
        assert type(error).__mro__[1].__name__ != "object"
        passed = False
    assert not passed
    talk.end(True)


def test_the_tables_are_those_of_the_documents() -> None:
    text = (ROOT / "docs" / "reference" / "call-protocol.md").read_text()
    for name in load("standard").STANDARD:
        assert name.removeprefix("Posix") in text, name
    for tag in values._READ:
        assert f'"$":"{tag}"' in text, tag
