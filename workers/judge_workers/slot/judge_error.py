"""The report of a submission that could not be judged, or of other work that could not be done."""

from __future__ import annotations

import os

from judge import wire
from judge.errors import WireError
from judge.model.report import Report
from judge.model.submission import Submission
from judge.model.verdict import Verdict
from judge.model.work import WorkKind
from judge.model.work_report import AnyWorkReport, BlameOn, report_without_work
from judge.release import judge_version
from judge.text import printable

#: At most this much of a package's or language's name is in a judge error.
_SHOWN_MAX = 200

#: What is said of work that was told to end (see :func:`too_long`), and of a report that is too large to be recorded.
_TOO_LONG = (
    "it took longer than a piece of work may (judging_max_s): ask for fewer repeats or tests, or for less time for each"
)
_VERIFIED_TOO_LONG = "it took longer than a verification may (verifying_max_s): ask for fewer submissions at once"
TOO_LARGE = "its report would have {} bytes; at most {} are kept: ask for fewer repeats, tests or files"


def judge_error(
    submission_id: str,
    submission: bytes,
    reason: str,
    attempt: int = 1,
    judged_by: str = "",
    blame: BlameOn = BlameOn.JUDGE,
) -> Report | AnyWorkReport:
    """The report of work that could not be done; reads what it can of its text, and makes that safe.

    ``blame`` is in the report where that says whose fault it is: a submission's says so in its reason.
    """
    try:
        if wire.kind_of_text(submission) is not WorkKind.SUBMISSION:
            header = wire.decode_work_header(submission)
            return report_without_work(header, blame, reason, attempt=attempt, judged_by=judged_by)
        sent = wire.decode_header(submission)
    except WireError:
        sent = Submission(id=submission_id, package="", sources=())
    return Report(
        submission=submission_id,
        problem=printable(os.path.basename(sent.package.rstrip("/"))[:_SHOWN_MAX]),
        language=printable(sent.language[:_SHOWN_MAX]),
        verdict=Verdict.JE,
        reason=reason,
        attempt=attempt,
        tenant=sent.tenant,
        judge_version=judge_version(),
        judged_by=judged_by,
    )


def too_long(submission: bytes) -> str:
    """What is said of work that was told to end; reads what it can of its text."""
    try:
        is_verification = wire.kind_of_text(submission) is WorkKind.VERIFICATION
    except WireError:
        is_verification = False
    return _VERIFIED_TOO_LONG if is_verification else _TOO_LONG
