"""``judge languages install --with`` and ``remove``: which variant is made, and what is refused before anything is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from judge.cli import languages_libraries
from judge.cli.main import main
from judge.rootfs.layers import Layer, LayerKind, LayerStore
from judge.rootfs.registries import Interpreter
from judge.state_dir import StateDir
from judge.toolchain.definitions import Languages

TOY = """
name = "Toy"
extensions = ["toy"]
run = ["/usr/bin/env", "{source}"]

[libraries]
registry = "npm"
run_env = { TOYPATH = "/opt/npm" }

[versions.2]
run = ["/usr/bin/printenv", "{source}"]

[versions.gone]
run = ["/usr/bin/no-such-toy", "{source}"]
"""


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """A language that takes libraries, and a registry that has all; what was asked of it."""
    (tmp_path / "definitions").mkdir()
    (tmp_path / "definitions/toy.toml").write_text(TOY)
    monkeypatch.setenv("JUDGE_LANGUAGES_DIR", str(tmp_path / "definitions"))
    monkeypatch.setenv("JUDGE_STATE_DIR", str(tmp_path / "state"))
    asked: list[tuple[str, ...]] = []

    def build(store: LayerStore, libraries: Sequence[str], python: Interpreter | None) -> Layer:
        assert python is None
        asked.append(tuple(libraries))
        layer = Layer(kind=LayerKind.NPM, request="r", packages=("left=1.0", "right=2.0"), architecture="")
        return store.add(layer, lambda tree: (tree / "opt/npm").mkdir(parents=True))

    monkeypatch.setattr(languages_libraries, "build_libraries", build)
    return asked


def languages(tmp_path: Path) -> Languages:
    return Languages.open(str(tmp_path / "definitions"), StateDir(tmp_path / "state").variants)


@pytest.mark.parametrize(
    ("words", "made"),
    [
        (("toy", "--with", "right,left"), "toy@left-right"),
        (("toy", "--with", "left@1.0"), "toy@left"),
        (("toy", "--with", "@scope/left"), "toy@left"),
        (("toy", "--with", "left", "--as", "mine"), "toy@mine"),
        (("toy@2", "--with", "left"), "toy@2-left"),
    ],
)
def test_libraries_make_a_variant_beside_the_language(
    tmp_path: Path, built: list[tuple[str, ...]], capsys: pytest.CaptureFixture[str], words: Sequence[str], made: str
) -> None:
    assert main(["languages", "install", *words]) == 0
    assert capsys.readouterr().out == f"{made}: ready with left=1.0, right=2.0\n"
    variant = languages(tmp_path).get(made)
    assert variant.layer.startswith("npm-")
    assert variant.run_env == {"TOYPATH": "/opt/npm"}
    assert languages(tmp_path).get("toy").layer == ""


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("toy", "c", "--with", "left"), "--with: name one language"),
        (("c", "--with", "left"), "--with: c takes no libraries; these do: javascript, pypy3, pytest, python3, toy"),
        (("toy", "--as", "mine"), "--as: names what --with makes"),
        (("toy", "--with", "left", "--as", "2"), "--as: '2' cannot name a variant"),
        (("toy", "--with", "left", "--as", "x"), "--as: 'x' cannot name a variant"),
        (("toy", "--with", "left", "--as", "gone"), "--as: 'gone' is a version of toy"),
        (("toy", "--with", "left", "--as", "../left"), "cannot name a variant"),
        (("toy", "--with", "left", "--as", "a+b"), "cannot name a variant"),
        (("toy", "--with", ",".join(f"left{n}" for n in range(20))), "cannot name a variant"),
        (("toy@gone", "--with", "left"), "/usr/bin/no-such-toy is not installed"),
        (("toy@3", "--with", "left"), "toy has no version '3'; there are: 2, gone"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_built(
    built: list[tuple[str, ...]], capsys: pytest.CaptureFixture[str], words: Sequence[str], complaint: str
) -> None:
    assert main(["languages", "install", *words]) != 0
    assert complaint in capsys.readouterr().err
    assert built == []


def test_a_variant_is_listed_and_removed_and_its_layer_kept_for_another(
    tmp_path: Path, built: list[tuple[str, ...]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["languages", "install", "toy", "--with", "left"]) == 0
    assert main(["languages", "install", "toy", "--with", "left", "--as", "other"]) == 0
    assert main(["languages", "install", "toy@left", "--with", "right"]) == 2
    assert "has libraries already; name all of them with toy" in capsys.readouterr().err
    assert main(["languages", "list", "toy@left"]) == 0
    assert "1 of 1 ready" in capsys.readouterr().out
    assert main(["languages", "remove", "toy@left"]) == 0
    assert "toy@other stand on it" in capsys.readouterr().out
    variants = [spec.id for spec in languages(tmp_path).variants(languages(tmp_path).get("toy"))]
    assert variants == ["toy@2", "toy@gone", "toy@other"]
