"""Polygon's solutions as jury submissions: what their tags promise."""

from __future__ import annotations

from judge.model.problem import ExpectedResult, JurySubmission
from judge.model.verdict import Verdict
from judge.package.kattis.verdict_labels import REJECTED, meaning
from judge.package.polygon.package_files import FILE, PolygonFiles

_ACCEPTED = (Verdict.AC,)
#: solution tag -> allowed verdicts.
_TAGS: dict[str, tuple[Verdict, ...]] = {
    "main": _ACCEPTED,
    "accepted": _ACCEPTED,
    "rejected": REJECTED,
    "wrong-answer": meaning(["WA"]),
    "presentation-error": meaning(["WA"]),
    "time-limit-exceeded": meaning(["TLE"]),
    "time-limit-exceeded-or-accepted": (Verdict.AC, *meaning(["TLE"])),
    "time-limit-exceeded-or-memory-limit-exceeded": (*meaning(["TLE"]), Verdict.MLE),
    "memory-limit-exceeded": (Verdict.MLE,),
    "failed": meaning(["RTE"]),
}


def read_solutions(files: PolygonFiles) -> tuple[JurySubmission, ...]:
    """All solutions but those that are not to be run, in the order of problem.xml."""
    found = []
    for element in files.root.all("assets/solutions/solution"):
        source, tag = element.first("source"), element.get("tag")
        if source is None or tag == "do-not-run":
            continue
        if tag not in _TAGS:
            files.findings.warning(FILE, f"unknown tag {tag[:40]!r}", line=element.line, key="solution")
        program = files.solution(source)
        verdicts = _TAGS.get(tag, ())
        expected = ExpectedResult(verdicts=verdicts, use_for_time_limit="lower" if verdicts == _ACCEPTED else "")
        found.append(JurySubmission(path=program.name, program=program, expected=expected, labelled=tag in _TAGS))
    return tuple(found)
