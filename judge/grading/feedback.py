"""What a validator left in its feedback directory, as a value.

Source: problem package format 2025-09, "Reporting additional feedback". Text is made safe and capped; scores
must be decimal numbers; everything else is kept only to be there again in the next pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from judge.compare.default_validator import parse_number
from judge.grading.scoring.score import NO_AWARD, Award
from judge.sandbox.capture import Capture
from judge.text import printable_bytes, safe_text

#: Where the validator finds the directory, relative to /work.
DIRECTORY = "feedback"

_NEXT_PASS = "nextpass.in"
_SCORE_BYTES_MAX = 4096


@dataclass(frozen=True)
class Feedback:
    """One feedback directory. ``complaint`` is set when a score file holds no number.

    ``next_pass`` is the input of the next pass, if the validator asks for one; ``kept`` all other files, by their
    paths below /work.
    """

    award: Award = NO_AWARD
    complaint: str = ""
    judge_message: str = ""
    team_message: str = ""
    next_pass: Capture | None = None
    kept: Mapping[str, Capture] = field(default_factory=dict)


def read_feedback(files: Mapping[str, Capture], text_bytes_max: int) -> Feedback:
    """Make sense of the files collected below :data:`DIRECTORY`."""
    score, score_complaint = _number(files, "score.txt")
    multiplier, multiplier_complaint = _number(files, "score_multiplier.txt")
    return Feedback(
        award=Award(score=score, multiplier=multiplier),
        complaint=score_complaint or multiplier_complaint,
        judge_message=_text(files, "judgemessage.txt", text_bytes_max),
        team_message=_text(files, "teammessage.txt", text_bytes_max),
        next_pass=files.get(f"{DIRECTORY}/{_NEXT_PASS}"),
        kept={name: capture for name, capture in files.items() if name != f"{DIRECTORY}/{_NEXT_PASS}"},
    )


def _number(files: Mapping[str, Capture], name: str) -> tuple[float | None, str]:
    capture = files.get(f"{DIRECTORY}/{name}")
    if capture is None:
        return None, ""
    text = capture.read(_SCORE_BYTES_MAX).strip()
    value = parse_number(text)
    return value, "" if value is not None else f'{name} holds no number: "{printable_bytes(text[:60])}"'


def _text(files: Mapping[str, Capture], name: str, bytes_max: int) -> str:
    capture = files.get(f"{DIRECTORY}/{name}")
    if capture is None:
        return ""
    text = safe_text(capture.read(bytes_max), bytes_max).rstrip("\n")
    cut = capture.size_bytes - bytes_max
    return f"{text}\n[{cut} more bytes]" if cut > 0 else text
