"""What the directories below submissions/ promise, and DOMjudge's comments in sources. Pure.

The formats know four verdicts. A memory limit is a run-time error to them; output beyond the limit has no word at
all, and other judges let such a program run into the time limit, crash, or compare what came: it satisfies WA, TLE
and RTE alike. Directories that name a verdict of ours exactly (memory_limit_exceeded, output_limit) mean just that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from judge.model.problem import ExpectedResult, PackageFormat
from judge.model.verdict import Verdict

AC, WA, TLE, RTE = Verdict.AC, Verdict.WA, Verdict.TLE, Verdict.RTE
MLE, OLE, CE = Verdict.MLE, Verdict.OLE, Verdict.CE

#: A verdict word of the formats -> our verdicts that satisfy it, its own first.
MEANINGS = {"AC": (AC,), "WA": (WA, OLE), "TLE": (TLE, OLE), "RTE": (RTE, MLE, OLE)}
VERDICT_WORDS = tuple(MEANINGS)
REJECTED = (WA, TLE, RTE, MLE, OLE)

#: submissions.yaml's built-in rules (2023-07-draft and 2025-09): directory -> (permitted, required) words.
MODERN_RULES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "accepted": (("AC",), ()),
    "rejected": ((), ("RTE", "TLE", "WA")),
    "wrong_answer": (("AC", "WA"), ("WA",)),
    "time_limit_exceeded": (("AC", "TLE"), ("TLE",)),
    "run_time_error": (("AC", "RTE"), ("RTE",)),
    "brute_force": (("AC", "RTE", "TLE"), ("RTE", "TLE")),
}
#: The same for legacy packages: a slow one may also be wrong somewhere, a crashing one anything. A wrong one goes by
#: its final verdict (see below): the format's own verifier ends at the first rejection.
_LEGACY_RULES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    **MODERN_RULES,
    "time_limit_exceeded": (("AC", "WA", "TLE"), ("TLE",)),
    "run_time_error": ((), ("RTE",)),
}
#: Directories of other tools and other spellings: the final verdicts they mean.
_OTHER_DIRECTORIES: dict[str, tuple[Verdict, ...]] = {
    "partially_accepted": (AC,),
    "slow_accepted": (AC, TLE),
    "no_output": (WA,),
    "output_limit": (OLE,),
    "output_limit_exceeded": (OLE,),
    "memory_limit": (MLE,),
    "memory_limit_exceeded": (MLE,),
    "compiler_error": (CE,),
    "compile_error": (CE,),
    "compile_time_error": (CE,),
    "runtime_error": (RTE, MLE, OLE),
    "mixed": (),
}
_DOMJUDGE_WORDS: dict[str, tuple[Verdict, ...]] = {
    "CORRECT": (AC,),
    "ACCEPTED": (AC,),
    "WRONG-ANSWER": (WA,),
    "TIMELIMIT": (TLE, OLE),
    "TIME-LIMIT-EXCEEDED": (TLE, OLE),
    "RUN-ERROR": (RTE, MLE),
    "RUN-TIME-ERROR": (RTE, MLE),
    "MEMORY-LIMIT": (MLE,),
    "OUTPUT-LIMIT": (OLE,),
    "NO-OUTPUT": (WA,),
    "COMPILER-ERROR": (CE,),
    "CHECK-MANUALLY": (),
}
_TAGS = tuple(re.compile(rb"@EXPECTED_%b@:[ \t]*([^\r\n]*)" % name) for name in (b"RESULTS", b"SCORE"))
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?")


def meaning(words: Iterable[str]) -> tuple[Verdict, ...]:
    """Our verdicts that satisfy any of the formats' words."""
    return tuple(dict.fromkeys(verdict for word in words for verdict in MEANINGS[word]))


def directory_label(directory: str, package_format: PackageFormat, *, scoring: bool) -> ExpectedResult | None:
    """What a directory below submissions/ promises by its name; None when the name says nothing.

    For modern packages only the names that submissions.yaml does not define; see :data:`MODERN_RULES`.
    """
    legacy = package_format is PackageFormat.LEGACY
    if directory in _OTHER_DIRECTORIES:
        if directory != "partially_accepted":
            return ExpectedResult(verdicts=_OTHER_DIRECTORIES[directory])
        # In newer formats one rejected case makes the verdict of a submission that has part of the score.
        partly = (AC, *REJECTED) if scoring and not legacy else _OTHER_DIRECTORIES[directory]
        return ExpectedResult(verdicts=partly, full_score=False)
    rules = (_LEGACY_RULES if legacy else MODERN_RULES).get(directory)
    if rules is None:
        return None
    permitted, required = rules
    if legacy and (scoring or directory == "wrong_answer"):
        # Scoring problems accept with part of the score: only the final verdict counts.
        final = meaning(permitted if directory == "accepted" else _LEGACY_FINAL.get(directory, required))
        return ExpectedResult(verdicts=final, use_for_time_limit="lower" if directory == "accepted" else "")
    return rule(permitted, required, use_for_time_limit=None if not legacy or directory == "accepted" else "")


_LEGACY_FINAL = {"time_limit_exceeded": ("TLE",), "run_time_error": ("RTE",), "wrong_answer": ("WA",)}


def rule(
    permitted: tuple[str, ...], required: tuple[str, ...], *, use_for_time_limit: str | None = None
) -> ExpectedResult:
    """One rule of submissions.yaml from its words; empty = the default of the key.

    ``use_for_time_limit`` None = as the format infers it: not permitting TLE gives a lower bound, requiring nothing
    but TLE an upper one.
    """
    allowed = meaning(permitted or VERDICT_WORDS)
    needed = meaning(required) if required and set(required) != set(VERDICT_WORDS) else ()
    if use_for_time_limit is None:
        use_for_time_limit = ""
        if permitted and "TLE" not in permitted:
            use_for_time_limit = "lower"
        elif required == ("TLE",):
            use_for_time_limit = "upper"
    final = tuple(v for v in allowed if v is not AC) if needed and AC not in needed else allowed
    everything = set(permitted or VERDICT_WORDS) == set(VERDICT_WORDS)
    return ExpectedResult(
        verdicts=() if everything and not needed else final,
        permitted=() if everything else allowed,
        required=needed,
        use_for_time_limit=use_for_time_limit,
    )


def comment_label(source: bytes) -> ExpectedResult | None:
    """What DOMjudge's @EXPECTED_RESULTS@ and @EXPECTED_SCORE@ comments say; None when there is none.

    Unknown words are passed over. Only the first comment of each kind counts; DOMjudge takes verdicts in
    either, and only a number for a score.
    """
    results, scores = (_after(tag, source) for tag in _TAGS)
    score = _NUMBER.match(scores.strip()) if scores is not None else None
    if scores is not None and score is None:
        results = f"{results}, {scores}" if results is not None else scores
    if results is None and score is None:
        return None
    value = float(score[0]) if score else None
    return ExpectedResult(verdicts=_verdicts_in(results or ""), score_min=value, score_max=value)


def _after(tag: re.Pattern[bytes], source: bytes) -> str | None:
    match = tag.search(source)
    return match[1].decode("utf-8", "replace") if match else None


def _verdicts_in(text: str) -> tuple[Verdict, ...]:
    """The meaning of comma-separated words; whatever follows a word (the end of the comment) is passed over."""
    verdicts: list[Verdict] = []
    for word in text.split(","):
        name = re.match(r"[A-Za-z_-]*", word.strip())
        verdicts += _DOMJUDGE_WORDS.get(name[0].upper().replace("_", "-") if name else "", ())
    return tuple(dict.fromkeys(verdicts))
