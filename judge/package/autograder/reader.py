"""Reads an autograder of Gradescope, as its zip file has it, into an assignment with one part.

Nothing of its setup script is run: the packages that it asks for must be there already, and what else it does is left
out with a finding. ``judge course import gradescope`` makes an assignment of it that has both.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from judge.model.assignment import Assignment, Autograder, CoursePart, Isolation, PartKind
from judge.model.problem import PackageFormat, Problem, ProblemLimits, TestGroup
from judge.model.units import MIB, S_NS
from judge.package.autograder.setup_script import Setup, read_setup
from judge.package.files.package_dir import PackageDir, is_no_document
from judge.package.findings import Findings
from judge.package.reader import ReadOptions
from judge.text import shown

#: Its scripts, of which one must be there.
SETUP = ("setup.sh", "setup")
#: What a package is worth that does not say it.
POINTS = 100.0
_SCRIPT_BYTES_MAX = 1 << 20
_SOURCE = "/autograder/source/"
_DEFAULT = ProblemLimits(time_limit_ns=2 * S_NS, memory_bytes=768 * MIB, code_bytes=4 * MIB)


@dataclass(frozen=True)
class AutograderReader:
    """Reads autograders of Gradescope."""

    marker: str = "run_autograder"
    title = "autograder of Gradescope"
    reads_in_place = True

    def inspect(self, directory: Path, unpacked: Path, options: ReadOptions) -> tuple[Problem, Findings]:
        """See :class:`~judge.package.reader.Reader`."""
        findings = Findings()
        package = PackageDir(directory, findings, is_no_document)
        setup = setup_of(package, findings)
        if setup.has_rest:
            findings.warning(SETUP[0], "only its packages are taken; judge course import gradescope runs the rest once")
        part = CoursePart(
            name="autograder",
            kind=PartKind.AUTOGRADER,
            framework="gradescope",
            points=POINTS,
            isolation=Isolation.SHARED,
            test_files=tuple((entry.relative, entry.path) for entry in package.files()),
            autograder=Autograder(debian=setup.debian, pypi=setup.pypi),
        )
        name = shown(Path(package.path).name)
        problem = Problem(
            name=name,
            path=package.path,
            format=PackageFormat.ASSIGNMENT,
            title=name,
            limits=options.ceilings.lowered(_DEFAULT),
            scoring=True,
            root=TestGroup(name=""),
            assignment=Assignment(parts=(part,)),
        )
        return msgspec.structs.replace(problem, diagnostics=findings.diagnostics), findings


def setup_of(package: PackageDir, findings: Findings) -> Setup:
    """What the setup script asks for, with findings for what of it cannot be."""
    name, text = setup_script(package)
    if not name:
        findings.warning(SETUP[0], "there is no setup script")
        return Setup()
    setup = read_setup(text, lambda file: _file_text(package, file))
    for line, message in setup.remarks:
        findings.warning(name, message, line=line)
    return setup


def setup_script(package: PackageDir) -> tuple[str, str]:
    """Name and text of the setup script; both empty when there is none."""
    for name in SETUP:
        entry = package.find(name)
        if entry is not None and not entry.is_directory:
            return name, package.read(entry, _SCRIPT_BYTES_MAX).decode("utf-8", "replace")
    return "", ""


def _file_text(package: PackageDir, name: str) -> str | None:
    name = name.removeprefix(_SOURCE).removeprefix("./")
    if name.startswith("/") or ".." in name.split("/") or not name:
        return None
    entry = package.find(name)
    if entry is None or entry.is_directory:
        return None
    return package.read(entry, _SCRIPT_BYTES_MAX).decode("utf-8", "replace")
