"""An assignment made of Gradescope's autograder: its files in ``autograder/``, its packages by name.

What its setup script does besides is :mod:`judge.gradebook.imports.setup_run`'s business.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from judge.errors import UsageError
from judge.gradebook.imports.writing import Imported, Wanted, packages_document, remarks_of, write_assignment
from judge.package.autograder.reader import setup_of, setup_script
from judge.package.files.package_dir import PackageDir
from judge.package.findings import Findings
from judge.toolchain.package_roots import Needs

FOLDER = "autograder"
MARKER = "run_autograder"
_FILE_BYTES_MAX = 256 << 20


@dataclass(frozen=True)
class FoundAutograder:
    """An autograder that was read. ``script``: name of its setup script, empty = it has none; ``has_rest``: that does
    more than to install packages."""

    files: Mapping[str, bytes]
    script: str
    has_rest: bool
    needs: Needs
    remarks: tuple[str, ...]


def read_autograder(directory: Path) -> FoundAutograder:
    """What the unpacked zip file has. Raises PackageError, UsageError when there is no autograder in it."""
    findings = Findings()
    package = PackageDir(directory, findings)
    if package.find(MARKER) is None:
        raise UsageError(f"there is no {MARKER} at its root: zip the files, not the folder that they are in")
    setup = setup_of(package, findings)
    return FoundAutograder(
        files={entry.relative: package.read(entry, _FILE_BYTES_MAX) for entry in package.files()},
        script=setup_script(package)[0],
        has_rest=setup.has_rest,
        needs=Needs(setup.debian, setup.pypi),
        remarks=remarks_of(findings),
    )


def write_autograder(
    found: FoundAutograder, changed: Mapping[str, bytes], out: Path, wanted: Wanted, remarks: tuple[str, ...] = ()
) -> Imported:
    """Write the assignment. ``changed``: files of ``source`` that the setup script has made. Raises UsageError."""
    part = {
        "name": "autograder",
        "kind": "autograder",
        "framework": "gradescope",
        "points": wanted.points,
        "files": f"{FOLDER}/",
        **packages_document(found.needs),
    }
    document = {
        "assignment": 1,
        "title": wanted.title or out.name,
        "limits": {"memory": "768 MiB"},
        "parts": [part],
    }
    files = {f"{FOLDER}/{name}": content for name, content in {**found.files, **changed}.items()}
    write_assignment(out, document, files)
    return Imported(out, found.needs, (*found.remarks, *remarks))
