"""Versions and variants with libraries: what they have of their language, and that it stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge.errors import LanguageError
from judge.model.language import LanguageSpec
from judge.rootfs.layers import Layer, LayerKind
from judge.state_dir import StateDir
from judge.toolchain.definitions import Languages, load_language
from judge.toolchain.roots import Toolchains
from judge.toolchain.variants import Libraries, LibraryRecords
from judge.toolchain.version import Versions

TOY = """
name = "Toy"
extensions = ["toy"]
aliases = ["plaything"]
kattis = "toy"
priority = 9
compile = [["/usr/bin/env", "-i", "{sources}"]]
run = ["/usr/bin/env", "{source}"]
run_env = { A = "1", B = "1" }
version_command = ["/usr/bin/env", "--version"]
interactive = ["/usr/bin/env", "bash"]

[packages]
debian = ["toy"]

[prepare]
target = "/opt/judge/toy"
commands = [["/usr/bin/env", "header"]]
collect = ["*"]

[libraries]
registry = "pypi"
run_env = { TOYPATH = "/opt/pypi" }

[versions."2.1"]
programs = { "/usr/bin/env" = "/usr/bin/printenv" }
packages = { debian = ["toy-2"] }
run_env = { B = "2" }

[versions.odd]
run = ["/usr/bin/false"]
interactive = []
"""


@pytest.fixture
def languages(tmp_path: Path) -> Languages:
    (tmp_path / "definitions").mkdir()
    (tmp_path / "definitions/toy.toml").write_text(TOY)
    return Languages.open(str(tmp_path / "definitions"), StateDir(tmp_path).variants)


def add_libraries(tmp_path: Path, language: str, name: str, layer: str = "pypi-0") -> None:
    made = Libraries(language=language, name=name, layer=layer, libraries=(name,), packages=(f"{name}=1",))
    LibraryRecords(StateDir(tmp_path).variants).record(made)


def test_a_version_has_its_own_programs_and_all_else_of_its_language(languages: Languages) -> None:
    version = languages.get("plaything@2.1")
    assert (version.id, version.base_id, version.variant) == ("toy@2.1", "toy", "2.1")
    assert version.compile == (("/usr/bin/printenv", "-i", "{sources}"),)
    assert version.run == ("/usr/bin/printenv", "{source}")
    assert version.version_command == ("/usr/bin/printenv", "--version")
    assert version.interactive == ("/usr/bin/printenv", "bash")
    assert version.prepare is not None
    assert version.prepare.commands == (("/usr/bin/printenv", "header"),)
    assert version.packages == {"debian": ("toy-2",)}
    assert version.run_env == {"A": "1", "B": "2"}
    assert languages.get("toy@odd").run == ("/usr/bin/false",)
    assert languages.get("toy@odd").interactive == ()
    assert languages.get("toy").run == ("/usr/bin/env", "{source}")


def test_a_version_of_a_language_that_only_checks_has_its_own_check(tmp_path: Path) -> None:
    text = TOY.replace("\ncompile =", "\ncheck =").replace(
        "[versions.odd]", "[versions.built]\ncompile = []\n[versions.odd]"
    )
    (tmp_path / "toy.toml").write_text(text)
    languages = Languages.open(str(tmp_path))
    assert languages.get("toy@2.1").check == (("/usr/bin/printenv", "-i", "{sources}"),)
    assert (languages.get("toy@built").check, languages.get("toy@built").compile) == ((), ())


def test_a_version_that_says_what_looks_at_the_sources_does_not_take_what_the_language_uses(tmp_path: Path) -> None:
    text = TOY.replace("[versions.odd]", '[versions.checked]\ncheck = [["/usr/bin/x", "{source}"]]\n[versions.odd]')
    (tmp_path / "toy.toml").write_text(f'uses = "jdk"\n{text}')
    languages = Languages.open(str(tmp_path))
    assert (languages.get("toy@2.1").uses, languages.get("toy@checked").uses) == ("jdk", "")


def test_libraries_lie_beside_a_language_that_stays_as_it_is(languages: Languages, tmp_path: Path) -> None:
    bare = languages.get("toy")
    add_libraries(tmp_path, "toy", "numpy")
    add_libraries(tmp_path, "toy@2.1", "numpy")
    assert languages.get("toy") == bare
    variant, on_version = languages.get("toy@numpy"), languages.get("toy@2.1-numpy")
    assert (variant.layer, variant.run, variant.run_env["TOYPATH"]) == ("pypi-0", bare.run, "/opt/pypi")
    assert (on_version.run[0], on_version.run_env["TOYPATH"]) == ("/usr/bin/printenv", "/opt/pypi")
    assert [spec.id for spec in languages.variants(bare)] == ["toy@2.1", "toy@odd", "toy@2.1-numpy", "toy@numpy"]


def test_no_file_name_speaks_for_a_variant_and_lists_of_languages_have_none(languages: Languages) -> None:
    assert languages.detect(["a.toy"]).id == "toy"
    assert [spec.id for spec in languages.all() if "@" in spec.id] == []
    assert {"toy", "toy@2.1", "toy@odd"} <= {spec.id for spec in languages.with_variants()}


@pytest.mark.parametrize("name", ["toy@3", "toy@", "toy@@2.1", "toy@2.1@odd", "toy@../2.1"])
def test_a_variant_that_is_not_there_is_refused_with_those_that_are(languages: Languages, name: str) -> None:
    with pytest.raises(LanguageError, match=r"toy has no version .*; there are: 2\.1, odd"):
        languages.get(name)


def test_libraries_of_a_version_that_is_named_no_more_are_left_out(languages: Languages, tmp_path: Path) -> None:
    add_libraries(tmp_path, "toy@1.0", "numpy")
    assert [spec.id for spec in languages.variants(languages.get("toy"))] == ["toy@2.1", "toy@odd"]


def test_a_damaged_record_is_named(languages: Languages, tmp_path: Path) -> None:
    add_libraries(tmp_path, "toy", "numpy")
    path = StateDir(tmp_path).variants / "toy@numpy.json"
    path.write_text("{")
    with pytest.raises(LanguageError, match=r"toy@numpy\.json"):
        languages.get("toy@numpy")
    LibraryRecords(StateDir(tmp_path).variants).forget("toy@numpy")
    LibraryRecords(StateDir(tmp_path).variants).forget("toy@numpy")
    assert languages.variants(languages.get("toy"))[-1].id == "toy@odd"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ('[versions."2+1"]\nrun = ["/usr/bin/x"]', "versions.2\\+1: must match"),
        ('[versions.A]\nrun = ["/usr/bin/x"]', "versions.A: must match"),
        ('[versions.3]\nprograms = { "/usr/bin/gcc" = "/usr/bin/gcc-3" }', "no command of the language has this word"),
        ("[versions.3]\ncolour = 1", "unknown field `colour`"),
        ('[libraries]\nregistry = "cpan"', "libraries.registry: must be npm or pypi"),
        ('layer = "pypi-0"', "layer: is set by judge languages install alone"),
    ],
)
def test_what_is_wrong_with_versions_is_named(tmp_path: Path, change: str, complaint: str) -> None:
    path = tmp_path / "bad.toml"
    plain = 'name = "Bad"\nextensions = ["bad"]\nrun = ["/usr/bin/env"]\n'
    path.write_text(plain + change)
    with pytest.raises(LanguageError, match=complaint):
        load_language(path)


def test_a_version_whose_command_cannot_be_is_found_by_the_check(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text(
        'name = "Bad"\nextensions = ["bad"]\nrun = ["/usr/bin/env"]\n[versions.3]\nrun = ["env", "{nothing}"]\n'
    )
    found = Languages([tmp_path]).problems()
    assert any(line.startswith("bad@3: run: the first word must be an absolute path") for line in found)
    assert any(line.startswith("bad@3: run: unknown placeholder {nothing}") for line in found)


def test_a_variant_without_its_layer_is_not_ready_and_one_with_it_stands_on_it(tmp_path: Path) -> None:
    toolchains = Toolchains(StateDir(tmp_path))
    spec = LanguageSpec(id="toy@numpy", name="Toy", extensions=("toy",), run=("/usr/bin/env",), layer="pypi-none")
    assert toolchains.state(spec).missing == ("layer pypi-none",)

    layer = Layer(kind=LayerKind.PYPI, request="r", packages=("numpy=1",), architecture="")
    made = toolchains.layers.add(layer, lambda tree: (tree / "opt/pypi").mkdir(parents=True))
    toolchains.forget()
    bare = LanguageSpec(id="toy", name="Toy", extensions=("toy",), run=("/usr/bin/env",))
    variant = LanguageSpec(id="toy@numpy", name="Toy", extensions=("toy",), run=("/usr/bin/env",), layer=made.id)
    assert toolchains.state(variant).layers == (made.id,)
    assert toolchains(variant).rootfs.mounts[0].lowers[0] == str(toolchains.layers.tree(made))
    assert toolchains(bare).digest != toolchains(variant).digest
    assert str(toolchains.layers.tree(made)) not in toolchains(bare).rootfs.mounts[0].lowers


class _Versions(Versions):
    """Toolchains that were asked."""

    def __init__(self, tmp_path: Path, known: dict[str, str]) -> None:
        super().__init__(StateDir(tmp_path), Toolchains(StateDir(tmp_path)))
        self._known = known

    def of(self, language: LanguageSpec, open_container: object) -> str:
        return self._known.get(language.id, "")


@pytest.mark.parametrize(
    ("name", "picked"),
    [
        ("toy", "toy"),
        ("plaything@*", "toy@2.1"),
        ("toy@1", "toy"),
        ("toy@<2", "toy"),
        ("toy@2.1.7", "toy@2.1"),
        ("toy@numpy", "toy@numpy"),
        ("toy@2.1", "toy@2.1"),
    ],
)
def test_of_what_is_here_the_newest_of_a_range_is_picked(
    languages: Languages, tmp_path: Path, name: str, picked: str
) -> None:
    add_libraries(tmp_path, "toy", "numpy")
    versions = _Versions(tmp_path, {"toy": "1.9", "toy@2.1": "2.1.7", "toy@numpy": "9.9"})
    assert versions.pick(languages, name, None).id == picked  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["toy@9", "toy@9.9", "toy@what", "toy@"])
def test_what_is_not_here_is_refused_with_what_is(languages: Languages, tmp_path: Path, name: str) -> None:
    versions = _Versions(tmp_path, {"toy": "1.9", "toy@2.1": "2.1.7"})
    with pytest.raises(LanguageError, match=r"there are: 1\.9, 2\.1\.7"):
        versions.pick(languages, name, None)  # type: ignore[arg-type]
