"""DMOJ's own test submissions, ``tests/<name>/test.yml``: what they must get, and the limits that they carry.

DMOJ keeps time and memory limits in its site's database, so a package has them here or nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from judge.model.problem import ExpectedResult, JurySubmission, ProblemLimits, Program
from judge.model.units import KIB, MIB, S_NS
from judge.model.verdict import Verdict
from judge.package.ceilings import Ceilings
from judge.package.dmoj.checker import language_of_executor
from judge.package.dmoj.problem_files import DmojFiles
from judge.package.files.package_dir import Entry, PackageDir
from judge.package.files.yaml_section import YamlSection
from judge.package.files.yaml_tree import YAML_BYTES_MAX, parse_yaml
from judge.package.findings import Findings
from judge.package.kattis.program_files import inner_name
from judge.package.kattis.verdict_labels import meaning
from judge.text import shown

DEFAULT_LIMITS = ProblemLimits(time_limit_ns=2 * S_NS, memory_bytes=256 * MIB, output_bytes=24 * MIB)

_VERDICTS = {
    "AC": (Verdict.AC,),
    "WA": meaning(["WA"]),
    "TLE": meaning(["TLE"]),
    "MLE": (Verdict.MLE,),
    "OLE": (Verdict.OLE,),
    "RTE": meaning(["RTE"]),
    "IR": meaning(["RTE"]),
    "CE": (Verdict.CE,),
}


@dataclass(frozen=True)
class SubmissionReader:
    """Reads the test submissions of one problem."""

    package: PackageDir
    files: DmojFiles
    findings: Findings
    ceilings: Ceilings

    def read(self, top: YamlSection) -> tuple[ProblemLimits, tuple[JurySubmission, ...]]:
        """The limits, which are the largest that a test submission has, else those of init.yml, else a default; and the
        submissions."""
        default = self.ceilings.lowered(DEFAULT_LIMITS)
        limits = self._limits(top, ("time_limit", "memory_limit"), default)
        given = []
        submissions = []
        for directory in self.package.entries("tests"):
            entry = self.package.find(f"{directory.relative}/test.yml") if directory.is_directory else None
            if entry is None or entry.is_directory:
                continue
            section = self._section(entry)
            given.append(self._limits(section, ("time", "memory"), default))
            submissions.append(self._submission(section, directory.relative))
        if given:
            limits = msgspec.structs.replace(
                default,
                time_limit_ns=max(one.time_limit_ns for one in given),
                memory_bytes=max(one.memory_bytes for one in given),
            )
        elif "time_limit" not in top:
            self.findings.warning(top.file, "DMOJ packages carry no limits: 2 s and 256 MiB are assumed")
        return limits, tuple(one for one in submissions if one is not None)

    def _section(self, entry: Entry) -> YamlSection:
        node = parse_yaml(self.package.read(entry, YAML_BYTES_MAX), entry.shown, self.findings)
        return YamlSection(node, entry.shown, self.findings)

    def _limits(self, section: YamlSection, keys: tuple[str, str], default: ProblemLimits) -> ProblemLimits:
        """The time limit (in s) and memory limit (in KiB) that these keys give."""
        time_key, memory_key = keys
        bound = self.ceilings.bound
        return msgspec.structs.replace(
            default,
            time_limit_ns=section.amount(time_key, default.time_limit_ns, S_NS, bound("time_limit_ns")),
            memory_bytes=section.amount(memory_key, default.memory_bytes, KIB, bound("memory_bytes")),
        )

    def _submission(self, section: YamlSection, directory: str) -> JurySubmission | None:
        names = section.words("source")
        files = tuple(
            (inner_name(Path(name).name), self.files.path(f"{directory}/{name}", section, "source")) for name in names
        )
        if not files:
            section.block("source", "names no source file")
            return None
        words = section.words("expect") or ("AC",)
        verdicts = tuple(dict.fromkeys(v for word in words for v in _VERDICTS.get(word, ())))
        language = language_of_executor(section.text("language"))
        return JurySubmission(
            path=f"{shown(directory)}/{shown(names[0])}",
            program=Program(name=shown(directory), files=files, language=language),
            expected=ExpectedResult(verdicts=verdicts, use_for_time_limit=""),
            labelled="expect" in section or "cases" not in section,
        )
