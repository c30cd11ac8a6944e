"""A corpus of cheats: an assignment, and programs in ``students/``, each of which says in its first line how many
points it must get ("0 points: ..."). A program is a file, or a folder of files."""

from __future__ import annotations

import queue
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from course_harness import CourseStand, coursework

from judge.model.coursework import CourseworkReport
from judge.model.submission import SourceFile, Submission
from judge.package.source import open_package

CHEATS = Path(__file__).parent / "cheats"

_PROMISE = re.compile(r"\b(\d+) points: ")


@dataclass(frozen=True)
class Cheat:
    """One program. ``points``: what it must get."""

    name: str
    points: float
    sources: tuple[SourceFile, ...]


def cheats(corpus: Path, main: str) -> Iterator[Cheat]:
    """All programs of a corpus, whose main file has this name."""
    for path in sorted((corpus / "students").iterdir()):
        files = [path] if path.is_file() else sorted(one for one in path.rglob("*") if one.is_file())
        sources = tuple(
            SourceFile(name=main if path.is_file() else str(one.relative_to(path)), content=one.read_bytes())
            for one in files
        )
        text = next(source.content for source in sources if source.name == main).decode()
        promise = _PROMISE.search(text)
        assert promise, f"{path}: its first line says how many points it must get"
        yield Cheat(path.stem, float(promise[1]), sources)


def differences(stands: Sequence[CourseStand], corpus: Path, main: str) -> dict[str, str]:
    """What every program has got that is not what it says, by name; as many are graded at once as there are stands."""
    free: queue.SimpleQueue[CourseStand] = queue.SimpleQueue()
    for stand in stands:
        free.put(stand)
    with open_package(str(corpus)) as problem, ThreadPoolExecutor(len(stands)) as threads:

        def graded(cheat: Cheat) -> CourseworkReport:
            stand = free.get()
            try:
                submission = Submission(id=cheat.name, package=str(corpus), sources=cheat.sources)
                return coursework(stand.grade(problem, submission))
            finally:
                free.put(stand)

        asked = tuple(cheats(corpus, main))
        compared = zip(asked, threads.map(graded, asked), strict=True)
        return {cheat.name: said for cheat, report in compared if (said := _difference(cheat, report))}


def _difference(cheat: Cheat, report: CourseworkReport) -> str:
    """What is not as the program says; empty when all is."""
    if any(part.status == "judge_error" for part in report.parts):
        return f"judge error: {[part.message for part in report.parts]}"
    if abs(report.points - cheat.points) > 1e-6 or not report.points_max:
        passed = [test.name for part in report.parts for test in part.tests if test.points]
        return f"{report.points:g} points, not {cheat.points:g}: {passed}"
    return ""
