"""Which students' programs are alike: fingerprints of their tokens (winnowing), by copydetect.

Names of variables, comments and layout do not count; what students begin with does not either. The library is an
option: it is imported here alone, when it is asked for.
"""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from judge.errors import UsageError
from judge.model.submission import SourceFile

#: Tokens that must be alike in a row to be seen at all, and to be seen for sure.
_NOISE, _GUARANTEE = 25, 30
#: Of one file; a longer one is generated, and costs as its square.
_FILE_CHARS_MAX = 200_000
#: Pairs of students in a report; more say that the assignment leaves no choice.
PAIRS_MAX = 200


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """A source of a student's. ``language``: how the library is to read it, by the file's name."""

    name: str
    text: str


class Alike(msgspec.Struct, frozen=True, kw_only=True):
    """Two files that have something in common. Spans are (begin, end) places in the texts."""

    first: Text
    second: Text
    first_spans: tuple[tuple[int, int], ...]
    second_spans: tuple[tuple[int, int], ...]


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """Two students; shares of the one's and of the other's code that the other has, too."""

    first: str
    second: str
    first_share: float
    second_share: float
    files: tuple[Alike, ...] = ()


def check_library() -> None:
    """Raises UsageError: it is not installed."""
    _library()


def texts_of(files: Iterable[SourceFile], extensions: frozenset[str]) -> tuple[Text, ...]:
    """The sources of one student that are text and of a sensible length."""
    sources = (file for file in files if file.name.rpartition(".")[2].lower() in extensions)
    return tuple(
        Text(name=file.name, text=file.content.decode("utf-8", "replace").replace("\r\n", "\n"))
        for file in sources
        if 0 < len(file.content) <= _FILE_CHARS_MAX and b"\0" not in file.content
    )


def similar_pairs(
    students: Sequence[tuple[str, tuple[Text, ...]]], starter: Sequence[Text], share_min: float
) -> Iterator[Pair]:
    """The pairs of which one has at least that share of its code from the other, the most alike first.

    Blocks: the time grows with the square of the class.
    """
    library = _library()
    known = _known(library, starter)
    marked = [(key, [(text, _fingerprint(library, text, known)) for text in texts]) for key, texts in students]
    pairs = (_pair(library, one, two) for one, two in itertools.combinations([one for one in marked if one[1]], 2))
    found = [pair for pair in pairs if max(pair.first_share, pair.second_share) >= share_min]
    found.sort(key=lambda pair: (-max(pair.first_share, pair.second_share), pair.first, pair.second))
    yield from found[:PAIRS_MAX]


def _pair(library: Any, one: tuple[str, list[Any]], two: tuple[str, list[Any]]) -> Pair:
    alike, shared = [], [0.0, 0.0]
    for (text, print_), (other, other_print) in itertools.product(one[1], two[1]):
        overlap, shares, spans = library.compare_files(print_, other_print)
        if not overlap:
            continue
        shared[0] += float(shares[0]) * float(print_.token_coverage)
        shared[1] += float(shares[1]) * float(other_print.token_coverage)
        alike.append(Alike(first=text, second=other, first_spans=_spans(spans[0]), second_spans=_spans(spans[1])))
    return Pair(
        first=one[0],
        second=two[0],
        first_share=_share(shared[0], one[1]),
        second_share=_share(shared[1], two[1]),
        files=tuple(alike),
    )


def _share(shared: float, prints: list[Any]) -> float:
    whole = sum(float(print_.token_coverage) for _, print_ in prints)
    return min(1.0, shared / whole) if whole else 0.0


def _spans(found: Any) -> tuple[tuple[int, int], ...]:
    if not len(found):
        return ()
    return tuple(sorted((int(begin), int(end)) for begin, end in zip(found[0], found[1], strict=True)))


def _fingerprint(library: Any, text: Text, known: frozenset[int]) -> Any:
    """Of a source, without what everybody began with. The library's own way to leave that out takes no text in which
    a piece stands twice."""
    print_ = library.CodeFingerprint(text.name, _NOISE, _GUARANTEE - _NOISE + 1, fp=io.StringIO(text.text))
    print_.hashes = {one for one in print_.hashes if int(one) not in known}
    print_.hash_idx = {one: places for one, places in print_.hash_idx.items() if int(one) not in known}
    print_.token_coverage = library.utils.get_token_coverage(print_.hash_idx, _NOISE, len(print_.filtered_code))
    return print_


def _known(library: Any, starter: Sequence[Text]) -> frozenset[int]:
    """The fingerprints of what everybody began with: all of them, so that none of a copy's is missed."""
    found: set[int] = set()
    for text in starter:
        found |= {int(one) for one in library.CodeFingerprint(text.name, _NOISE, 1, fp=io.StringIO(text.text)).hashes}
    return frozenset(found)


def _library() -> Any:
    try:
        import copydetect
    except ImportError as error:
        raise UsageError("--similar needs copydetect: pip install 'judge-service[course]'") from error
    return copydetect
