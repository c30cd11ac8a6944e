"""A package's public part, put together: what it says, and which files belong to it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from judge.model.assignment import CoursePart
from judge.model.compare_flags import CompareFlags
from judge.model.problem import PackageFormat, Problem, ValidatorKind
from judge.model.public_part import PublicFile, PublicKind, PublicPart, SampleFiles, ShownLimits, StatementForm
from judge.package.files.package_dir import PackageDir
from judge.package.findings import Findings
from judge.package.public.assignment import public_assignment
from judge.package.public.folders import Found, files_below, pictures
from judge.package.public.samples import FoundSample, find_samples
from judge.package.public.statements import FoundStatement, find_statements

#: Of one part: what is more is left out.
FILES_MAX = 1000
FILE_BYTES_MAX = 32 << 20
BYTES_MAX = 128 << 20
SAMPLES_MAX = 100

#: A statement's source.
SOURCE_BYTES_MAX = 1 << 20

_CONSTANT = re.compile(rb"\{\{\s*([a-zA-Z_][a-zA-Z0-9_.]*)\s*\}\}")


@dataclass(frozen=True)
class Gathered:
    """The public part, and its files with where they lie on this host."""

    part: PublicPart
    files: tuple[Found, ...]


def gather(problem: Problem) -> Gathered:
    """The public part of a problem whose package lies at ``problem.path``. Raises PackageError, OSError."""
    package = PackageDir(Path(problem.path), Findings(), lambda relative: False)
    statements = find_statements(package, problem.format)
    samples = find_samples(package, problem)[:SAMPLES_MAX]
    wanted = [
        *_statement_files(package, statements, dict(problem.constants)),
        *(file for one in samples for file in one.files),
        *_attachments(package, problem.format),
        *_starter(problem),
    ]
    files, sizes = _within_bounds(wanted)
    here = {one.name for one in files}
    part = PublicPart(
        title=problem.title,
        format=problem.format,
        limits=_limits(problem),
        scoring=problem.scoring,
        interactive=problem.interactive,
        multi_pass=problem.multi_pass,
        submit_answer=problem.submit_answer,
        languages=problem.languages,
        input_file=problem.named_files.input,
        output_file=problem.named_files.output,
        compare=_comparison(problem, samples),
        statements=tuple(one.statement for one in statements if one.statement.file in here),
        samples=tuple(_within(one.sample, here) for one in samples),
        files=tuple(
            PublicFile(name=one.name, kind=one.kind, size_bytes=size) for one, size in zip(files, sizes, strict=True)
        ),
        assignment=public_assignment(problem, here),
        left_out=len({one.name for one in wanted}) - len(files),
    )
    return Gathered(part, files)


def _limits(problem: Problem) -> ShownLimits:
    limits = problem.limits
    return ShownLimits(
        time_limit_ns=limits.time_limit_ns,
        memory_bytes=limits.memory_bytes,
        output_bytes=limits.output_bytes,
        code_bytes=limits.code_bytes,
    )


def _statement_files(
    package: PackageDir, statements: Sequence[FoundStatement], constants: dict[str, str]
) -> Iterator[Found]:
    texts: dict[str, bytes] = {}
    for one in statements:
        name = one.entry.relative
        if one.statement.form is StatementForm.PDF:
            yield Found(name, PublicKind.STATEMENT, one.entry.path)
        elif package.size_bytes(one.entry) <= SOURCE_BYTES_MAX:
            text = _with_constants(package.read(one.entry, SOURCE_BYTES_MAX), constants)
            texts[one.folder] = texts.get(one.folder, b"") + text
            yield Found(name, PublicKind.STATEMENT, one.entry.path, replaced=text)
    for folder, text in texts.items():
        if folder:
            yield from pictures(package, folder, text)


def _with_constants(text: bytes, constants: dict[str, str]) -> bytes:
    """``{{name}}`` replaced, as the format says of statements."""

    def value(match: re.Match[bytes]) -> bytes:
        known = constants.get(match[1].decode())
        return match[0] if known is None else known.encode("utf-8", "replace")

    return _CONSTANT.sub(value, text) if constants else text


#: Folders of files for contestants; other formats have none that is public for certain.
_ATTACHMENTS = {
    PackageFormat.LEGACY: "attachments",
    PackageFormat.DRAFT_2023_07: "attachments",
    PackageFormat.F2025_09: "attachments",
    PackageFormat.CMS: "att",
}


def _attachments(package: PackageDir, package_format: PackageFormat) -> Iterator[Found]:
    folder = _ATTACHMENTS.get(package_format)
    for entry in files_below(package, folder) if folder else ():
        yield Found(entry.relative, PublicKind.ATTACHMENT, entry.path)


def _starter(problem: Problem) -> Iterator[Found]:
    """What students of an assignment begin with; nothing that a part names, and no labelled work, whatever it is called
    there."""
    assignment = problem.assignment
    if assignment is None:
        return
    named = {os.path.realpath(path) for part in assignment.parts for path in _named_by(part, problem.path)}
    named.add(os.path.realpath(os.path.join(problem.path, "assignment.yaml")))  # it says what tests want
    labelled = os.path.join(os.path.realpath(problem.path), "submissions", "")
    for name, path in assignment.starter:
        real = os.path.realpath(path)
        if real not in named and not real.startswith(labelled):
            yield Found(f"starter/{name}", PublicKind.ATTACHMENT, path)


def _named_by(part: CoursePart, package: str) -> Iterator[str]:
    """Host paths of all files that a part names, also where its instructions are nothing but a file's name."""
    for _, path in (*part.test_files, *part.reference, *part.beside):
        yield path
    for test in part.tests:
        yield from (path for path in (test.input_path, test.expected_path) if path)
        yield from (path for _, path in test.files)
    instructions = part.instructions.strip()
    if instructions and "\n" not in instructions and "\0" not in instructions:
        yield os.path.join(package, instructions)


def _within_bounds(wanted: Sequence[Found]) -> tuple[tuple[Found, ...], tuple[int, ...]]:
    """Those that there is room for, in their order, each name once; and their sizes."""
    files: dict[str, Found] = {}
    sizes: dict[str, int] = {}
    for one in wanted:
        size = len(one.replaced) if one.replaced is not None else os.stat(one.path).st_size
        room = min(FILE_BYTES_MAX, BYTES_MAX - sum(sizes.values()))
        if one.name not in files and len(files) < FILES_MAX and size <= room:
            files[one.name], sizes[one.name] = one, size
    return tuple(files.values()), tuple(sizes.values())


def _within(sample: SampleFiles, here: set[str]) -> SampleFiles:
    """The sample with those of its files that are here."""

    def kept(name: str) -> str:
        return name if name in here else ""

    return SampleFiles(
        name=sample.name,
        input=kept(sample.input),
        answer=kept(sample.answer),
        shown_input=kept(sample.shown_input),
        shown_answer=kept(sample.shown_answer),
        interaction=kept(sample.interaction),
    )


def _comparison(problem: Problem, samples: Sequence[FoundSample]) -> CompareFlags | None:
    """How the built-in comparison takes the samples, where it alone decides and there is something to compare with."""
    own = problem.output_validator is not None or problem.validator_kind is not ValidatorKind.DEFAULT
    odd = problem.interactive or problem.multi_pass or problem.submit_answer or problem.include
    files = problem.named_files.input or problem.named_files.output or problem.named_files.answer
    if own or odd or files or not samples:
        return None
    cases = [case for group in problem.root.groups for case in group.cases if case.name.startswith("sample/")]
    flags = {case.compare for case in cases}
    plain = all(not (case.args or case.files) for case in cases)
    return flags.pop() if plain and len(flags) == 1 else None
