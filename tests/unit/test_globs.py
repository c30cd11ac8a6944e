"""Globs of files, against a plain reference; those of submissions.yaml are in tests/unit/package."""

from __future__ import annotations

import fnmatch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.globs import fits_component, matches, matches_any, may_hold

names = st.text("ab*?.", max_size=6)


@settings(max_examples=300, deadline=None)
@given(name=st.text("ab.", max_size=8), pattern=names)
def test_components_match_as_the_shell_does(name: str, pattern: str) -> None:
    assert fits_component(name.encode(), pattern.encode()) == fnmatch.fnmatchcase(name, pattern)


def test_matching_does_not_blow_up() -> None:
    assert not fits_component(b"a" * 10_000, b"*a" * 50 + b"b")
    assert not matches((b"a",) * 32, (b"**", b"a") * 16 + (b"b",))  # the deepest name that anybody may hand in


parts = st.lists(st.sampled_from([b"a", b"b", b"*", b"**"]), max_size=4).map(tuple)
paths = st.lists(st.sampled_from([b"a", b"b"]), max_size=4).map(tuple)


@settings(max_examples=300, deadline=None)
@given(path=paths, pattern=parts)
def test_every_directory_above_a_match_may_hold_it(path: tuple[bytes, ...], pattern: tuple[bytes, ...]) -> None:
    if matches(path, pattern):
        assert all(may_hold(path[:cut], pattern) for cut in range(len(path)))


@pytest.mark.parametrize(
    ("path", "pattern", "expected"),
    [
        (b"a/b", b"a/**", True),
        (b"a", b"**/a", True),
        (b"a/b/c", b"a/**/c", True),
        (b"a/b", b"*", False),
        (b"", b"**", True),
    ],
)
def test_double_stars_span_any_depth(path: bytes, pattern: bytes, expected: bool) -> None:
    assert matches(tuple(filter(None, path.split(b"/"))), tuple(pattern.split(b"/"))) is expected


def test_brackets_mean_themselves() -> None:
    assert matches_any("a[b]", ("a[b]",))
    assert not matches_any("ab", ("a[b]",))


def test_names_that_are_not_utf8_match() -> None:
    assert matches_any("classes/\udcff.class", ("classes/**/*.class",))
