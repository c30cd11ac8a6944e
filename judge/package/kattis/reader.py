"""A problem package on disk -> :class:`~judge.model.problem.Problem`. The only file that knows the whole layout.

Formats: legacy (and legacy-icpc), 2023-07-draft, 2025-09. Nothing is executed here and nothing is written.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import msgspec

from judge.errors import PackageError
from judge.model.problem import (
    JurySubmission,
    PackageFormat,
    Problem,
    ProblemLimits,
    Program,
    TestGroup,
    ValidatorKind,
)
from judge.package.ceilings import Ceilings
from judge.package.faults import faults_raised
from judge.package.files.package_dir import PackageDir
from judge.package.files.yaml_tree import YAML_BYTES_MAX
from judge.package.findings import Findings
from judge.package.judge_program_file import read_judge_program
from judge.package.kattis import program_files
from judge.package.kattis.answers import with_answers
from judge.package.kattis.metadata import FILE, Metadata, read_metadata
from judge.package.kattis.submissions import read_submissions
from judge.package.kattis.submissions_yaml import FILE as RULES_FILE
from judge.package.kattis.test_data import read_testdata
from judge.package.kattis.time_limit_files import INI_FILE, declared_time_limit
from judge.package.reader import DEFAULT_READING, Inheritance, ReadOptions
from judge.text import shown


class KattisReader:
    """Reads the problem package format, all versions."""

    title = "Kattis, ICPC"
    marker = FILE
    reads_in_place = True

    def inspect(self, directory: Path, unpacked: Path, options: ReadOptions) -> tuple[Problem, Findings]:
        """See :class:`~judge.package.reader.Reader`."""
        return inspect_package(directory, options)


class DomjudgeReader(KattisReader):
    """Reads a legacy package that has only DOMjudge's own file beside its data."""

    title = "DOMjudge"
    marker = INI_FILE


def read_package(path: Path, options: ReadOptions = DEFAULT_READING) -> Problem:
    """The problem in the directory ``path``, ready to judge, with everything found wrong in its diagnostics.

    Raises PackageError(where="file:line: key") when it cannot be judged as it is, HostError for what this host lacks.
    """
    with faults_raised(path):
        problem, findings = inspect_package(path, options)
    findings.raise_if_blocked()
    return problem


def inspect_package(path: Path, options: ReadOptions = DEFAULT_READING) -> tuple[Problem, Findings]:
    """As :func:`read_package`, but blocking findings are only reported: the problem may then be meaningless.

    Raises PackageError for what makes reading on pointless: no directory, no problem.yaml, no YAML in it.
    """
    findings = Findings()
    package = PackageDir(path, findings, _is_needed)
    metadata = _metadata(package, findings, options.ceilings)
    validators = _output_validators(package, metadata, findings)
    submissions = read_submissions(package, metadata, findings)
    reading = partial(
        read_testdata, package, metadata, findings, default_validator=not validators, ceilings=options.ceilings
    )
    root, validator_cases = reading(inheritance=options.inheritance)
    by_domjudge = _is_scored_by_domjudge(package, metadata, submissions, root)
    if by_domjudge or (options.as_domjudge and _is_legacy_scoring(metadata)):  # there keys go from no file to another
        root, validator_cases = reading(inheritance=Inheritance.FILES)
    problem = msgspec.structs.replace(
        _without_data(package, metadata, validators, findings),
        judge_program=read_judge_program(package, findings, options.quotas),
        score_dialect="domjudge" if by_domjudge else "",
        root=root,
        validator_cases=validator_cases,
        submissions=submissions,
    )
    problem = problem if problem.judge_program is not None else with_answers(problem, findings)
    _check_statement(package, metadata.format, findings)
    _check_whole(problem, findings)
    return msgspec.structs.replace(problem, diagnostics=findings.diagnostics), findings


def _without_data(
    package: PackageDir, metadata: Metadata, validators: tuple[Program, ...], findings: Findings
) -> Problem:
    """The problem without its test data and submissions."""
    validator = validators[0] if validators else None
    return Problem(
        name=shown(Path(package.path).name),
        path=package.path,
        format=metadata.format,
        title=metadata.title,
        limits=metadata.limits,
        scoring=metadata.scoring,
        interactive=metadata.interactive,
        multi_pass=metadata.multi_pass,
        submit_answer=metadata.submit_answer,
        custom_score=metadata.custom_score,
        minimize=metadata.grading.minimize,
        languages=metadata.languages,
        allow_file_writing=metadata.allow_file_writing,
        root=TestGroup(name="data"),
        validator_kind=ValidatorKind.DEFAULT if validator is None else ValidatorKind.KATTIS,
        output_validator=validator,
        further_output_validators=validators[1:],
        input_validators=_input_validators(package, findings),
        answer_validators=tuple(
            program
            for directory in ("answer_validator", "answer_validators")
            for program in program_files.programs_in(package, directory, findings, grammars=True)
        ),
        graders=_grader(package, findings),
        static_validator=program_files.single_program(package, "static_validator", findings),
        include=program_files.include_files(package, findings),
        constants=metadata.constants,
    )


#: What lies at the root of a package and no verdict depends on.
_FOR_PEOPLE = re.compile(
    r"(problem_statement|statement|attachments|solution|generators|(out|in)put_visualizer)(/.*)?|[^/]+\.(pdf|md|tex|html|txt)"
)


def _is_needed(relative: str) -> bool:
    return not _FOR_PEOPLE.fullmatch(relative)


#: What DOMjudge knows of the default grader.
_DOMJUDGE_FLAGS = frozenset({"sum", "min", "max", "avg", "ignore_sample"})


def _is_scored_by_domjudge(
    package: PackageDir, metadata: Metadata, submissions: tuple[JurySubmission, ...], root: TestGroup
) -> bool:
    """Whether a legacy scoring package says that it is DOMjudge's: by its ini file, or by scores in sources' comments;
    unless it uses what only the specification has."""
    if not _is_legacy_scoring(metadata):
        return False
    policies = [group.policy for group in _groups(root)]
    if any(policy.custom_grader or not _DOMJUDGE_FLAGS.issuperset(policy.grader_flags) for policy in policies):
        return False
    commented = any(one.expected.score_min is not None for one in submissions)
    return package.find(INI_FILE) is not None or (commented and package.find(RULES_FILE) is None)


def _is_legacy_scoring(metadata: Metadata) -> bool:
    return metadata.format is PackageFormat.LEGACY and metadata.scoring


def _groups(group: TestGroup) -> Iterator[TestGroup]:
    yield group
    for child in group.groups:
        yield from _groups(child)


def _metadata(package: PackageDir, findings: Findings, ceilings: Ceilings) -> Metadata:
    entry = package.find(FILE)
    if entry is not None and not entry.is_directory:
        metadata = read_metadata(package.read(entry, YAML_BYTES_MAX), findings, ceilings)
    elif package.find(INI_FILE) is not None:
        findings.warning(FILE, f"is missing; a legacy package for {INI_FILE}, as DOMjudge takes it")
        metadata = Metadata(format=PackageFormat.LEGACY, limits=ceilings.lowered(ProblemLimits()))
    else:
        raise PackageError("there is no such file, so this is no problem package", where=FILE)
    if metadata.limits.time_limit_ns:
        return metadata
    limit_ns = declared_time_limit(package, findings, ceilings.bound("time_limit_ns"))
    limits = msgspec.structs.replace(metadata.limits, time_limit_ns=limit_ns)
    return dataclasses.replace(metadata, limits=limits)


def _output_validators(package: PackageDir, metadata: Metadata, findings: Findings) -> tuple[Program, ...]:
    validators = program_files.output_validators(package, metadata.format, findings)
    legacy = metadata.format is PackageFormat.LEGACY
    talks = metadata.interactive or metadata.multi_pass
    if legacy and not metadata.custom_validator:
        if validators:
            findings.warning(FILE, "validation is default, so output_validators/ is not used", key="validation")
        return ()
    where = "output_validators" if legacy else "output_validator"
    if not validators and (metadata.custom_validator or talks):
        findings.block(where, "the problem needs an output validator and there is none")
    if len(validators) > 1 and (talks or not legacy):
        findings.error(where, f"holds {len(validators)} validators; only {validators[0].name} is used")
        return validators[:1]
    return validators


def _input_validators(package: PackageDir, findings: Findings) -> tuple[Program, ...]:
    validators: tuple[Program, ...] = ()
    for directory in ("input_format_validators", "input_validator", "input_validators"):
        found = program_files.programs_in(package, directory, findings, grammars=True)
        if found and directory != "input_validators":
            findings.warning(directory, "is called input_validators/ by the format")
        validators += found
    if not validators:
        findings.warning("input_validators", "there should be at least one input validator")
    return validators


def _grader(package: PackageDir, findings: Findings) -> Program | None:
    found = program_files.programs_in(package, "graders", findings)
    if len(found) > 1:
        findings.block("graders", "there must be at most one grader")
    return found[0] if found else None


_STATEMENT = re.compile(r"problem(\.[a-zA-Z-]+)?\.(tex|md|pdf|html|typ)")


def _check_statement(package: PackageDir, package_format: PackageFormat, findings: Findings) -> None:
    """People need one; judging does not."""
    own = "problem_statement" if package_format is PackageFormat.LEGACY else "statement"
    for directory in ("", "statement", "problem_statement"):
        if any(_STATEMENT.fullmatch(entry.name) for entry in package.entries(directory) if not entry.is_directory):
            if directory not in ("", own):
                findings.warning(directory, f"is called {own}/ in the {package_format} format")
            return
    findings.warning(own, "there is no problem statement (problem.en.tex or the like)")


def _check_whole(problem: Problem, findings: Findings) -> None:
    """Rules that tie several parts together."""
    for group in _groups(problem.root):
        where = f"data/{group.name}" if group is not problem.root else "data"
        if group.policy.custom_grader and problem.graders is None:
            findings.block(where, "grading is custom and there is no program in graders/", key="grading")
        if group.static_validation is not None and problem.static_validator is None:
            findings.block(where, "has a static validation case and there is no static validator")
    if problem.submit_answer and problem.static_validator is not None:
        findings.error("static_validator", "an output-only problem has no sources to validate")
