"""Whatever a package says, reading it ends in findings or in a problem that can be judged."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from package_bases import BASES
from package_fuzz import CORPUS, NUMERIC_KEYS, ODD_NUMBERS, attempt, bases, bytes_of, load, search

KEPT = sorted(path.name for path in CORPUS.glob("*.json"))


@pytest.mark.parametrize("name", sorted(BASES))
def test_the_packages_with_every_key_are_sound(name: str, tmp_path: Path) -> None:
    assert attempt(BASES[name], tmp_path, random.Random(0)) == "judged"


@pytest.mark.parametrize("name", KEPT)
def test_a_package_that_once_broke_its_reader_is_read_or_refused(name: str, tmp_path: Path) -> None:
    attempt(load((CORPUS / name).read_text(), bases()), tmp_path, random.Random(0))


@pytest.mark.parametrize("base", ["every-legacy", "every-draft", "every-2025-09"])
@pytest.mark.parametrize("number", ODD_NUMBERS, ids=range(len(ODD_NUMBERS)))
def test_every_limit_of_every_format_takes_any_number(base: str, number: str, tmp_path: Path) -> None:
    files = dict(BASES[base])
    text = bytes_of(files["problem.yaml"]).split(b"limits:")[0]
    limits = "".join(f"  {key}: {number}\n" for key in NUMERIC_KEYS)
    attempt({**files, "problem.yaml": text + f"limits:\n{limits}".encode()}, tmp_path, random.Random(0))


@pytest.mark.timeout(120)
def test_odd_packages_of_a_fixed_seed_are_read_or_refused() -> None:
    broken: list[str] = []
    counts = search(12, 15, lambda text, trace: broken.append(trace))
    assert not broken, broken[0]
    assert counts["judged"] > 10
    assert counts["refused"] > 10
