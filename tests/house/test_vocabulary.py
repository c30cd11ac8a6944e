"""Names and texts use the words of the glossary, not those that it replaced."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from vocabulary import ALLOWED, NAMES, PHRASES, WHOLE_NAMES

ROOT = Path(__file__).resolve().parents[2]

#: Where names and texts are ours.
PRODUCT = ("judge", "workers")
TEXTS = (*PRODUCT, "docs", "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md")

_LUA_GIVEN = re.compile(r"\blocal\s+(?!function)([\w, ]+)|\bfunction\s+(\w*\([\w, ]*)|\bfor\s+([\w, ]+)")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def words_of(name: str) -> list[str]:
    """``KeeperNote`` and ``keeper_note`` are "keeper" and "note"."""
    return _CAMEL.sub("_", name).lower().strip("_").split("_")


def complaint(name: str) -> str:
    """Why an identifier is banned; "" when it is not."""
    if name in WHOLE_NAMES:
        return f"{name}: say {WHOLE_NAMES[name]}"
    return next((f"{name}: say {NAMES[word]}" for word in words_of(name) if word in NAMES), "")


def files(places: tuple[str, ...], *suffixes: str) -> Iterator[Path]:
    """What of these places is tracked text of these kinds."""
    for place in map(ROOT.joinpath, places):
        found = sorted(place.rglob("*")) if place.is_dir() else [place]
        yield from (path for path in found if path.suffix in suffixes and "__pycache__" not in path.parts)


def names_of(path: Path) -> Iterator[tuple[int, str]]:
    """The names that a Python or Lua file gives to things, with their lines; log keys are among them.

    What belongs to others (an import, a keyword of a library's function) is not.
    """
    text = path.read_text()
    if path.suffix == ".lua":
        for number, line in enumerate(text.splitlines(), 1):
            given = ",".join("".join(found.groups("")) for found in _LUA_GIVEN.finditer(line.partition("--")[0]))
            yield from ((number, name) for name in re.findall(r"\w+", given))
        return
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.lineno, node.name
            case ast.arg():
                yield node.lineno, node.arg
            case ast.Name(ctx=ast.Store()):
                yield node.lineno, node.id
            case ast.Attribute(ctx=ast.Store()):
                yield node.lineno, node.attr
            case ast.alias(asname=str(name)):
                yield node.lineno, name
            case ast.keyword(arg="extra", value=ast.Dict(keys=keys)):
                yield from ((key.lineno, str(key.value)) for key in keys if isinstance(key, ast.Constant))


def test_no_file_has_a_banned_name() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {complaint(path.stem)}"
        for path in files(PRODUCT, ".py", ".lua", ".md", ".toml")
        if complaint(path.stem)
    ]
    assert found == []


def test_no_identifier_is_banned() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line} {complaint(name)}"
        for path in files(PRODUCT, ".py", ".lua")
        for line, name in names_of(path)
        if complaint(name) and (str(path.relative_to(ROOT)), name) not in ALLOWED
    ]
    assert found == []


def test_no_text_has_a_banned_phrase() -> None:
    banned = re.compile("|".join(rf"\b{re.escape(phrase)}\b" for phrase in PHRASES), re.IGNORECASE)
    found = [
        f"{path.relative_to(ROOT)}:{number} {hit[0]}: say {PHRASES[hit[0].lower()]}"
        for path in files(TEXTS, ".py", ".lua", ".md", ".toml")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        for hit in banned.finditer(line)
    ]
    assert found == []


@pytest.mark.parametrize("name", ["Keeper", "keeper_pid", "SlotKeeper", "_spare", "grader", "why"])
def test_these_are_banned(name: str) -> None:
    assert complaint(name)


@pytest.mark.parametrize("name", ["bookkeeper", "custom_grader", "spared", "quietly", "reason"])
def test_these_are_not(name: str) -> None:
    assert not complaint(name)
