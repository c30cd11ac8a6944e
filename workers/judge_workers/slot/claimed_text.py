"""What can be told of a claim by its text alone: a foreign client may have written anything there."""

from __future__ import annotations

from judge import wire
from judge.errors import JudgeError, LanguageError, WireError
from judge.model.work import WorkKind
from judge.model.work_report import BlameOn
from judge.queue.values import Claim


def language_of(claim: Claim) -> str:
    """The language that a submission names; empty when it names none, or does not decode."""
    try:
        if wire.kind_of_text(claim.submission) is not WorkKind.SUBMISSION:
            return wire.decode_work_header(claim.submission).language
        return wire.decode_header(claim.submission).language
    except WireError:
        return ""


def blame_for_lack(claim: Claim, error: JudgeError, offered: tuple[str, ...]) -> BlameOn:
    """Whose fault it is that no worker has something. The language that work was sent to, and those that this worker
    offers, were promised; another one that work names beside it never was."""
    promised = not isinstance(error, LanguageError) or error.language in ("", language_of(claim), *offered)
    return BlameOn.JUDGE if promised else BlameOn.CLIENT
