"""Output-only problems: the submission is the outputs themselves, one file per test case. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from judge.model.submission import SourceFile

#: What may stand before its test case's name: CMS calls them output_000.txt.
_BEGINNINGS = ("", "output_")
#: Endings that a submitted output may have after its test case's name, the bare name first.
_ENDINGS = ("", ".out", ".ans", ".txt")


class AnswerSheet:
    """Submitted files by the test case that they answer."""

    def __init__(self, files: Sequence[SourceFile]) -> None:
        self._files = {file.name: file.content for file in files}

    def output_of(self, case: str) -> bytes | None:
        """The output for the case of this name ("secret/1"), found by its whole name or its last part."""
        for name in (case, case.partition("/")[2], case.rpartition("/")[2]):
            for called in (f"{beginning}{name}{ending}" for beginning in _BEGINNINGS for ending in _ENDINGS):
                if name and called in self._files:
                    return self._files[called]
        return None
