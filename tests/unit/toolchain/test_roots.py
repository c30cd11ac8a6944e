"""Which root a language gets, whether it is ready, and what this machine may offer."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from judge.errors import LanguageError
from judge.model.language import LanguageSpec, SelfTest
from judge.rootfs.host_root import find_in
from judge.rootfs.layers import Layer, LayerKind
from judge.sandbox.spec import Rootfs
from judge.state_dir import StateDir
from judge.toolchain.availability import Availability, AvailabilityRecords, is_available, offered
from judge.toolchain.language_test import SelfTestReport, TestResult
from judge.toolchain.roots import DEFAULT_SUITE, Toolchains, packages_request

SHELL = LanguageSpec(id="shell", name="Shell", extensions=("sh",), run=("/usr/bin/env", "{source}"))
ABSENT = LanguageSpec(
    id="absent",
    name="Absent",
    extensions=("no",),
    run=("/usr/bin/env", "-cp", "/usr/share/nowhere/a.jar:/usr/bin/env", "/usr/share/*/x", "{artifact}"),
    packages={"debian": ("absent-tool",), "npm": ("left",)},
)


@pytest.fixture
def toolchains(tmp_path: Path) -> Toolchains:
    return Toolchains(StateDir(tmp_path))


def add_layer(toolchains: Toolchains, kind: LayerKind, request: str, path: str) -> Layer:
    def fill(tree: Path) -> None:
        file = tree / path
        file.parent.mkdir(parents=True)
        file.write_text("tool")

    layer = Layer(kind=kind, request=request, packages=(), architecture="")
    made = toolchains.layers.add(layer, fill)
    toolchains.forget()
    return made


def test_a_language_whose_commands_are_here_is_ready_on_the_host(toolchains: Toolchains) -> None:
    state = toolchains.state(SHELL)
    assert (state.ready, state.source, state.layers) == (True, "host", ())
    assert toolchains(SHELL).rootfs.mounts[1].lowers[-1] == "/usr"


def test_what_is_missing_is_named_with_the_remedy(toolchains: Toolchains) -> None:
    assert toolchains.state(ABSENT).missing == ("/usr/share/nowhere/a.jar",)
    with pytest.raises(LanguageError, match=r"nowhere/a\.jar is not installed .* judge languages install absent"):
        toolchains(ABSENT)


def test_a_part_that_no_command_names_is_needed_all_the_same(toolchains: Toolchains) -> None:
    needy = msgspec.structs.replace(SHELL, needs=("/usr/*/env", "/usr/*/no-such-part"))
    assert toolchains.state(needy).missing == ("/usr/*/no-such-part",)


def test_what_checks_a_program_is_needed_as_what_runs_it_is(toolchains: Toolchains) -> None:
    checked = msgspec.structs.replace(SHELL, check=(("/usr/bin/no-such-checker", "{source}"),))
    assert toolchains.state(checked).missing == ("/usr/bin/no-such-checker",)


def test_a_layer_of_packages_lies_over_the_host(toolchains: Toolchains) -> None:
    language = msgspec.structs.replace(ABSENT, run=("/opt/npm/left",))
    before = toolchains.state(language)
    layer = add_layer(toolchains, LayerKind.NPM, packages_request(DEFAULT_SUITE, "npm", ["left"]), "opt/npm/left")
    state = toolchains.state(language)
    assert (before.ready, state.ready, state.source, state.layers) == (False, True, "host", (layer.id,))
    assert toolchains.used_layers([language, SHELL]) == {layer.id: ["absent"]}


def test_a_built_toolchain_takes_the_place_of_the_host(toolchains: Toolchains) -> None:
    request = packages_request(DEFAULT_SUITE, "debian", ["absent-tool"])
    language = msgspec.structs.replace(ABSENT, run=("/usr/bin/absent",))
    digest_on_host = toolchains.bare(language).digest
    add_layer(toolchains, LayerKind.TOOLCHAIN, request, "usr/bin/absent")
    assert toolchains.state(language).source == "layers"
    assert len(toolchains(language).rootfs.mounts) == 1
    assert toolchains(language).digest != digest_on_host


def record(toolchains: Toolchains, language: LanguageSpec, passed: bool = True) -> Availability:
    results = (TestResult(test=SelfTest.ADD, passed=passed),)
    report = SelfTestReport(language=language.id, results=results)
    return Availability(identity=toolchains.state(language).identity, version="1", tested_at=1, report=report)


def test_only_what_passed_here_is_offered(toolchains: Toolchains, tmp_path: Path) -> None:
    records = AvailabilityRecords(StateDir(tmp_path))
    assert not is_available(SHELL, toolchains, records)
    records.record(record(toolchains, SHELL, passed=False))
    assert not is_available(SHELL, toolchains, records)
    records.record(record(toolchains, SHELL))
    assert offered([SHELL, ABSENT], toolchains, records) == (SHELL,)
    records.forget("shell")
    records.forget("shell")
    assert records.latest("shell") is None


def test_a_command_is_looked_for_once_until_something_changes(
    toolchains: Toolchains, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []

    def counted(rootfs: Rootfs, path: str) -> Path | None:
        looked.append(path)
        return find_in(rootfs, path)

    monkeypatch.setattr("judge.toolchain.roots.find_in", counted)
    assert [toolchains.plain_has("/usr/bin/env") for _ in range(3)] == [True] * 3
    assert looked == ["/usr/bin/env"]
    assert not any(toolchains.plain_has("/usr/bin/absent-tool") for _ in range(2))
    assert looked[1:] == ["/usr/bin/absent-tool"] * 2
    toolchains.forget()
    assert toolchains.plain_has("/usr/bin/env")
    assert looked[3:] == ["/usr/bin/env"]


def test_a_changed_definition_must_prove_itself_again(toolchains: Toolchains, tmp_path: Path) -> None:
    records = AvailabilityRecords(StateDir(tmp_path))
    records.record(record(toolchains, SHELL))
    assert not is_available(
        msgspec.structs.replace(SHELL, run=("/usr/bin/env", "-i")), Toolchains(StateDir(tmp_path)), records
    )
    assert is_available(msgspec.structs.replace(SHELL, aliases=("another",)), Toolchains(StateDir(tmp_path)), records)


def test_a_damaged_record_is_no_record(toolchains: Toolchains, tmp_path: Path) -> None:
    records = AvailabilityRecords(StateDir(tmp_path))
    records.record(record(toolchains, SHELL))
    (tmp_path / "languages/shell.json").write_text("{")
    assert records.latest("shell") is None


def test_a_language_that_adds_nothing_up_has_not_passed() -> None:
    assert not SelfTestReport(language="x", results=()).passed
    skipped = TestResult(test=SelfTest.ADD, passed=None)
    assert not SelfTestReport(language="x", results=(skipped,)).passed
