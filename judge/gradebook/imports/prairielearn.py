"""An assignment made of a PrairieLearn question that is graded externally.

Source: "External grading" of PrairieLearn's documentation (https://docs.prairielearn.com/externalGrading/).
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from judge.errors import PackageError, UsageError
from judge.gradebook.imports.writing import Imported, Wanted, remarks_of, write_assignment
from judge.package.files.package_dir import PackageDir
from judge.package.findings import Findings
from judge.text import printable, shown

FOLDER = "grade"
TIMEOUT_S_MAX = 600
_TIMEOUT_S = 30
_FILE_BYTES_MAX = 64 << 20
_COURSE_FILES = "serverFilesCourse"


def import_question(question: Path, out: Path, wanted: Wanted) -> Imported:
    """Write the assignment of a question's directory; the files of its course lie above it.

    Raises UsageError for what is no such question, PackageError.
    """
    findings = Findings()
    package = PackageDir(question, findings)
    info = _json(package, "info.json")
    options = info.get("externalGradingOptions")
    if not isinstance(options, dict):
        raise UsageError(f"{shown(str(question))}: info.json has no externalGradingOptions")
    files = {f"{FOLDER}/tests/{name}": data for name, data in _below(package, "tests")}
    files |= {f"{FOLDER}/{_COURSE_FILES}/{name}": data for name, data in _course_files(question, options, findings)}
    command = _command(options, files)
    part: dict[str, Any] = {
        "name": "autograder",
        "kind": "autograder",
        "framework": "prairielearn",
        "points": wanted.points,
        "files": f"{FOLDER}/",
        "command": command,
        "wall_time": f"{_timeout_s(options):g}s",
    }
    environment = {str(name): str(value) for name, value in _mapping(options, "environment") if value is not None}
    if environment:
        part["environment"] = environment
    title = wanted.title or str(info.get("title") or question.resolve().name)
    write_assignment(out, {"assignment": 1, "title": title, "parts": [part]}, files)
    return Imported(out, remarks=(*remarks_of(findings), *_remarks(options)))


def _json(package: PackageDir, name: str) -> Mapping[str, Any]:
    entry = package.find(name)
    if entry is None or entry.is_directory:
        raise UsageError(f"{shown(package.path)}: there is no {name}: name the directory of a question")
    try:
        document = json.loads(package.read(entry, 1 << 20))
    except (ValueError, RecursionError) as error:
        raise PackageError(f"is no JSON: {printable(str(error))}", where=name) from error
    if not isinstance(document, dict):
        raise PackageError("is no JSON object", where=name)
    return document


def _below(package: PackageDir, folder: str) -> Iterator[tuple[str, bytes]]:
    for entry in package.files(folder):
        yield entry.relative.removeprefix(f"{folder}/"), package.read(entry, _FILE_BYTES_MAX)


def _course_files(question: Path, options: Mapping[str, Any], findings: Findings) -> Iterator[tuple[str, bytes]]:
    """The files of the course that the question names, by their names below its folder."""
    names = [str(name).strip("/") for name in options.get(_COURSE_FILES) or ()]
    if not names:
        return
    course = next((folder for folder in question.resolve().parents if (folder / _COURSE_FILES).is_dir()), None)
    if course is None:
        raise UsageError(f"{shown(str(question))}: there is no {_COURSE_FILES} in a directory above it")
    package = PackageDir(course / _COURSE_FILES, findings)
    for name in names:
        entry = None if ".." in name.split("/") or not name else package.find(name)
        if entry is None:
            raise UsageError(f"info.json: {_COURSE_FILES}: there is no {printable(name)!r}")
        for file in package.files(name) if entry.is_directory else (entry,):
            yield file.relative, package.read(file, _FILE_BYTES_MAX)


def _command(options: Mapping[str, Any], files: Mapping[str, bytes]) -> list[str]:
    entrypoint = options.get("entrypoint")
    words = entrypoint if isinstance(entrypoint, list) else shlex.split(str(entrypoint or ""))
    if not words:
        raise UsageError("info.json: entrypoint is missing: that of a Docker image is not known here")
    first = str(words[0])
    if first.startswith("/grade/") and f"{FOLDER}/{first.removeprefix('/grade/')}" not in files:
        raise UsageError(f"info.json: entrypoint: there is no {printable(first)}")
    return [str(word) for word in words]


def _timeout_s(options: Mapping[str, Any]) -> float:
    timeout = options.get("timeout", _TIMEOUT_S)
    if isinstance(timeout, bool) or not isinstance(timeout, int | float) or not 0 < timeout <= TIMEOUT_S_MAX:
        raise UsageError(f"info.json: timeout: expected seconds up to {TIMEOUT_S_MAX}")
    return float(timeout)


def _mapping(options: Mapping[str, Any], key: str) -> Iterator[tuple[Any, Any]]:
    found = options.get(key) or {}
    if not isinstance(found, dict):
        raise UsageError(f"info.json: {key}: expected an object")
    yield from found.items()


def _remarks(options: Mapping[str, Any]) -> Iterator[str]:
    yield f"info.json: image {printable(str(options.get('image')))} is not used: name what it has in packages"
    if options.get("enableNetworking"):
        yield "info.json: enableNetworking: there is no network"
    if options.get("enabled") is False:
        yield "info.json: external grading is not enabled there"
