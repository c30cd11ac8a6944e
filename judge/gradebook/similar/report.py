"""The similar programs of a class in its gradebook's folder: a page for each pair."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from judge.errors import UsageError
from judge.gradebook.results.book import SimilarPair
from judge.gradebook.results.pages import file_name
from judge.gradebook.similar.pairs import Pair, Text, similar_pairs, texts_of
from judge.gradebook.similar.side_by_side import side_by_side
from judge.kernel.atomic_files import write_whole
from judge.model.submission import SourceFile
from judge.text import shown

FOLDER = "similar"


class Compared:
    """Takes the sources of a class, one student after the other, and compares them in the end."""

    def __init__(self, extensions: frozenset[str], starter: Mapping[str, bytes]) -> None:
        self._extensions = extensions
        files = [SourceFile(name=name, content=content) for name, content in starter.items()]
        self._starter = texts_of(files, extensions)
        self._students: list[tuple[str, tuple[Text, ...]]] = []

    def add(self, key: str, files: tuple[SourceFile, ...]) -> None:
        """One student's; may be called from any one thread at a time."""
        self._students.append((key, texts_of(files, self._extensions)))

    def written(self, folder: Path, share_min: float) -> tuple[SimilarPair, ...]:
        """The pairs, each with a page in ``folder``; pages of before are removed. Raises UsageError."""
        target = folder / FOLDER
        try:
            target.mkdir(mode=0o700, exist_ok=True)
            for old in target.glob("*.html"):
                old.unlink(missing_ok=True)
            return tuple(self._write(target, pair) for pair in similar_pairs(self._students, self._starter, share_min))
        except OSError as error:
            raise UsageError(f"{shown(str(target))}: {error.strerror}") from error

    def _write(self, target: Path, pair: Pair) -> SimilarPair:
        name = f"{file_name(pair.first)}--{file_name(pair.second)}.html"
        write_whole(target / name, side_by_side(pair).encode(), mode=0o600)
        return SimilarPair(
            first=pair.first,
            second=pair.second,
            first_share=pair.first_share,
            second_share=pair.second_share,
            page=f"{FOLDER}/{name}",
        )
