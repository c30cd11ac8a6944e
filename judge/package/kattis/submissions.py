"""``submissions/`` -> the jury's programs and what each must get.

Strongest first: DOMjudge's comments in the source, submissions.yaml (newer formats), the directory's name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from judge.kernel.files import open_resolved
from judge.model.problem import ExpectedResult, JurySubmission, PackageFormat, Program
from judge.model.verdict import Verdict
from judge.package.files.file_names import ending
from judge.package.files.package_dir import Entry, PackageDir
from judge.package.files.yaml_section import YamlSection
from judge.package.files.yaml_tree import YAML_BYTES_MAX, YamlMapping, parse_yaml
from judge.package.findings import Findings
from judge.package.kattis.metadata import Metadata
from judge.package.kattis.program_files import SOURCE_ENDINGS, is_program, program_at
from judge.package.kattis.submissions_yaml import FILE, SubmissionRules, builtin_rules, read_submission_rules
from judge.package.kattis.verdict_labels import comment_label, directory_label

#: Comments with expectations are looked for in this much of each source.
COMMENT_BYTES_MAX = 1 << 20
#: DOMjudge's own description of submissions, at the root of a package.
DOMJUDGE_FILE = "submissions.json"


def read_submissions(package: PackageDir, metadata: Metadata, findings: Findings) -> tuple[JurySubmission, ...]:
    """All programs in submissions/*/ and directly in submissions/, in path order."""
    reader = _Reader(
        package, metadata, findings, _rules(package, metadata, findings), _domjudge_hints(package, findings)
    )
    found = []
    for entry in package.entries("submissions"):
        if entry.is_directory:
            found += reader.directory(entry)
        elif entry.relative != FILE and is_program(package, entry):
            if metadata.format is not PackageFormat.LEGACY:
                findings.warning(entry.shown, "submissions belong into a directory below submissions/")
            found.append(reader.submission(entry, ""))
    _check(found, reader.rules, findings)
    return tuple(found)


def _rules(package: PackageDir, metadata: Metadata, findings: Findings) -> SubmissionRules:
    entry = package.find(FILE)
    if entry is not None and not entry.is_directory:
        if metadata.format is PackageFormat.LEGACY:
            findings.warning(FILE, "does not belong to the legacy format; used all the same")
        return read_submission_rules(package.read(entry, YAML_BYTES_MAX), findings, scoring=metadata.scoring)
    return SubmissionRules() if metadata.format is PackageFormat.LEGACY else builtin_rules()


def _domjudge_hints(package: PackageDir, findings: Findings) -> Mapping[str, tuple[str, str]]:
    """Path of a submission -> (language, entry point) from DOMjudge's file; JSON is read as the YAML it is, too."""
    entry = package.find(DOMJUDGE_FILE)
    if entry is None or entry.is_directory:
        return {}
    node = parse_yaml(package.read(entry, YAML_BYTES_MAX), DOMJUDGE_FILE, findings)
    root = YamlSection(node, DOMJUDGE_FILE, findings)
    maps = [(path, root.section(path)) for path, value in root.mapping.values.items() if isinstance(value, YamlMapping)]
    return {path.strip("/"): (one.text("language"), one.text("entry_point")) for path, one in maps}


def _check(found: list[JurySubmission], rules: SubmissionRules, findings: Findings) -> None:
    if not any(submission.path.startswith("submissions/accepted/") for submission in found):
        findings.error("submissions/accepted", "there must be at least one accepted submission")
    for glob in rules.unused([submission.path.removeprefix("submissions/") for submission in found]):
        findings.warning(FILE, "matches no submission", key=glob)
    for submission in found:
        if not submission.labelled:
            findings.warning(submission.path, "nothing says what this submission must get")


@dataclass(frozen=True)
class _Reader:
    package: PackageDir
    metadata: Metadata
    findings: Findings
    rules: SubmissionRules
    hints: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def directory(self, directory: Entry) -> list[JurySubmission]:
        """Programs of one directory of verdicts; in output-only problems every entry is one."""
        found = []
        for entry in self.package.entries(directory.relative):
            if self.metadata.submit_answer or is_program(self.package, entry):
                found.append(self.submission(entry, directory.name))
            else:
                self.findings.warning(entry.shown, "is no program in a known language and was passed over")
        return found

    def submission(self, entry: Entry, directory: str) -> JurySubmission:
        """One program with everything that is said about it."""
        program = program_at(self.package, entry)
        path = entry.shown
        applied = self.rules.apply(path.removeprefix("submissions/"))
        label = directory_label(directory, self.metadata.format, scoring=self.metadata.scoring)
        expected = self._expected(label, applied.rules)
        language, entrypoint = self.hints.get(path, ("", ""))
        comment = self._comment(program)
        if comment is not None:
            expected = self._commented(expected, comment, path)
        return JurySubmission(
            path=path,
            program=msgspec.structs.replace(program, language=applied.language or language or program.language),
            expected=expected,
            entrypoint=applied.entrypoint or entrypoint,
            labelled=bool(comment or applied.rules or (label and directory != "mixed")),
        )

    def _expected(self, label: ExpectedResult | None, rules: tuple[tuple[str, ExpectedResult], ...]) -> ExpectedResult:
        """The rule about the whole submission, if there is just one, else the directory's, with the rest as rules.

        In newer formats the built-in rules come as rules, so a directory's own label only counts for names that
        the format does not define.
        """
        whole = [one for glob, one in rules if not glob]
        if len(whole) == 1 and (label is None or label.permitted or label.required):
            rest = tuple((glob, one) for glob, one in rules if glob)
            return msgspec.structs.replace(whole[0], rules=rest)
        return msgspec.structs.replace(label or ExpectedResult(), rules=rules)

    def _comment(self, program: Program) -> ExpectedResult | None:
        for name, path in program.files:
            if ending(name) not in (*SOURCE_ENDINGS, "txt"):
                continue
            with open(path, "rb", opener=open_resolved) as source:
                label = comment_label(source.read(COMMENT_BYTES_MAX))
            if label is not None:
                return label
        return None

    def _commented(self, expected: ExpectedResult, comment: ExpectedResult, path: str) -> ExpectedResult:
        """The comment's verdicts replace those of the directory; both may be needed to tell who is wrong.

        What a submission says about the time limit is no verdict: it stays, unless the comment contradicts it.
        """
        if not comment.verdicts:
            return msgspec.structs.replace(expected, score_min=comment.score_min, score_max=comment.score_max)
        if expected.verdicts and not set(comment.verdicts) & set(expected.verdicts):
            self.findings.warning(path, "the verdicts in the source's comment contradict its directory")
        whole = next((one for glob, one in expected.rules if not glob and one.use_for_time_limit), expected)
        bounds = tuple(
            (glob, ExpectedResult(use_for_time_limit=one.use_for_time_limit))
            for glob, one in expected.rules
            if glob and one.use_for_time_limit
        )
        silent = expected == ExpectedResult() and comment.verdicts == (Verdict.AC,)
        bound = "lower" if silent else whole.use_for_time_limit
        fits = _fits_bound(bound, comment.verdicts)
        return msgspec.structs.replace(comment, use_for_time_limit=bound if fits else "", rules=bounds if fits else ())


def _fits_bound(bound: str, verdicts: Sequence[Verdict]) -> bool:
    """Whether a submission with one of these verdicts can bound the time limit so: from below it must not be too slow,
    from above it must be."""
    if bound == "upper":
        return Verdict.TLE in verdicts and Verdict.AC not in verdicts
    return Verdict.TLE not in verdicts
