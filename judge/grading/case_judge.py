"""Judges one task on one slot: passes of running and validating, then the score. The heart, without any order.

A :class:`CaseJudge` is a slot set up for one submission: containers of the submission and of the validator,
warm for all tests. It is used from one thread.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

import msgspec

from judge.errors import PackageError, PackageMissing
from judge.grading.case_data import CaseData
from judge.grading.copies import communicate, two_steps
from judge.grading.execute import STDERR_READ_BYTES, Exclusive, OpenSubmission, answer_of, execute
from judge.grading.interact import converse
from judge.grading.options import GradingOptions
from judge.grading.output_only import AnswerSheet
from judge.grading.printed import printed, reason_of_failure
from judge.grading.programs import OpenProgram
from judge.grading.repeat import Trial, measure
from judge.grading.scoring.score import NO_AWARD, Scored, dialect_of, score_case, score_modern
from judge.grading.scoring.traverse import Task
from judge.grading.validate import (
    FEEDBACK_FILES,
    Asked,
    CheckedSources,
    Validation,
    compare_answer,
    compare_output,
    run_static_validator,
    run_validator,
)
from judge.model.printed import Printed
from judge.model.problem import Problem, TestCase, ValidatorKind
from judge.model.report import CaseReport
from judge.model.run import RunResult
from judge.model.verdict import Verdict
from judge.sandbox.capture import Capture
from judge.verdicts import ending_of_run, verdict_of_run

#: What a report keeps of the messages and the conversation of an accepted case: there may be thousands of them.
_ACCEPTED_TEXT_MAX = 4096

#: Test cases whose data everybody may see.
_SAMPLES = "sample/"


@dataclass(frozen=True)
class Pass:
    """One pass of one case: what it came to, and what the next pass starts from."""

    verdict: Verdict
    reason: str = ""
    run: RunResult | None = None
    validation: Validation | None = None
    times_ns: tuple[int, ...] = ()
    times_note: str = ""
    transcript: str = ""
    ending: str = ""
    stdout: Printed | None = None
    stderr: Printed | None = None


@dataclass(frozen=True)
class CaseJudge:
    """See the module. ``validator`` None = the default one; ``static_validator`` None = the package has none.
    ``further_validators`` must accept as well; scores and messages are the first one's.

    ``submission`` None = an output-only problem; then ``answers`` holds what was sent in. ``sources``: what the
    validator sees of the submission. ``copies``: all that run at a time, ``submission`` the first of them.
    """

    problem: Problem
    submission: OpenSubmission | None
    data: CaseData
    options: GradingOptions
    exclusive: Exclusive
    validator: OpenProgram | None = None
    further_validators: tuple[OpenProgram, ...] = ()
    static_validator: OpenProgram | None = None
    copies: tuple[OpenSubmission, ...] = ()
    answers: AnswerSheet | None = None
    sources: Mapping[str, Capture] = field(default_factory=dict)

    def judge(self, task: Task) -> CaseReport:
        """Judge one task. The setter's faults come back as JE; raises CancelledError, InfrastructureError."""
        try:
            if task.case is None:
                return self._judge_static(task)
            return self._judge_case(task, task.case)
        except PackageMissing:
            raise
        except PackageError as error:
            return CaseReport(name=task.name, verdict=Verdict.JE, reason=str(error))

    def _judge_case(self, task: Task, case: TestCase) -> CaseReport:
        if case.generator or case.solver:
            raise PackageError("has not been generated", where=f"test case {case.name}")
        answer_fd = self.data.open(case.answer_path)
        try:
            passes = tuple(self._passes(case, answer_fd))
        finally:
            os.close(answer_fd)
        last = passes[-1]
        award = last.validation.award if last.validation else NO_AWARD
        scored = score_case(self.problem, task.group, case, last.verdict, award, dialect_of(self.problem))
        sample = case.full_feedback or case.name.startswith(_SAMPLES)
        return msgspec.structs.replace(_report(task.name, passes, scored), sample=sample)

    def _passes(self, case: TestCase, answer_fd: int) -> Iterator[Pass]:
        """Every pass in order; one, unless the problem is multi-pass and the validator asks for more."""
        asked = Asked(case, partial(self.data.open, case.input_path), answer_fd, sources=self.sources)
        passes_max = self.problem.limits.validation_passes if self.problem.multi_pass else 1
        for number in range(1, passes_max + 1):
            done = self._one_pass(asked)
            wanted = done.validation.next_pass if done.validation and self.problem.multi_pass else None
            complaint = self._complaint(done, wanted, last=number == passes_max)
            yield dataclasses.replace(done, verdict=Verdict.JE, reason=complaint) if complaint else done
            if complaint or wanted is None or done.validation is None:
                return
            asked = dataclasses.replace(asked, open_input=wanted.open_fd, kept=done.validation.kept)

    def _complaint(self, done: Pass, wanted: Capture | None, *, last: bool) -> str:
        """What the setter's validator did wrong about passes, or empty."""
        name = self.validator.program.name if self.validator else "default"
        lost = done.validation.files_lost if done.validation and self.problem.multi_pass else 0
        if lost and done.verdict is Verdict.AC:  # nextpass.in may be among them
            return (
                f"output validator {name} left {lost} more files in its feedback directory than the "
                f"{FEEDBACK_FILES.files_max} files and {FEEDBACK_FILES.bytes_max} bytes that are kept between passes"
            )
        if wanted is None or done.verdict is Verdict.JE:
            return ""
        if done.validation and done.validation.verdict is not Verdict.AC:
            return f"output validator {name} wrote nextpass.in although it did not accept"
        if done.verdict is Verdict.AC and last:
            return f"output validator {name} asked for more than {self.problem.limits.validation_passes} passes"
        return ""

    def _one_pass(self, asked: Asked) -> Pass:
        if self.submission is None:
            return self._answer_pass(asked)
        if self.problem.interactive:
            return self._interactive_pass(self.submission, asked)
        run = (
            partial(two_steps, self.copies, asked.case, asked.open_input)
            if self.copies
            else partial(execute, self.submission, asked.case, asked.open_input)
        )
        limits = self.submission.limits
        answer = partial(answer_of, self.submission.named)
        trial = Trial(run, self._start_over, lambda one: (one.result, answer(one)))
        measured = measure(trial, limits, self.options, self.exclusive)
        done = measured.counts
        markers = self.submission.compiled.language.memory_markers
        verdict = verdict_of_run(done.result, done.stderr.read(STDERR_READ_BYTES) if markers else b"", markers)
        stdout, stderr = printed(done.stdout), printed(done.stderr, self.submission.compiled.in_own_names)
        validation, ending = None, ""
        if verdict is None:
            validation = self._validate(asked, answer(done))
            verdict, reason = validation.verdict, validation.reason
        else:
            ending = ending_of_run(done.result, limits)
            reason = reason_of_failure(ending, verdict, stderr)
        return Pass(
            verdict=verdict,
            reason=reason,
            run=done.result,
            validation=validation,
            times_ns=measured.times_ns,
            times_note=measured.note,
            ending=ending,
            stdout=stdout,
            stderr=stderr,
        )

    def _answer_pass(self, asked: Asked) -> Pass:
        """An output-only case: nothing is run, the submitted output is judged."""
        output = self.answers.output_of(asked.case.name) if self.answers else None
        if output is None:
            return Pass(Verdict.WA, f"no output was submitted for {asked.case.name}")
        if len(output) > self.problem.limits.output_bytes:
            return Pass(Verdict.OLE, f"output limit: the submitted output has {len(output)} bytes")
        validation = self._validate(asked, Capture(output))
        return Pass(validation.verdict, validation.reason, validation=validation)

    def _validate(self, asked: Asked, output: Capture) -> Validation:
        if self.problem.validator_kind is ValidatorKind.VALUE:
            return compare_answer(asked.answer_fd, output, asked.case.compare)
        if self.validator is None:
            return compare_output(asked.answer_fd, output, asked.case.compare)
        first = self._ask(self.validator, asked, output)
        for validator in self.further_validators if first.verdict is Verdict.AC else ():
            further = self._ask(validator, asked.bare(), output)
            if further.verdict is not Verdict.AC:
                return further
        return first

    def _ask(self, validator: OpenProgram, asked: Asked, output: Capture) -> Validation:
        text_bytes_max = self.options.feedback_bytes
        return run_validator(validator, self.problem.validator_kind, asked, output, text_bytes_max=text_bytes_max)

    def _interactive_pass(self, submission: OpenSubmission, asked: Asked) -> Pass:
        validator = self.validator
        if validator is None:
            raise PackageError("an interactive problem needs an output validator", where=self.problem.name)
        kind = self.problem.validator_kind
        if self.copies and self.problem.copies is not None:
            by_path = self.problem.copies.by_path
            talk = partial(communicate, self.copies, validator, asked, self.options, by_path=by_path)
        else:
            talk = partial(converse, submission, validator, kind, asked, self.options)
        trial = Trial(talk, self._start_over, lambda one: (one.run, one.said))
        measured = measure(trial, submission.limits, self.options, self.exclusive)
        done = measured.counts
        verdict, reason, validation = done.verdict, done.reason, done.validation
        # A checker compares with the answer; where there is none that it can read, only the interactor can tell.
        for checker in self.further_validators if asked.case.answer_path and kind is ValidatorKind.TESTLIB else ():
            if verdict is not Verdict.AC:
                break
            further = self._ask(checker, asked.bare(), done.output)
            if further.verdict is not Verdict.JE:
                verdict, reason, validation = further.verdict, further.reason, further
        stderr = printed(done.stderr, submission.compiled.in_own_names)
        if done.ending and verdict is done.verdict:
            reason = reason_of_failure(done.ending, verdict, stderr)
        return Pass(
            verdict=verdict,
            reason=reason,
            run=done.run,
            validation=validation,
            times_ns=measured.times_ns,
            times_note=measured.note,
            transcript=done.transcript,
            ending=done.ending,
            stderr=stderr,
        )

    def _start_over(self) -> None:
        for one in self.copies or filter(None, (self.submission,)):
            one.container.start_over()

    def _judge_static(self, task: Task) -> CaseReport:
        """The static validation of a group: no run, only the package's look at the sources."""
        static = task.group.static_validation
        compiled = self.submission.compiled if self.submission else None
        if self.static_validator is None or static is None or compiled is None or compiled.prepared is None:
            raise PackageError("static_validation_score needs a static_validator", where=f"data/{task.group.name}")
        prepared = compiled.prepared
        files = {file.name: file.content for file in prepared.files}
        setters = {name for _, included in self.problem.include for name, _ in included}
        chose = files.keys() - setters - {ours for ours, _ in prepared.renamed}
        validation = run_static_validator(
            self.static_validator,
            compiled.language.kattis or compiled.language.id,
            prepared.main or prepared.source,
            CheckedSources(files, chose),
            static.args,
            text_bytes_max=self.options.feedback_bytes,
        )
        scored = self._score_static(task, static.max_score, validation)
        return _report(task.name, (Pass(validation.verdict, validation.reason, validation=validation),), scored)

    def _score_static(self, task: Task, maximum: float | None, validation: Validation) -> Scored:
        if validation.verdict is Verdict.JE or not self.problem.scoring:
            return Scored(verdict=validation.verdict)
        return score_modern(task.group.policy, maximum, validation.verdict, validation.award)


def _report(name: str, passes: tuple[Pass, ...], scored: Scored) -> CaseReport:
    """The report of a case: of its last pass, but with the run that took longest."""
    last = passes[-1]
    runs = [one.run for one in passes if one.run is not None]
    slowest = max(runs, key=lambda run: run.usage.cpu_time_ns) if runs else None
    if last.run is not None and not last.run.ok:
        slowest = last.run
    repeated = next((one for one in reversed(passes) if one.times_ns), None)
    validation = last.validation
    room = _ACCEPTED_TEXT_MAX if scored.verdict is Verdict.AC else None
    transcript = "\n---\n".join(one.transcript for one in passes if one.transcript)
    return CaseReport(
        name=name,
        verdict=scored.verdict,
        score=scored.score,
        run=slowest,
        validation=validation.run if validation else None,
        reason=scored.reason or last.reason,
        feedback=_cut(validation.feedback if validation else "", room),
        team_feedback=validation.team_feedback if validation else "",
        reruns_ns=repeated.times_ns if repeated else (),
        reruns_note=repeated.times_note if repeated else "",
        passes=len(passes),
        transcript=_cut(transcript, room),
        ending=last.ending,
        stdout=last.stdout,
        stderr=last.stderr,
    )


def _cut(text: str, room: int | None) -> str:
    if room is None or len(text) <= room:
        return text
    return f"{text[:room]}\n[{len(text) - room} more characters]"
