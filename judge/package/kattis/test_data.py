"""``data/`` -> the tree of :class:`~judge.model.problem.TestGroup` and the extra cases that only check validators."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import msgspec

from judge.model.compare_flags import CompareFlags
from judge.model.problem import PackageFormat, StaticValidation, TestCase, TestGroup, ValidatorCase
from judge.package.ceilings import DEFAULT_CEILINGS, Ceilings
from judge.package.files.package_dir import PackageDir
from judge.package.findings import Findings
from judge.package.judge_program_file import FILE as JUDGE_PROGRAM
from judge.package.kattis.compare_flags import parse_compare_flags, repeated_tolerances
from judge.package.kattis.data_scan import DataScanner, RawCase, RawGroup
from judge.package.kattis.group_config import GroupConfig
from judge.package.kattis.group_policy import (
    LEGACY_DEFAULTS,
    inherit_legacy,
    legacy_policy,
    modern_policy,
    modern_root_policy,
    unknown_grader_flags,
)
from judge.package.kattis.max_score import with_max_scores
from judge.package.kattis.metadata import FILE, Metadata
from judge.package.reader import Inheritance

#: Directories below data/ that hold cases for the validators only; older names after the newer.
_VALIDATOR_CASES = {
    "invalid_input": "invalid_input",
    "invalid_inputs": "invalid_input",
    "bad": "invalid_input",
    "invalid_output": "invalid_output",
    "invalid_outputs": "invalid_output",
    "invalid_answer": "invalid_answer",
    "invalid_answers": "invalid_answer",
    "valid_output": "valid_output",
    "valid_outputs": "valid_output",
}


def read_testdata(
    package: PackageDir,
    metadata: Metadata,
    findings: Findings,
    *,
    default_validator: bool,
    inheritance: Inheritance = Inheritance.KEYS,
    ceilings: Ceilings = DEFAULT_CEILINGS,
) -> tuple[TestGroup, tuple[ValidatorCase, ...]]:
    """The root group (children sample and secret) and the validators' own cases.

    Blocks when there is no test case at all, unless the package names a judge program. A case without an answer file
    has no ``answer_path``.
    """
    scanner = DataScanner(package, metadata.format, metadata.constants, findings, ceilings)
    root = scanner.scan("data", "")
    for case in root.cases:
        findings.error(case.input.shown, "test cases belong below data/sample or data/secret; ignored")
    groups = {group.name: group for group in root.groups}
    judged = replace(root, name="data", cases=(), groups=tuple(g for n, g in groups.items() if n in _JUDGED))
    if not _has_cases(judged):
        if package.find(JUDGE_PROGRAM) is None:  # which may do without
            findings.block("data", "has no test cases")
        return TestGroup(name="data"), ()
    builder = _Builder(metadata, findings, default_validator, inheritance)
    if "secret" not in groups:
        findings.warning("data/secret", "is missing: only the samples are judged")
    for name in groups.keys() - _VALIDATOR_CASES.keys() - {"sample", "secret"}:
        findings.warning(f"data/{name}", "has no meaning; only sample and secret are judged")
    data = builder.legacy_root(judged) if metadata.format is PackageFormat.LEGACY else builder.modern_root(judged)
    return data, builder.validator_cases(groups)


def _has_cases(group: RawGroup) -> bool:
    return bool(group.cases) or any(_has_cases(child) for child in group.groups)


_JUDGED = ("sample", "secret")


def data_cases(group: TestGroup) -> tuple[TestCase, ...]:
    """All cases of a group and its subgroups."""
    nested = tuple(case for child in group.groups for case in data_cases(child))
    return (*group.cases, *nested)


def with_cases(group: TestGroup, change: Callable[[TestCase], TestCase]) -> TestGroup:
    """The group with every case of it and its subgroups changed."""
    return msgspec.structs.replace(
        group,
        groups=tuple(with_cases(child, change) for child in group.groups),
        cases=tuple(change(case) for case in group.cases),
    )


class _Builder:
    """Turns raw groups into model groups under one format's rules."""

    def __init__(
        self, metadata: Metadata, findings: Findings, default_validator: bool, inheritance: Inheritance
    ) -> None:
        self._metadata = metadata
        self._findings = findings
        self._default_validator = default_validator
        self._inheritance = inheritance

    def legacy_root(self, raw: RawGroup) -> TestGroup:
        """Legacy rules: arbitrary nesting, keys inherited, graders fold."""
        return self._legacy_group(raw, LEGACY_DEFAULTS, is_root=True)

    def _legacy_group(self, raw: RawGroup, parent: GroupConfig, *, is_root: bool = False) -> TestGroup:
        own = raw.config
        if "ignore_sample" in (own.grader_flags or ()) and not is_root:
            self._findings.error(raw.config_file, "ignore_sample counts in data/ only; ignored", key="grader_flags")
        config = inherit_legacy(own, parent, inheritance=self._inheritance, has_file=bool(raw.config_file))
        config = self._with_old_grading(config)
        self._check_legacy(raw, config)
        return TestGroup(
            name=raw.name,
            policy=msgspec.structs.replace(
                legacy_policy(config, is_root=is_root),
                from_file=bool(raw.config_file),
                own_accept_score=own.accept_score,
            ),
            groups=tuple(self._legacy_group(group, config) for group in raw.groups),
            cases=tuple(self._case(case, config) for case in raw.cases),
            order=_order(raw),
        )

    def _with_old_grading(self, config: GroupConfig) -> GroupConfig:
        """problem.yaml's own grading keys, older than testdata.yaml, win over it."""
        old = self._metadata.grading
        break_on = {"first_error": True, "grade": False}.get(old.on_reject)
        return GroupConfig(
            accept_score=old.accept_score,
            reject_score=old.reject_score,
            score_range=old.score_range,
            on_reject_break=break_on,
        ).over(config)

    def _check_legacy(self, raw: RawGroup, config: GroupConfig) -> None:
        where = raw.config_file or f"data/{raw.name}"
        if not config.custom_grader and raw.config.grader_flags:
            for flag in unknown_grader_flags(raw.config.grader_flags):
                self._findings.error(where, f"the default grader has no flag {flag!r}", key="grader_flags")
        own = raw.config
        if not self._metadata.scoring and (own.accept_score, own.reject_score, own.score_range) != (None, None, None):
            self._findings.error(where, "accept_score, reject_score and range are for scoring problems only")
        if not raw.cases and not raw.groups:
            self._findings.warning(where, "the group is empty")

    def modern_root(self, raw: RawGroup) -> TestGroup:
        """2023-07-draft and 2025-09 rules."""
        inherited = raw.config.inheritable()
        groups = tuple(self._modern_top(group, inherited) for group in raw.groups)
        root = TestGroup(
            name="data",
            policy=modern_root_policy(scoring=self._metadata.scoring),
            groups=groups,
            order=tuple(group.name for group in groups),
        )
        return with_max_scores(root, self._metadata, self._findings)

    def _modern_top(self, raw: RawGroup, inherited: GroupConfig) -> TestGroup:
        if raw.name == "sample":
            inherited = GroupConfig(full_feedback=True).over(inherited)
            if raw.groups:
                self._findings.error("data/sample", "must not contain groups")
        elif raw.cases and raw.groups and self._metadata.format is PackageFormat.F2025_09:
            self._findings.warning("data/secret", "must hold test cases or groups, not both; all are judged")
        return self._modern_group(raw, inherited)

    def _modern_group(self, raw: RawGroup, inherited: GroupConfig) -> TestGroup:
        if self._metadata.format is PackageFormat.F2025_09 and raw.name.count("/") == 1:
            raw = self._flattened(raw)
        config = raw.config.inheritable().over(inherited)
        self._check_modern(raw)
        static = raw.config.static
        return TestGroup(
            name=raw.name,
            policy=modern_policy(
                raw.config,
                scoring=self._metadata.scoring,
                is_secret=raw.name == "secret",
                is_sample=raw.name == "sample",
            ),
            groups=tuple(self._modern_group(group, config) for group in raw.groups),
            cases=tuple(self._case(case, config) for case in raw.cases),
            order=_order(raw),
            static_validation=None if static is None else StaticValidation(max_score=static.score, args=static.args),
        )

    def _flattened(self, raw: RawGroup) -> RawGroup:
        """2025-09 has no groups below groups: directories further down only hold more cases of the group.

        A test_group.yaml there breaks the format; its arguments are meant for the cases beside and below it, as
        BAPCtools has it, its scores for nothing.
        """
        cases = list(raw.cases)
        stack = [(group, GroupConfig()) for group in raw.groups]
        while stack:
            group, inherited = stack.pop()
            if group.config_file:
                self._findings.warning(
                    group.config_file, "groups below a group do not exist in 2025-09; only its arguments are used"
                )
            config = group.config.inheritable().over(inherited)
            cases += [replace(case, config=case.config.over(config)) for case in group.cases]
            stack += [(child, config) for child in group.groups]
        return replace(raw, cases=tuple(sorted(cases, key=lambda case: case.name)), groups=())

    def _check_modern(self, raw: RawGroup) -> None:
        where = raw.config_file or f"data/{raw.name}"
        own = raw.config
        scored = (own.max_score, own.aggregation, own.require_pass) != (None, None, None)
        if scored and not self._metadata.scoring:
            self._findings.error(where, "max_score, score_aggregation and require_pass are for scoring problems only")
        elif scored and raw.name == "sample":
            self._findings.error(where, "sample has no score: max_score, score_aggregation, require_pass not allowed")
        if raw.cases or raw.groups or own.static is not None or raw.name == "sample":
            return
        report = self._findings.warning if raw.name == "secret" else self._findings.error
        report(where, "the group has no test case")

    def _case(self, raw: RawCase, group: GroupConfig) -> TestCase:
        config = raw.config.over(group)
        args = (*self._metadata.validator_flags, *(config.output_validator_args or ()))
        return TestCase(
            name=raw.name,
            input_path=raw.input.path,
            answer_path=raw.answer.path if raw.answer else "",
            args=config.args or (),
            files=raw.files,
            input_validator_args=config.input_validator_args or (),
            answer_validator_args=config.answer_validator_args or (),
            output_validator_args=args,
            compare=self._compare(args, config),
            full_feedback=bool(config.full_feedback),
            hint=config.hint or "",
            description=config.description or "",
            answer_overridden=raw.answer_overridden,
        )

    def _compare(self, args: tuple[str, ...], config: GroupConfig) -> CompareFlags:
        if not self._default_validator:
            return CompareFlags()
        in_metadata = (FILE, self._metadata.validator_flags_line, "validator_flags")
        file, line, key = config.output_args_place or in_metadata
        try:
            flags = parse_compare_flags(args)
        except ValueError as error:
            self._findings.block(file, str(error), line=line, key=key)
            return CompareFlags()
        if self._metadata.format is PackageFormat.F2025_09 and repeated_tolerances(args):
            self._findings.error(file, "gives a float tolerance more than once", line=line, key=key)
        return flags

    def validator_cases(self, groups: dict[str, RawGroup]) -> tuple[ValidatorCase, ...]:
        """Cases below invalid_input and its sisters, and the samples' .out files."""
        cases: list[ValidatorCase] = []
        for name, kind in _VALIDATOR_CASES.items():
            if name in groups:
                cases += self._validator_cases(groups[name], kind, GroupConfig())
        for case in groups["sample"].cases if "sample" in groups else ():
            if case.output is not None:
                cases.append(self._validator_case(case, "valid_output", groups["sample"].config))
        return tuple(cases)

    def _validator_cases(self, raw: RawGroup, kind: str, inherited: GroupConfig) -> list[ValidatorCase]:
        config = raw.config.over(inherited)
        cases = [self._validator_case(case, kind, config) for case in raw.cases]
        return cases + [case for group in raw.groups for case in self._validator_cases(group, kind, config)]

    def _validator_case(self, raw: RawCase, kind: str, group: GroupConfig) -> ValidatorCase:
        config = raw.config.over(group)
        if kind != "invalid_input" and raw.answer is None:
            self._findings.error(raw.input.shown, "has no answer file")
        if kind.endswith("_output") and raw.output is None:
            self._findings.error(raw.input.shown, "has no .out file to validate")
        args = (*self._metadata.validator_flags, *(config.output_validator_args or ()))
        return ValidatorCase(
            name=raw.name,
            kind=kind,
            input_path=raw.input.path,
            answer_path=raw.answer.path if raw.answer else "",
            output_path=raw.output.path if raw.output else "",
            args=config.args or (),
            files=raw.files,
            input_validator_args=config.input_validator_args or (),
            answer_validator_args=config.answer_validator_args or (),
            output_validator_args=args,
            compare=self._compare(args, config),
        )


def _order(raw: RawGroup) -> tuple[str, ...]:
    """Children in the order of judging: lexicographic, groups and cases mixed."""
    return tuple(sorted([*(case.name for case in raw.cases), *(group.name for group in raw.groups)]))
