"""How results are coloured on pages. Scripts have the same table, in js/submissions/words.js."""

from __future__ import annotations

from collections.abc import Mapping

from judge.model.verdict import VERDICTS, ColourRole
from judge.model.work import WorkKind
from judge.model.work_report import AS_EXPECTED, COMPILE_ERROR, DIFFERENT, REFUSED, STATUSES

_MARKS = {
    ColourRole.GOOD: "good",
    ColourRole.BAD: "bad",
    ColourRole.CRASH: "bad",
    ColourRole.SLOW: "warn",
    ColourRole.COMPILER: "note",
    ColourRole.OWN: "note",
}

_OTHERS = {
    AS_EXPECTED: "good",
    "EXITED": "good",
    "SIGNALLED": "bad",
    "SYSCALL_DENIED": "bad",
    "FAILED": "bad",
    DIFFERENT: "bad",
    REFUSED: "bad",
    COMPILE_ERROR: "note",
}


def marks() -> Mapping[str, str]:
    """The kind of mark of each word that work may end with; none = a plain one."""
    limits = {word: "warn" for kind in WorkKind for word in STATUSES[kind] if word.endswith("LIMIT")}
    return {**limits, **_OTHERS, **{verdict.value: _MARKS[row.colour] for verdict, row in VERDICTS.items()}}
