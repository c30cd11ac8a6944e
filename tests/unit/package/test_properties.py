"""Whatever the files say, reading ends in a Problem or in one PackageError."""

from __future__ import annotations

import fnmatch
import itertools
import re
import shutil
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from package_files import LEGACY, MODERN, write_package

from judge.errors import PackageError
from judge.globs import compile_glob
from judge.model.problem import PackageFormat, TestCase, TestGroup
from judge.package.files.file_names import conforming
from judge.package.files.yaml_tree import YamlMapping, YamlNode, YamlScalar, YamlSequence, parse_yaml
from judge.package.findings import Findings
from judge.package.kattis.compare_flags import parse_compare_flags
from judge.package.kattis.constants import substitute, unknown_tags
from judge.package.kattis.reader import inspect_package
from judge.package.kattis.verdict_labels import comment_label
from judge.text import shown

KEY_WORDS = (
    "name type limits memory validation grading range on_reject accept_score max_score scoring args constants "
    "permitted required score accepted secret input_validator_args output_validator_args static_validation"
)
KEYS = st.sampled_from(KEY_WORDS.split())
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12),
    st.sampled_from(["custom", "scoring", "AC", "unbounded", "float_tolerance 1e-6", "-inf", "interactive"]),
)  # fmt: skip
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=5)),
    max_leaves=12,
)
YAML_FILES = ("problem.yaml", "data/testdata.yaml", "data/secret/test_group.yaml", "data/secret/1.yaml",
              "submissions/submissions.yaml")  # fmt: skip


def dump(tree: object) -> bytes:
    import yaml

    return yaml.safe_dump(tree, allow_unicode=True).encode("utf-8", "replace")


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(YAML_FILES), st.one_of(TREES.map(dump), st.binary(max_size=200)), st.booleans())
def test_any_configuration_file_gives_a_problem_or_one_error(
    tmp_path_factory: pytest.TempPathFactory, name: str, content: bytes, legacy: bool
) -> None:
    root = tmp_path_factory.mktemp("package")
    try:
        package = write_package(root, {name: content}, LEGACY if legacy else MODERN)
        problem, findings = inspect_package(package)
    except PackageError as error:
        assert str(error)
    else:
        msgspec.json.encode(problem.diagnostics)
        for diagnostic in findings.diagnostics:
            assert diagnostic.level in ("error", "warning")
            assert "\ud800" not in diagnostic.message
    finally:
        shutil.rmtree(root)


NAMES = st.text(st.sampled_from("ab1 #é."), min_size=1, max_size=6).filter(lambda name: name.strip("."))


@settings(deadline=None, max_examples=60)
@given(st.sets(st.tuples(NAMES, NAMES), max_size=8))
def test_every_pair_of_files_becomes_one_case_with_a_name_of_its_own(
    tmp_path_factory: pytest.TempPathFactory, pairs: set[tuple[str, str]]
) -> None:
    root = tmp_path_factory.mktemp("package")
    try:
        files: dict[str, str | bytes | None] = {}
        for group, case in pairs:
            if not group.startswith(".") and not group.endswith((".files", ".in")) and not case.startswith("."):
                files[f"data/secret/g{group}/c{case}.in"] = "x"
                files[f"data/secret/g{group}/c{case}.ans"] = "x"
        problem, _ = inspect_package(write_package(root, files, LEGACY))
        found = [case.name for case in all_cases(problem.root)]
        assert sorted(found) == sorted({name[5:-3] for name in files if name.endswith(".in")} | {"secret/1"})
    finally:
        shutil.rmtree(root)


def all_cases(group: TestGroup) -> list[TestCase]:
    assert sorted(group.order) == sorted([*(one.name for one in group.cases), *(one.name for one in group.groups)])
    return [*group.cases, *(case for child in group.groups for case in all_cases(child))]


def plain(node: YamlNode) -> object:
    match node:
        case YamlScalar():
            return node.value
        case YamlSequence():
            return [plain(item) for item in node.items]
        case YamlMapping():
            return {key: plain(value) for key, value in node.values.items()}


@given(st.dictionaries(st.text(st.characters(categories=["L"]), min_size=1, max_size=8), TREES, max_size=6))
def test_documents_agree_with_a_plain_yaml_reader(tree: dict[str, object]) -> None:
    import yaml

    data = dump(tree)
    expected = yaml.safe_load(data.decode())
    if any(isinstance(key, bool | type(None)) for key in expected):
        return  # "yes", "no" and the like as keys: text to us
    try:
        found = plain(parse_yaml(data, "x.yaml", Findings()))
    except PackageError:
        return
    assert repr(found) == repr(expected)


PATHS = st.lists(st.text(st.sampled_from("ab.-"), min_size=1, max_size=4), min_size=1, max_size=3).map("/".join)
GLOBS = st.lists(st.text(st.sampled_from("ab.-*"), min_size=1, max_size=4), min_size=1, max_size=3).map("/".join)


@given(GLOBS, PATHS)
def test_globs_agree_with_a_slow_reference(glob: str, path: str) -> None:
    pieces = path.split("/")
    parents = ["/".join(pieces[: i + 1]) for i in range(len(pieces))]

    def same(candidate: str) -> bool:
        one, other = candidate.split("/"), glob.split("/")
        return len(one) == len(other) and all(map(fnmatch.fnmatchcase, one, other))

    assert bool(compile_glob(glob).match(path)) == any(map(same, parents))


@given(st.lists(st.lists(st.text("ab", min_size=1, max_size=2), min_size=1, max_size=3), min_size=1, max_size=3))
def test_braces_match_exactly_their_alternatives(parts: list[list[str]]) -> None:
    pattern = compile_glob("-".join("{" + ",".join(part) + "}" for part in parts))
    for choice in itertools.product(*parts):
        assert pattern.match("-".join(choice))
    assert not pattern.match("-".join("c" for _ in parts))


@pytest.mark.parametrize("glob", ["{", "}", "a{b", "a}b", "{a,{b}", "{1,2}" * 20])
def test_broken_globs_are_value_errors(glob: str) -> None:
    with pytest.raises(ValueError, match=r"unbalanced|alternatives"):
        compile_glob(glob)


@given(st.binary())
def test_comments_with_expectations_never_crash(source: bytes) -> None:
    comment_label(b"// @EXPECTED_RESULTS@: " + source + b"\n@EXPECTED_SCORE@: " + source)
    comment_label(source)


@given(st.lists(st.sampled_from(["case_sensitive", "float_tolerance", "1e-6", "nan", "-1", "x", ""]), max_size=5))
def test_comparison_flags_parse_or_say_why(args: list[str]) -> None:
    try:
        flags = parse_compare_flags(args)
    except ValueError as error:
        assert str(error)
    else:
        assert flags.case_sensitive == ("case_sensitive" in args)


@given(st.binary(), st.dictionaries(st.from_regex(r"[a-z_]{1,3}", fullmatch=True), st.text(max_size=5)))
def test_constants_replace_their_tags_and_nothing_else(data: bytes, constants: dict[str, str]) -> None:
    pairs = tuple(constants.items())
    plain_data = data.replace(b"{{", b"[[")
    assert substitute(plain_data, pairs) == plain_data
    for name, value in pairs:
        tag = b"{{" + name.encode() + b"}}"
        assert substitute(b"<" + tag + b">", pairs) == b"<" + value.encode("utf-8", "surrogateescape") + b">"
    assert unknown_tags(b"{{other_name}} {{ x }}", pairs) == ("other_name",)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_printable_names_are_shown_as_they_are_and_others_escaped(name: str) -> None:
    assert shown(name).isprintable()
    if name.isprintable():
        assert shown(name) == name


@given(st.binary(min_size=1, max_size=20))
def test_shown_names_are_always_encodable(raw: bytes) -> None:
    import os

    shown(os.fsdecode(raw)).encode()


@given(st.text(st.sampled_from("aZ0_.-# é"), max_size=5))
def test_conforming_names_are_those_of_the_specification(name: str) -> None:
    assert conforming(name, PackageFormat.F2025_09) == bool(re.fullmatch(r"[a-zA-Z0-9_][a-zA-Z0-9_.-]*", name))


@pytest.mark.parametrize("value", ["0", "false", "a b", "1 2 3"])
def test_a_malformed_range_of_the_legacy_grading_map_is_a_finding(tmp_path: Path, value: str) -> None:
    text = f"name: x\ngrading:\n  range: {value}\n"
    _, findings = inspect_package(write_package(tmp_path, {"problem.yaml": text}, LEGACY))
    assert any("range" in diagnostic.key for diagnostic in findings.diagnostics)
