"""The samples of a problem: tests that its statement shows anyway."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from judge.model.problem import PackageFormat, Problem, TestCase, TestGroup
from judge.model.public_part import PublicKind, SampleFiles
from judge.package.files.package_dir import PackageDir
from judge.package.public.folders import Found, files_below

_FOLDER = "data/sample"

#: What is public of one; hints, descriptions and arguments are for judges.
_PUBLIC = re.compile(r"(.+?)\.(in|ans|out|in\.statement|ans\.statement|interaction)")


@dataclass(frozen=True)
class FoundSample:
    """A sample and its files."""

    sample: SampleFiles
    files: tuple[Found, ...]


def find_samples(package: PackageDir, problem: Problem) -> tuple[FoundSample, ...]:
    """In the order of their names. DMOJ's format says of no test that it may be seen, CMS's samples lie nowhere,
    and what of an assignment's tests may be seen is in the reports of those who hand in."""
    if problem.format in (PackageFormat.DMOJ, PackageFormat.CMS, PackageFormat.ASSIGNMENT):
        return ()
    if problem.format is PackageFormat.POLYGON:
        return tuple(_of_polygon(case) for case in _cases(problem.root) if case.full_feedback and case.input_path)
    return tuple(_of_folder(package))


def _cases(group: TestGroup) -> Iterator[TestCase]:
    yield from group.cases
    for inner in group.groups:
        yield from _cases(inner)


def _of_polygon(case: TestCase) -> FoundSample:
    """The reader knows where they lie, perhaps as copies; what is generated has no file."""
    number = case.name.rpartition("/")[2]
    found = [
        Found(f"samples/{number}.{end}", PublicKind.SAMPLE, path)
        for end, path in (("in", case.input_path), ("ans", case.answer_path))
        if path
    ]
    names = [one.name for one in found]
    return FoundSample(SampleFiles(name=number, input=names[0], answer="".join(names[1:])), tuple(found))


def _of_folder(package: PackageDir) -> Iterator[FoundSample]:
    """Those of interactive problems may have neither input nor answer, but an interaction alone."""
    samples: dict[str, dict[str, Found]] = {}
    for entry in files_below(package, _FOLDER):
        match = _PUBLIC.fullmatch(entry.relative.removeprefix(f"{_FOLDER}/"))
        if match:
            found = Found(entry.relative, PublicKind.SAMPLE, entry.path)
            samples.setdefault(match[1], {})[match[2]] = found
    for name, files in samples.items():
        if files.keys() & {"in", "in.statement", "interaction"}:
            yield FoundSample(_sample(name, {end: one.name for end, one in files.items()}), tuple(files.values()))


def _sample(name: str, files: dict[str, str]) -> SampleFiles:
    return SampleFiles(
        name=name,
        input=files.get("in", ""),
        answer=files.get("ans", ""),
        shown_input=files.get("in.statement", ""),
        shown_answer=files.get("ans.statement", files.get("out", "")),
        interaction=files.get("interaction", ""),
    )
