"""What of a package is public, and that nothing else of it is."""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from package_files import LEGACY, MODERN, Content, write_package

from judge.blobs.public_part import write_files
from judge.errors import PackageError
from judge.model.compare_flags import CompareFlags
from judge.model.public_part import PublicPart, StatementForm
from judge.package.public import part as part_module
from judge.package.public.part import gather
from judge.package.source import fresh_directory, inspect_any

#: Written independently of the product: the only places of a package that its contestants may see.
MAY_BE_SEEN = re.compile(
    r"(statement|problem_statement)/problem(\.[\w-]+)?\.(md|tex|pdf)"
    r"|(statement|problem_statement)/.*\.(png|jpg|jpeg|gif|svg|webp)"
    r"|(problem|statement)(\.[\w-]+)?\.(md|tex|pdf)"
    r"|attachments/.+"
    r"|data/sample/.+\.(in|ans|out|statement|interaction)"
)
MAY_BE_SEEN_OF_POLYGON = re.compile(
    r"statements/(\.pdf/)?[a-z]+/problem\.(tex|pdf)|statements/[a-z]+/.*\.(png|jpg|jpeg|gif|svg|webp)|tests/01(\.a)?"
)


def shown(package: Path, target: Path) -> tuple[PublicPart, dict[str, bytes]]:
    """The public part of a package and its files."""
    with fresh_directory(None, "unpacked") as unpacked:
        problem, _ = inspect_any(package, unpacked)
        gathered = gather(problem)
        write_files(gathered, target)
    with zipfile.ZipFile(target) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert {one.name: one.size_bytes for one in gathered.part.files} == {n: len(c) for n, c in files.items()}
    return gathered.part, files


def of(
    tmp_path: Path, files: Mapping[str, Content | None], base: Mapping[str, Content] = MODERN
) -> tuple[PublicPart, dict[str, bytes]]:
    return shown(write_package(tmp_path, files, base), tmp_path / "public.zip")


def test_of_an_assignment_students_see_its_statement_and_what_they_begin_with(tmp_path: Path) -> None:
    package = tmp_path / "bank"
    files = {
        "assignment.yaml": "assignment: 1\ntitle: Bank\nfiles: {starter: starter, resources: data}\nparts:\n"
        "- {kind: unit_tests, framework: pytest, files: tests, points: 1}\n"
        "- {kind: tests, points: 1, tests: [{folder: data/sample}]}\n",
        "problem.md": "Write a bank.", "starter/bank.py": "pass", "tests/test_bank.py": "secret",
        "data/sample/1.in": "secret", "data/sample/1.ans": "secret", "submissions/right/bank.py": "secret",
    }  # fmt: skip
    for name, text in files.items():
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text(text)
    (package / "starter" / "linked.py").symlink_to("../tests/test_bank.py")
    part, found = shown(package, tmp_path / "public.zip")
    assert found == {"problem.md": b"Write a bank.", "starter/bank.py": b"pass"}
    assert (part.title, part.samples, [one.form for one in part.statements]) == ("Bank", (), [StatementForm.MARKDOWN])


def test_what_a_part_names_is_not_what_students_begin_with(tmp_path: Path) -> None:
    package = tmp_path / "all"
    files = {
        "assignment.yaml": "assignment: 1\nfiles: {starter: '**'}\nparts:\n"
        "- {kind: unit_tests, framework: pytest, files: tests/test_a.py, module: a, reference: solved, points: 1,"
        " beside: fixtures}\n"
        "- {kind: tests, points: 1, tests: [{folder: cases}, {name: one, input: one.txt, output: two.txt,"
        " files: extra}]}\n"
        "- {kind: autograder, framework: gradescope, files: autograder, command: [run_autograder], points: 1}\n"
        "- {kind: command, files: checks, command: [check.sh], points: 1}\n"
        "- {kind: by_hand, points: 1, instructions: marking/rubric.md}\n",
        "a.py": "pass", "tests/test_a.py": "", "solved/a_solved.py": "", "fixtures/beside.csv": "",
        "cases/1.in": "", "cases/1.ans": "", "one.txt": "", "two.txt": "", "extra/extra.csv": "",
        "autograder/run_autograder": "", "checks/check.sh": "", "marking/rubric.md": "",
        "submissions/right/a.py": "", "submissions/expected.yaml": "right: 1\n",
    }  # fmt: skip
    for name, text in files.items():
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text(text)
    _, found = shown(package, tmp_path / "public.zip")
    assert found.keys() == {"starter/a.py"}


def test_statements_pictures_samples_attachments_and_limits_are_public(tmp_path: Path) -> None:
    part, files = of(
        tmp_path,
        {
            "statement/problem.en.md": "See ![it](fig/one.png), $x$.",
            "statement/problem.de.tex": "\\includegraphics{two}",
            "statement/problem.de.pdf": b"%PDF",
            "statement/fig/one.png": b"png",
            "statement/two.svg": b"<svg/>",
            "statement/unused.png": b"draft",
            "statement/notes.txt": "for us",
            "attachments/stub.zip": b"zip",
            "data/sample/1.in": "2\n",
            "data/sample/1.ans": "no\n",
            "data/sample/1.hint": "hint",
            "data/sample/1.desc": "for judges",
            "solution/solution.en.md": "how",
        },
    )
    assert (part.title, part.limits.time_limit_ns) == ("Tiny", 1_000_000_000)
    assert [(one.language, one.form) for one in part.statements] == [
        ("en", StatementForm.MARKDOWN), ("de", StatementForm.PDF), ("de", StatementForm.TEX),
    ]  # fmt: skip
    assert files.keys() == {
        "statement/problem.en.md", "statement/problem.de.tex", "statement/problem.de.pdf", "statement/fig/one.png",
        "statement/two.svg", "attachments/stub.zip", "data/sample/1.in", "data/sample/1.ans",
    }  # fmt: skip
    assert [(one.name, one.input, one.answer) for one in part.samples] == [
        ("1", "data/sample/1.in", "data/sample/1.ans")
    ]
    assert part.compare == CompareFlags()


def test_a_statement_without_a_language_is_english(tmp_path: Path) -> None:
    part, _ = of(tmp_path, {"problem_statement/problem.en.tex": None, "problem_statement/problem.tex": "x"}, LEGACY)
    assert [(one.language, one.file) for one in part.statements] == [("en", "problem_statement/problem.tex")]


def test_samples_may_be_shown_otherwise_and_interactions_stand_alone(tmp_path: Path) -> None:
    part, files = of(
        tmp_path,
        {
            "data/sample/1.in": "2\n",
            "data/sample/1.ans": "no\n",
            "data/sample/1.ans.statement": "any\n",
            "data/sample/2.interaction": "<hi\n>ho\n",
        },
    )
    first, second = part.samples
    assert (first.shown_answer, first.interaction) == ("data/sample/1.ans.statement", "")
    assert (second.name, second.input, second.interaction) == ("2", "", "data/sample/2.interaction")
    assert files["data/sample/2.interaction"] == b"<hi\n>ho\n"


def test_constants_are_put_into_statements_and_not_listed(tmp_path: Path) -> None:
    yaml = MODERN["problem.yaml"]
    assert isinstance(yaml, str)
    part, files = of(
        tmp_path,
        {
            "problem.yaml": yaml + "constants:\n  n: 1000\n  seed: 77\n",
            "statement/problem.en.md": "up to {{n}}, {{other}}, {{nextsample}}",
        },
    )
    assert files["statement/problem.en.md"] == b"up to 1000, {{other}}, {{nextsample}}"
    assert b"77" not in msgspec.json.encode(part)


def test_a_package_with_a_validator_of_its_own_says_no_comparison(tmp_path: Path) -> None:
    part, files = of(
        tmp_path,
        {
            "data/sample/1.in": "2\n",
            "data/sample/1.ans": "no\n",
            "output_validator/check.py": "import sys\nsys.exit(42)\n",
        },
    )
    assert part.compare is None
    assert files.keys() == {"statement/problem.en.md", "data/sample/1.in", "data/sample/1.ans"}


def test_links_show_only_what_is_public_itself(tmp_path: Path) -> None:
    package = write_package(
        tmp_path,
        {"statement/problem.en.md": "![](a.png) ![](b.png)", "statement/real.png": b"png", "attachments/x": ""},
    )
    (package / "statement/a.png").symlink_to("real.png")
    (package / "statement/b.png").symlink_to("../data/secret/1.ans")
    (package / "attachments/all").symlink_to("../data/secret")
    (package / "attachments/answer").symlink_to("../data/secret/1.ans")
    (package / "attachments/outside").symlink_to("/etc/passwd")
    (package / "data/sample").mkdir()
    (package / "data/sample/1.in").symlink_to("../secret/1.in")
    (package / "data/sample/1.ans").symlink_to("../secret/1.ans")
    part, files = shown(package, tmp_path / "public.zip")
    assert files == {
        "statement/problem.en.md": b"![](a.png) ![](b.png)",
        "statement/a.png": b"png",
        "attachments/x": b"",
    }
    assert part.samples == ()


def test_a_folder_that_is_a_link_is_not_public(tmp_path: Path) -> None:
    package = write_package(tmp_path, {})
    (package / "attachments").symlink_to("data/secret")
    _, files = shown(package, tmp_path / "public.zip")
    assert files.keys() == {"statement/problem.en.md"}


def test_what_is_too_large_or_too_many_is_left_out_and_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part_module, "FILE_BYTES_MAX", 100)
    monkeypatch.setattr(part_module, "BYTES_MAX", 250)
    names = {f"attachments/{number}": b"x" * 90 for number in range(4)}
    part, files = of(tmp_path, {**names, "attachments/large": b"x" * 101})
    assert files.keys() == {"statement/problem.en.md", "attachments/0", "attachments/1"}
    assert part.left_out == 3


_FOLDERS = st.sampled_from(
    ["data/secret", "data/secret/1-small", "data/sample", "data", "statement", "statement/fig", "problem_statement",
     "attachments", "submissions/accepted", "solution", "input_validators", "output_validator", "graders", "generators",
     "", "data/invalid_input", "include/default", "statements/english", "tests", "solutions"]
)  # fmt: skip
_NAMES = st.sampled_from(
    ["1.in", "1.ans", "2.in", "2.ans", "2.out", "1.hint", "1.desc", "1.yaml", "1.interaction", "1.in.statement",
     "problem.en.md", "problem.tex", "problem.pdf", "problem.xx.md", "statement.md", "tutorial.tex", "fig.png", "a.svg",
     "check.py", "run.c", "secret.zip", "notes.md", "problem.md.png", "01", "01.a"]
)  # fmt: skip
_FILES = st.dictionaries(st.tuples(_FOLDERS, _NAMES).map(lambda pair: "/".join(filter(None, pair))), st.just(None))
_LINKS = st.lists(st.tuples(_FOLDERS, _NAMES, _FOLDERS, st.one_of(_NAMES, st.just(""))), max_size=6)


def _fill(package: Path, names: list[str], links: list[tuple[str, str, str, str]]) -> None:
    """Each file says where it really lies; the statements name every picture."""
    for name in names:
        path = package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"lies at {path.relative_to(package)}; fig a problem.md 1 2 secret")
    for folder, name, to_folder, to_name in links:
        path, target = package / folder / name, package / to_folder / to_name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not os.path.lexists(path):
            path.symlink_to(os.path.relpath(target, path.parent))


def _sources(files: Mapping[str, bytes]) -> set[str]:
    return {m[1].decode() for content in files.values() if (m := re.match(rb"lies at (.*?);", content))}


@settings(deadline=None, max_examples=150)
@given(_FILES, _LINKS, st.booleans())
def test_whatever_lies_in_a_package_only_public_places_are_shown(
    tmp_path_factory: pytest.TempPathFactory,
    names: dict[str, None],
    links: list[tuple[str, str, str, str]],
    legacy: bool,
) -> None:
    root = tmp_path_factory.mktemp("package")
    package = write_package(root, {}, LEGACY if legacy else MODERN)
    _fill(package, list(names), links)
    try:
        _, files = shown(package, root / "public.zip")
    except PackageError:
        return
    hidden = [name for name in _sources(files) if not MAY_BE_SEEN.fullmatch(name)]
    assert not hidden
    assert not [name for name in files if not MAY_BE_SEEN.fullmatch(name)]


POLYGON = """<problem short-name="double">
<names><name language="english" value="Double"/></names>
<statements>{}</statements>
<judging><testset name="tests">
<time-limit>1000</time-limit><memory-limit>134217728</memory-limit><test-count>2</test-count>
<input-path-pattern>tests/%02d</input-path-pattern><answer-path-pattern>tests/%02d.a</answer-path-pattern>
<tests><test method="manual" sample="true"/><test method="manual"/></tests>
</testset></judging></problem>"""

_NAMED = st.sampled_from(
    ["statements/english/problem.tex", "statements/english/tutorial.tex", "solutions/main.cpp", "tests/02.a",
     "statements/../tests/02", "/etc/passwd", "statements/english", "files/check.cpp",
     "statements/.pdf/english/problem.pdf", "statements/russian/problem.tex"]
)  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(st.lists(_NAMED, max_size=5), _LINKS)
def test_polygon_shows_what_problem_xml_names_only_where_statements_lie(
    tmp_path_factory: pytest.TempPathFactory, named: list[str], links: list[tuple[str, str, str, str]]
) -> None:
    root = tmp_path_factory.mktemp("package")
    xml = "".join(f'<statement language="english" path="{name}" type="application/x-tex"/>' for name in named)
    package = write_package(root, {"problem.xml": POLYGON.format(xml)}, {})
    usual = [
        "tests/01", "tests/01.a", "tests/02", "tests/02.a", "solutions/main.cpp", "files/check.cpp",
        "statements/english/problem.tex", "statements/english/tutorial.tex", "statements/english/fig.png",
        "statements/.pdf/english/problem.pdf", "statements/russian/problem.tex",
    ]  # fmt: skip
    _fill(package, usual, links)
    try:
        part, files = shown(package, root / "public.zip")
    except PackageError:
        return
    assert not [name for name in _sources(files) if not MAY_BE_SEEN_OF_POLYGON.fullmatch(name)]
    assert {one.file for one in part.statements} <= set(named)


def test_a_dmoj_package_shows_no_test(tmp_path: Path) -> None:
    files: dict[str, Content | None] = {
        "init.yml": "test_cases:\n- {in: 1.in, out: 1.out, points: 1}\n",
        "1.in": "1\n",
        "1.out": "1\n",
        "statement.md": "Print ~n~.",
    }
    part, public = of(tmp_path, files, {})
    assert public == {"statement.md": b"Print ~n~."}
    assert part.samples == () and part.statements[0].form is StatementForm.MARKDOWN


def test_a_package_of_cms_shows_its_pdf_and_what_lies_in_att(tmp_path: Path) -> None:
    files: dict[str, Content | None] = {
        "task.yaml": "name: one\ntitle: One\ntime_limit: 1\nmemory_limit: 256\nn_input: 1\n",
        "input/input0.txt": "1",
        "output/output0.txt": "1",
        "testo/testo.pdf": b"%PDF",
        "testo/testo.tex": "source",
        "att/one.zip": b"zip",
        "sol/solution.cpp": "int main() {}",
        "gen/GEN": "1",
    }
    part, public = of(tmp_path, files, {})
    assert public == {"testo/testo.pdf": b"%PDF", "att/one.zip": b"zip"}
    assert [(one.language, one.form) for one in part.statements] == [("en", StatementForm.PDF)]
