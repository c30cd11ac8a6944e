"""A problem package as a value: what :mod:`judge.package` reads and :mod:`judge.grading` judges by.

Files are named by absolute host paths; nothing here opens them.
Source: the problem package format specification, versions legacy, 2023-07-draft and 2025-09.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from judge.model.assignment import Assignment
from judge.model.compare_flags import CompareFlags
from judge.model.program import ProgramQuotas
from judge.model.verdict import Verdict


class PackageFormat(StrEnum):
    """Which specification a package follows. Those of other judges are scored by the rules of 2025-09."""

    LEGACY = "legacy"
    DRAFT_2023_07 = "2023-07-draft"
    F2025_09 = "2025-09"
    DMOJ = "dmoj"
    POLYGON = "polygon"
    CMS = "cms"
    ASSIGNMENT = "assignment"


class Program(msgspec.Struct, frozen=True, kw_only=True):
    """A setter's program: a validator, interactor, grader or jury submission.

    ``name`` is relative to the package (for messages), ``files`` maps names inside the program's
    folder to host paths, ``language`` is a language id or empty to detect.
    """

    name: str
    files: tuple[tuple[str, str], ...]
    language: str = ""


class ValidatorKind(StrEnum):
    """What an output validator's exit code means."""

    DEFAULT = "default"  #: the built-in comparison
    KATTIS = "kattis"  #: 42 accepts, 43 rejects
    TESTLIB = "testlib"  #: testlib checker: 0 ok, 1 wa, 2 pe, 3 fail, 7 points
    TESTLIB_WITHOUT_OUTPUT = "bridged"  #: an interactor with testlib's exit codes that is given no file to write
    CMS = "cms"  #: a checker or manager of CMS: the outcome (0 to 1) on standard output, the message on standard error
    VALUE = "value"  #: built in: what a driver wrote as its answer is compared as a JSON value


class ScoreAggregation(StrEnum):
    """How a group folds the scores of its children."""

    SUM = "sum"
    MIN = "min"
    MAX = "max"
    AVG = "avg"
    PRODUCT = "product"  #: CMS: the group's max_score times the product of its cases' shares of theirs
    PASS_FAIL = "pass-fail"  #: 2025-09: the group's max_score when every case is accepted, else 0


class NamedFiles(msgspec.Struct, frozen=True, kw_only=True):
    """Files in the working directory where submissions find the input and leave their output; empty = none such.

    The input is on standard input all the same, and without the file standard output counts. ``answer``: neither does,
    but what is written to the descriptor for answers, where a driver leaves the value of a call.
    """

    input: str = ""
    output: str = ""
    answer: bool = False


STANDARD_STREAMS = NamedFiles()


class Generator(msgspec.Struct, frozen=True, kw_only=True):
    """A setter's program that makes a test: the input on standard output and, if it ``answers``, the answer on standard
    error.

    As the ``solver`` of a test it reads the input and writes the answer on standard output. Limits of 0 are those of
    validators.
    """

    program: Program
    args: tuple[str, ...] = ()
    time_limit_ns: int = 0
    memory_bytes: int = 0
    answers: bool = True


class TestCase(msgspec.Struct, frozen=True, kw_only=True):
    """One .in/.ans pair. ``name`` is the path below data/ without suffix ("secret/1-small/03").

    ``args`` are extra arguments of the submission, ``files`` extra (name, host path) pairs put into its
    work directory. ``input_validator_args`` and ``answer_validator_args`` are (validator name, arguments) pairs, an
    empty name standing for every validator; ``output_validator_args`` those of the output validator, ``compare`` the
    same ones parsed when that is the default one. ``max_score`` None = unbounded or not scored. Hint and description
    are for people. ``answer_overridden``: people are shown something else than the answer, which need not be an output.
    ``generator`` makes what has no path, ``solver`` an answer from the input. ``outcome_max`` (CMS): the outcome that a
    checker gives is a cost, and accepted above 0 and up to here.
    """

    __test__ = False

    name: str
    input_path: str
    answer_path: str
    args: tuple[str, ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    input_validator_args: tuple[tuple[str, tuple[str, ...]], ...] = ()
    answer_validator_args: tuple[tuple[str, tuple[str, ...]], ...] = ()
    output_validator_args: tuple[str, ...] = ()
    compare: CompareFlags = CompareFlags()
    full_feedback: bool = False
    hint: str = ""
    description: str = ""
    max_score: float | None = None
    answer_overridden: bool = False
    generator: Generator | None = None
    solver: Generator | None = None
    outcome_max: float | None = None


class ValidatorCase(msgspec.Struct, frozen=True, kw_only=True):
    """A case that no submission ever sees: it tests the setter's validators.

    ``kind``: ``invalid_input`` (some input validator must reject it), ``invalid_answer`` (some answer validator must
    reject ``answer_path``), ``invalid_output`` and ``valid_output`` (the output validator must reject or accept
    ``output_path``). Paths that the kind does not use are empty.
    """

    name: str
    kind: str
    input_path: str
    answer_path: str = ""
    output_path: str = ""
    args: tuple[str, ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    input_validator_args: tuple[tuple[str, tuple[str, ...]], ...] = ()
    answer_validator_args: tuple[tuple[str, tuple[str, ...]], ...] = ()
    output_validator_args: tuple[str, ...] = ()
    compare: CompareFlags = CompareFlags()


class ScorePolicy(msgspec.Struct, frozen=True, kw_only=True):
    """How one group folds verdicts and scores of its children.

    ``on_reject_break``: stop the group at the first rejected child. ``accept_score``/``reject_score``: the
    score of an accepted/rejected case when no validator gave one. ``range_*``: bounds of the group's
    score. ``max_score`` None = unbounded. ``required_groups``: names that must be accepted first (2025-09).
    ``from_file``: the legacy group has a testdata.yaml of its own; ``own_accept_score`` is what that gives, if it does.
    """

    aggregation: ScoreAggregation = ScoreAggregation.SUM
    on_reject_break: bool = True
    accept_score: float = 1.0
    reject_score: float = 0.0
    range_min: float = float("-inf")
    range_max: float = float("inf")
    max_score: float | None = None
    required_groups: tuple[str, ...] = ()
    ignore_sample: bool = False
    accept_if_any_accepted: bool = False
    verdict_mode: str = "worst_error"
    custom_grader: bool = False
    grader_flags: tuple[str, ...] = ()
    from_file: bool = False
    own_accept_score: float | None = None


class StaticValidation(msgspec.Struct, frozen=True, kw_only=True):
    """A group's static validation test case (2025-09). ``max_score`` None = ``pass-fail``."""

    max_score: float | None = None
    args: tuple[str, ...] = ()


class TestGroup(msgspec.Struct, frozen=True, kw_only=True):
    """A test data group. ``order`` lists children (group or case names) in judging order.

    ``static_validation`` is judged before the children; None = the group has none.
    """

    __test__ = False

    name: str
    policy: ScorePolicy = ScorePolicy()
    groups: tuple[TestGroup, ...] = ()
    cases: tuple[TestCase, ...] = ()
    order: tuple[str, ...] = ()
    static_validation: StaticValidation | None = None


class ProblemLimits(msgspec.Struct, frozen=True, kw_only=True):
    """Limits as the package states them. ``time_limit_ns`` 0 = compute it from the jury's submissions; a computed one
    above ``time_limit_ns_max`` (0 = no ceiling) is refused."""

    time_limit_ns: int = 0
    time_limit_ns_max: int = 0
    time_resolution_ns: int = 1_000_000_000
    ac_to_time_limit: float = 2.0
    time_limit_to_tle: float = 1.5
    memory_bytes: int = 2 << 30
    output_bytes: int = 8 << 20
    code_bytes: int = 128 << 10
    compilation_time_ns: int = 60_000_000_000
    compilation_memory_bytes: int = 2 << 30
    validation_time_ns: int = 60_000_000_000
    validation_memory_bytes: int = 2 << 30
    validation_output_bytes: int = 8 << 20
    validation_passes: int = 2


class ExpectedResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a jury submission must get.

    ``verdicts``: allowed final verdicts (empty = any). ``permitted``: every judged case must have one of these
    (empty = any). ``required``: at least one case must have one of these (empty = no demand). ``score_min`` and
    ``score_max`` bound the score; ``full_score`` False: the score must not be the best possible one (None = no
    demand). ``message`` must appear in some case's judge feedback.
    ``rules``: (glob over case and group names, expectation) pairs that must hold as well, the empty glob meaning the
    whole submission; a rule's ``score_*`` are about the group that its glob names.
    ``part_points``: (part of an assignment, points that it must have) pairs.
    ``use_for_time_limit``: "lower" (must fit, bounds the limit from below), "upper" (must exceed it), or empty.
    """

    verdicts: tuple[Verdict, ...] = ()
    permitted: tuple[Verdict, ...] = ()
    required: tuple[Verdict, ...] = ()
    score_min: float | None = None
    score_max: float | None = None
    full_score: bool | None = None
    message: str = ""
    rules: tuple[tuple[str, ExpectedResult], ...] = ()
    part_points: tuple[tuple[str, float], ...] = ()
    use_for_time_limit: str = ""


class JurySubmission(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of submissions/. ``path`` is relative to the package.

    ``entrypoint`` names the main file or class, empty to detect it. ``labelled`` False: nothing in the package says
    what to expect, so anything is right.
    """

    path: str
    program: Program
    expected: ExpectedResult
    entrypoint: str = ""
    labelled: bool = True


class Diagnostic(msgspec.Struct, frozen=True, kw_only=True):
    """A finding about a package: ``level`` is "error" or "warning"; ``line`` 0 = whole file."""

    level: str
    file: str
    line: int
    key: str
    message: str


class Copies(msgspec.Struct, frozen=True, kw_only=True):
    """How a submission of CMS is run more than once at a time for one test.

    ``count`` copies talk to a manager, the output validator of an interactive problem. ``by_path``: each copy is given
    the paths of its two pipes as arguments, in place of its standard streams. ``two_steps``: there is no manager; the
    first of two copies reads the input, the second writes the output, and both are given the path of one pipe.
    """

    count: int = 1
    by_path: bool = False
    two_steps: bool = False


class JudgeProgram(msgspec.Struct, frozen=True, kw_only=True):
    """The package's program that judges submissions in the place of a pipeline.

    ``beside`` and ``data`` are (name, host path) pairs: files in its working directory, and data that it is given.
    ``parameters``: (name, text) pairs. ``state``: the name of what is carried from one submission to the next of a
    tenant; empty = nothing is.
    """

    program: Program
    beside: tuple[tuple[str, str], ...] = ()
    data: tuple[tuple[str, str], ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()
    state: str = ""
    quotas: ProgramQuotas = ProgramQuotas()


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """A whole problem package, ready to judge.

    ``root`` is the data group tree (children: sample, secret). ``include`` maps language id (or "default")
    to (name, host path) pairs copied beside the submission before compiling; ``preambles`` maps it to text put before
    each of the submission's own sources; ``named_files`` stand for its streams. ``constants`` are the
    ``{{name}}`` substitutions of 2025-09. ``custom_score``: the legacy ``validation: custom score``, where the
    validator must give each accepted case its score. ``validator_reads_source``: the output validator finds the
    submission's sources in ``submission/`` (DMOJ). ``minimize``: a lower score is better. ``allow_file_writing``:
    what a 2025-09 package says (its default is false); submissions may always write into their own scratch directory.
    ``score_dialect``: whose scoring rules the package is written for ("domjudge"); empty = it does not say.
    ``judge_program``: what judges here; grading has no part in it, None = grading does. ``assignment``: this is
    one of a course, graded part by part (:mod:`judge.course`); there is no test in ``root`` then.
    ``free_award``: a score that the validator gives stands for the test's maximum and is not bounded by it (Polygon).
    ``copies``: None = a submission is run once for a test. ``source_name``: how the only source of a submission is
    called when it is compiled, before its own ending; ``entry``: the main one of the included files, without ending.
    """

    name: str
    path: str
    format: PackageFormat
    title: str = ""
    limits: ProblemLimits = ProblemLimits()
    scoring: bool = False
    interactive: bool = False
    multi_pass: bool = False
    submit_answer: bool = False
    custom_score: bool = False
    score_dialect: str = ""
    free_award: bool = False
    minimize: bool = False
    languages: tuple[str, ...] = ()
    allow_file_writing: bool = True
    root: TestGroup
    validator_kind: ValidatorKind = ValidatorKind.DEFAULT
    output_validator: Program | None = None
    validator_reads_source: bool = False
    further_output_validators: tuple[Program, ...] = ()
    input_validators: tuple[Program, ...] = ()
    answer_validators: tuple[Program, ...] = ()
    graders: Program | None = None
    static_validator: Program | None = None
    include: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    preambles: tuple[tuple[str, str], ...] = ()
    named_files: NamedFiles = STANDARD_STREAMS
    copies: Copies | None = None
    source_name: str = ""
    entry: str = ""
    judge_program: JudgeProgram | None = None
    assignment: Assignment | None = None
    submissions: tuple[JurySubmission, ...] = ()
    validator_cases: tuple[ValidatorCase, ...] = ()
    constants: tuple[tuple[str, str], ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
