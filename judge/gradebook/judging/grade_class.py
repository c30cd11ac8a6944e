"""From the class to its reports: who is judged, who was before, and what becomes of each."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from judge.gradebook.collect.work import work_of
from judge.gradebook.enrolment import Enrolled
from judge.gradebook.handed_in import Remark, RemarkKind, Wanted, Work
from judge.gradebook.judging.journal import Journal, key_of
from judge.gradebook.judging.pool import Job, JudgeOne, Outcome, outcomes
from judge.gradebook.results.book import Entry
from judge.model.report import Report
from judge.model.submission import SourceFile, Submission
from judge.model.verdict import Verdict
from judge.text import printable

_REASON_CHARS_MAX = 500


@dataclass(frozen=True)
class Grading:
    """How a class is judged. ``package``: how the judges find the assignment; ``digest``: of its content.
    ``is_current``: whether the toolchain of a report is still the one in use. ``again``: not empty: nothing of before
    counts; it differs from one time to the next. ``sources``: takes each student's files, for what compares them."""

    package: str
    digest: str
    judge_version: str
    wanted: Wanted
    is_current: Callable[[Report], bool]
    language: str = ""
    main: str = ""
    tenant: str = ""
    again: str = ""
    sources: Callable[[str, tuple[SourceFile, ...]], None] = lambda key, files: None


#: Told after each student: the student's key, whether it was judged now, and how many are done.
Watch = Callable[[str, bool, int], None]


def grade_class(
    students: Sequence[Enrolled], grading: Grading, journal: Journal, judges: Sequence[JudgeOne], watch: Watch
) -> tuple[Entry, ...]:
    """Everybody's entry, in order; each report is in the journal before the next student is looked at.

    Blocks. Raises what goes wrong with more than one student; what was judged until then stays in the journal.
    """
    run = _Run(students, grading, journal, watch)
    for outcome in outcomes(run.jobs(), judges):
        run.take(outcome)
    journal.keep_only(run.keys.values())
    return run.entries()


class _Run:
    """``keys``: of the judgings by the students' indexes. :meth:`jobs` is called by one judge's thread at a time, all
    else by the command's."""

    def __init__(self, students: Sequence[Enrolled], grading: Grading, journal: Journal, watch: Watch) -> None:
        self.keys: dict[int, str] = {}
        self._students = students
        self._grading = grading
        self._journal = journal
        self._watch = watch
        self._remarks: dict[int, tuple[Remark, ...]] = {}
        self._reports: dict[int, Report] = {}
        self._done = 0
        self._telling = threading.Lock()

    def jobs(self) -> Iterator[Job]:
        """What has to be judged: files are read when a judge is free for them."""
        for index, student in enumerate(self._students):
            work = work_of(student.found, self._grading.wanted) if student.places else Work(remarks=student.remarks)
            self._remarks[index] = work.remarks
            if work.files:
                self._grading.sources(student.key, work.files)
                submission = _submission(student, work, self._grading)
                key = key_of(submission, self._grading.digest, self._grading.judge_version)
                self.keys[index] = key
                known = None if self._grading.again else self._journal.known(key)
                if known is None or not self._grading.is_current(known):
                    before = known.toolchain_version if known is not None else ""
                    named = _named(submission, key, self._grading.again, self._journal.failures(key), before)
                    yield Job(index=index, key=key, submission=named)
                    continue
                self._reports[index] = known
            self._tell(index, judged=False)

    def take(self, outcome: Outcome) -> None:
        """A report, or why there is none."""
        job, report = outcome.job, outcome.report
        if report is not None:
            self._journal.add(job.key, report)
            self._reports[job.index] = report
        reason = outcome.reason if report is None else report.reason if report.verdict is Verdict.JE else ""
        if reason or report is None:
            text = f"could not be judged: {printable(reason, _REASON_CHARS_MAX)}"
            remark = Remark(kind=RemarkKind.NOT_JUDGED, text=text)
            self._remarks[job.index] = (*self._remarks[job.index], remark)
        self._tell(job.index, judged=True)

    def entries(self) -> tuple[Entry, ...]:
        """What became of each."""
        return tuple(
            Entry(
                key=student.key,
                name=student.name,
                email=student.email,
                section=student.section,
                report=self._reports.get(index),
                remarks=self._remarks.get(index, ()),
                row=student.row,
            )
            for index, student in enumerate(self._students)
        )

    def _tell(self, index: int, *, judged: bool) -> None:
        with self._telling:  # both the judges' threads and that of the command come here
            self._done += 1
            self._watch(self._students[index].key, judged, self._done)


def _submission(student: Enrolled, work: Work, grading: Grading) -> Submission:
    names = {file.name for file in work.files}
    return Submission(
        id="",
        package=grading.package,
        sources=work.files,
        language=grading.language,
        main=grading.main if grading.main in names else "",
        tenant=grading.tenant,
        hand_in=student.hand_in,
    )


def _named(submission: Submission, key: str, *others: object) -> Submission:
    """With an id that the same judging has again, so that a service knows it. ``others`` give it another one, where the
    old answer is no use: it could not be judged, its toolchain is another now, or it is judged again on demand."""
    name = hashlib.sha256(repr((key, others)).encode()).hexdigest() if any(others) else key
    return msgspec.structs.replace(submission, id=f"course-{name[:40]}")
