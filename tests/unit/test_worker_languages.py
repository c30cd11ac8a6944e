"""Which languages a worker offers: what is installed and passed, remembered, tested again when it changed."""

# What is None, or of another type, where something is asked of it, fails the test: no need to ask first.
# mypy: disable-error-code="arg-type, var-annotated"

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from judge_workers.file_signature import signature
from judge_workers.node import languages
from judge_workers.node.languages import LanguageFinder

from judge.config import Settings, WorkerSettings
from judge.errors import LanguageError
from judge.model.language import LanguageSpec, SelfTest
from judge.rootfs.layers import Layer, LayerKind, LayerStore
from judge.state_dir import StateDir
from judge.toolchain.availability import AvailabilityRecords
from judge.toolchain.language_test import SelfTestReport, TestResult
from judge.toolchain.variants import Libraries, LibraryRecords


@pytest.fixture
def tested(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The languages that were tested, in order; those whose name begins with "bad" fail."""
    found: list[str] = []

    def run(_open: object, _toolchain: object, language: LanguageSpec, *_: object, **__: object) -> SelfTestReport:
        found.append(language.id)
        passed = not language.id.startswith("bad")
        result = TestResult(test=SelfTest.ADD, passed=passed, detail="" if passed else "5, not 3")
        return SelfTestReport(language=language.id, results=(result,))

    monkeypatch.setattr(languages, "run_selftest", run)
    monkeypatch.setattr(languages, "toolchain_version", lambda *_: "9.9")
    return found


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Languages of ours that need nothing but cat, and one whose toolchain is missing."""
    directory = tmp_path / "definitions"
    directory.mkdir()
    for name, program in (
        ("toya", "/usr/bin/cat"),
        ("toyb", "/usr/bin/cat"),
        ("badone", "/usr/bin/cat"),
        ("gone", "/usr/bin/no"),
    ):
        text = f'name = "{name}"\nextensions = ["{name}"]\nrun = ["{program}", "{{source}}"]\n'
        (directory / f"{name}.toml").write_text(text)
    return Settings(
        state_dir=str(tmp_path),
        worker=WorkerSettings(languages_dir=str(directory), languages=("toya", "badone", "gone")),
    )


def offering(settings: Settings, *languages: str) -> Settings:
    """The same settings that name other languages."""
    return msgspec.structs.replace(settings, worker=msgspec.structs.replace(settings.worker, languages=languages))


def test_what_the_settings_name_is_tested_and_nothing_else_is_offered(settings: Settings, tested: list[str]) -> None:
    found = LanguageFinder(settings).at_start(None)
    assert found.versions == {"toya": "9.9"}
    assert found.missing["badone"] == "5, not 3"
    assert "/usr/bin/no is not installed" in found.missing["gone"]
    assert tested == ["badone", "toya"]
    assert not found.untested


def test_an_unknown_language_in_the_settings_is_named_with_the_near_one(settings: Settings) -> None:
    with pytest.raises(LanguageError, match="setting languages: no language 'toyaa'; did you mean toya"):
        LanguageFinder(offering(settings, "toyaa"))


def test_what_passed_is_not_tested_again_until_it_changes(
    settings: Settings, tested: list[str], tmp_path: Path
) -> None:
    LanguageFinder(settings).at_start(None)
    tested.clear()
    told = []
    found = LanguageFinder(settings).again(None, told.append)
    assert (found.versions, tested) == ({"toya": "9.9"}, ["badone"])  # what should work is tried again
    assert told[0].versions == {"toya": "9.9"}
    definition = tmp_path / "definitions" / "toya.toml"
    before = signature(found.watched)
    definition.write_text(definition.read_text() + "time_factor = 2.0\n")
    assert signature(found.watched) != before
    tested.clear()
    LanguageFinder(settings).again(None, told.append)
    assert "toya" in tested


def test_a_toolchain_that_goes_is_no_longer_offered(settings: Settings, tested: list[str], tmp_path: Path) -> None:
    LanguageFinder(settings).at_start(None)
    definition = tmp_path / "definitions" / "toya.toml"
    definition.write_text(definition.read_text().replace("/usr/bin/cat", "/usr/bin/no"))
    found = LanguageFinder(settings).again(None, lambda _found: None)
    assert found.versions == {}
    assert "/usr/bin/no is not installed" in found.missing["toya"]


def test_a_test_by_hand_counts_for_a_running_worker(settings: Settings, tested: list[str], tmp_path: Path) -> None:
    settings = offering(settings, "toya", "toyb")
    found = LanguageFinder(settings).at_start(None)
    before = signature(found.watched)
    AvailabilityRecords(StateDir(tmp_path)).forget("toyb")
    assert signature(found.watched) != before
    assert set(LanguageFinder(settings).again(None, lambda _found: None).versions) == {"toya", "toyb"}


def test_versions_of_a_language_are_offered_beside_it_each_by_its_number(
    settings: Settings, tested: list[str], tmp_path: Path
) -> None:
    with (tmp_path / "definitions/toya.toml").open("a") as file:
        file.write('[versions.2]\nrun = ["/usr/bin/tac", "{source}"]\n[versions.3]\nrun = ["/usr/bin/no"]\n')
    finder = LanguageFinder(offering(settings, "toya"))
    start = finder.at_start(None)
    assert (start.versions, start.exact, start.untested) == ({"toya": "9.9"}, {"toya@9.9": "9.9"}, True)
    found = finder.again(None, lambda _: None)
    assert found.versions == {"toya": "9.9", "toya@2": "9.9"}
    assert found.missing == {}
    assert not LanguageFinder(offering(settings, "toya")).at_start(None).untested


def test_a_version_alone_may_be_named(settings: Settings, tested: list[str], tmp_path: Path) -> None:
    with (tmp_path / "definitions/toya.toml").open("a") as file:
        file.write('[versions.2]\nrun = ["/usr/bin/tac", "{source}"]\n')
    found = LanguageFinder(offering(settings, "toya@2")).at_start(None)
    assert (found.versions, found.exact) == ({"toya@2": "9.9"}, {"toya@9.9": "9.9"})


def test_a_variant_with_libraries_is_had_by_its_name_alone(
    settings: Settings, tested: list[str], tmp_path: Path
) -> None:
    layer = Layer(kind=LayerKind.PYPI, request="r", packages=(), architecture="")
    made = LayerStore(settings.state).add(layer, lambda tree: (tree / "opt").mkdir())
    LibraryRecords(settings.state.variants).record(
        Libraries(language="toya", name="left", layer=made.id, libraries=("left",), packages=())
    )
    found = LanguageFinder(offering(settings, "toya@left")).at_start(None)
    assert (found.versions, found.exact) == ({"toya@left": "9.9"}, {})
