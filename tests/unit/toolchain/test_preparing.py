"""What a language prepares: made once per toolchain, proved, made anew when the toolchain changes, never half."""

from __future__ import annotations

import threading
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from fake_debian import FakeDebian, compiler_host

from judge.errors import LanguageError
from judge.model.language import LanguageSpec, Prepare
from judge.model.run import Outcome, RunResult, Usage
from judge.model.submission import SourceFile
from judge.rootfs.layers import LayerKind
from judge.sandbox.capture import Capture, Completed, memfd_of
from judge.sandbox.spec import ContainerSpec, RunSpec
from judge.state_dir import StateDir
from judge.toolchain.compile import artifact_key
from judge.toolchain.preparing import PreparationFailures
from judge.toolchain.roots import Toolchains
from judge.toolchain.sources import prepare

TOY = LanguageSpec(
    id="toy",
    name="Toy",
    extensions=("c",),
    compile=(("/usr/bin/cc", "{sources}"),),
    run=("{artifact}/prog",),
    artifact=("prog",),
    packages={"debian": ("cc",)},
    uses="gcc",
    prepare=Prepare(target="/opt/judge/toy", commands=(("/usr/bin/cc", "-o", "header"),), collect=("header",)),
    selftest={"add": "int main() {}"},
)
SOURCE = (SourceFile(name="main.c", content=b"#include <stdio.h>\n"),)
ELF = b"\x7fELF\x02" + b"\x00" * 19 + b"\x01" * 8


class FakeSandbox:
    """Prepares a header, compiles and runs; ``answer`` is what the program prints, ``meanwhile`` happens first."""

    def __init__(self) -> None:
        self.prepared = 0
        self.exit_code = 0
        self.answer = b"42"
        self.header = b"header"
        self.meanwhile: Callable[[], object] = lambda: None

    @contextmanager
    def open(self, spec: ContainerSpec) -> Iterator[Any]:
        yield self

    def run(self, spec: RunSpec, **_: Any) -> Completed:
        result = RunResult(outcome=Outcome.EXITED, exit_code=0, usage=Usage())
        files: Mapping[str, Capture] = {}
        if "header" in spec.argv:
            self.prepared += 1
            self.meanwhile()
            files = {"header": Capture(fd=memfd_of(self.header), size_bytes=len(self.header))}
            result = msgspec.structs.replace(result, exit_code=self.exit_code)
        elif spec.argv[0] == "/usr/bin/cc":
            files = {"prog": Capture(ELF)}
        return Completed(result=result, stdout=Capture(self.answer), stderr=Capture(b"said"), files=files)


@pytest.fixture
def host(tmp_path: Path) -> FakeDebian:
    return compiler_host(tmp_path / "host")


@pytest.fixture
def state(tmp_path: Path) -> StateDir:
    return StateDir(tmp_path / "state")


@pytest.fixture
def toolchains(host: FakeDebian, state: StateDir) -> Toolchains:
    return Toolchains(state, root=host.root)


@pytest.fixture
def sandbox() -> FakeSandbox:
    return FakeSandbox()


def key(toolchains: Toolchains, files: tuple[SourceFile, ...] = SOURCE) -> str:
    return artifact_key(toolchains(TOY), TOY, prepare(TOY, files))


def layers(toolchains: Toolchains) -> list[str]:
    return [layer.id for layer in toolchains.layers.of_kind(LayerKind.PREPARED)]


def test_what_was_prepared_is_seen_from_the_next_look_on(
    toolchains: Toolchains, sandbox: FakeSandbox, host: FakeDebian, state: StateDir
) -> None:
    running = Toolchains(state, root=host.root)
    assert running.state(TOY).layers == ()
    assert not toolchains.is_prepared(TOY)
    made = toolchains.prepare(TOY, sandbox.open)
    assert made is not None
    assert toolchains.is_prepared(TOY)
    running.forget()
    assert running.state(TOY).layers == (made.id,)
    assert (toolchains.layers.tree(made) / "opt/judge/toy/header").read_bytes() == b"header"
    assert not (toolchains.layers.tree(made).parent / "proof").exists()


def test_what_was_prepared_is_not_held_in_memory(toolchains: Toolchains, sandbox: FakeSandbox) -> None:
    """A precompiled header is 100 MiB and more; a worker that lays it down needs a small part of that."""
    sandbox.header = b"header" * 2_000_000
    tracemalloc.start()
    try:
        made = toolchains.prepare(TOY, sandbox.open)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert made is not None
    assert (toolchains.layers.tree(made) / "opt/judge/toy/header").read_bytes() == sandbox.header
    assert peak_bytes < len(sandbox.header)


def test_an_unrelated_package_leaves_what_was_prepared_and_every_artifact(
    toolchains: Toolchains, sandbox: FakeSandbox, host: FakeDebian
) -> None:
    toolchains.prepare(TOY, sandbox.open)
    before, whole = key(toolchains), toolchains(TOY).digest
    host.install("faketime", {"/usr/bin/faketime": "x"})
    toolchains.forget()
    assert toolchains.is_prepared(TOY)
    assert key(toolchains) == before
    assert toolchains(TOY).digest != whole  # by which whole reports are known: a program may look at anything


def test_an_unrelated_package_is_related_to_a_source_that_may_open_anything(
    toolchains: Toolchains, host: FakeDebian
) -> None:
    files = (SourceFile(name="main.c", content=b'__asm__(".incbin \\"/usr/bin/faketime\\"");\n'),)
    before = key(toolchains, files)
    host.install("faketime", {"/usr/bin/faketime": "x"})
    toolchains.forget()
    assert key(toolchains, files) != before


def test_without_uses_any_package_counts(toolchains: Toolchains, host: FakeDebian) -> None:
    language = msgspec.structs.replace(TOY, id="other", uses="")
    assert toolchains(language).used_digest == ""
    before = toolchains(language).digest
    host.install("faketime", {"/usr/bin/faketime": "x"})
    toolchains.forget()
    assert toolchains(language).digest != before


def test_what_only_checks_the_sources_is_a_part_of_what_a_language_uses(
    toolchains: Toolchains, host: FakeDebian
) -> None:
    host.install("lint", {"/usr/bin/lint": "x"})
    checked = {"compile": (), "artifact": (), "prepare": None, "check": (("/usr/bin/lint", "{source}"),)}
    language = msgspec.structs.replace(TOY, id="checked", **checked)
    toolchains.forget()
    before = toolchains.bare(language).used_digest
    host.write("/usr/bin/lint", "another")
    toolchains.forget()
    assert before
    assert toolchains.bare(language).used_digest not in ("", before)


def test_a_changed_toolchain_is_prepared_anew_and_the_old_files_go(
    toolchains: Toolchains, sandbox: FakeSandbox, host: FakeDebian
) -> None:
    toolchains.prepare(TOY, sandbox.open)
    (old,) = layers(toolchains)
    before = key(toolchains)
    host.write("/usr/include/stdio.h", "another")
    toolchains.forget()
    assert not toolchains.is_prepared(TOY)
    assert toolchains.state(TOY).layers == ()
    sandbox.header = b"another header"
    toolchains.prepare(TOY, sandbox.open)
    assert key(toolchains) != before
    assert layers(toolchains) != [old]
    assert len(layers(toolchains)) == 1


def test_old_files_that_a_slot_still_uses_stay_until_it_looks_again(
    toolchains: Toolchains, sandbox: FakeSandbox, host: FakeDebian, state: StateDir
) -> None:
    toolchains.prepare(TOY, sandbox.open)
    slot = Toolchains(state, root=host.root)
    slot(TOY)
    host.write("/usr/include/stdio.h", "another")
    toolchains.forget()
    sandbox.header = b"another header"
    toolchains.prepare(TOY, sandbox.open)
    assert len(layers(toolchains)) == 2
    slot.forget()
    toolchains.drop_unused([TOY])
    assert len(layers(toolchains)) == 1
    assert toolchains.is_prepared(TOY)


def test_what_is_prepared_for_no_language_any_more_is_dropped(toolchains: Toolchains, sandbox: FakeSandbox) -> None:
    toolchains.prepare(TOY, sandbox.open)
    toolchains.drop_unused([])
    assert layers(toolchains) == []


def test_a_command_that_fails_leaves_nothing_and_says_why(toolchains: Toolchains, sandbox: FakeSandbox) -> None:
    sandbox.exit_code = 1
    with pytest.raises(LanguageError, match=r"toy: prepare.commands\[0\] failed: said"):
        toolchains.prepare(TOY, sandbox.open)
    assert layers(toolchains) == []
    assert toolchains.state(TOY).ready


def test_files_with_which_a_small_program_fails_are_not_used(
    toolchains: Toolchains, sandbox: FakeSandbox, state: StateDir
) -> None:
    sandbox.answer = b"41"
    with pytest.raises(LanguageError, match="with what it prepares: printed '41' instead of '42'"):
        toolchains.prepare(TOY, sandbox.open)
    assert [path.name for path in state.layers.iterdir()] == [".preparing"]


def test_files_of_a_toolchain_that_changed_meanwhile_are_not_used(
    toolchains: Toolchains, sandbox: FakeSandbox, host: FakeDebian
) -> None:
    sandbox.meanwhile = lambda: host.write("/usr/include/stdio.h", "another")
    with pytest.raises(LanguageError, match="its toolchain changed"):
        toolchains.prepare(TOY, sandbox.open)
    assert layers(toolchains) == []


def test_more_than_there_is_room_for_is_not_kept(toolchains: Toolchains, sandbox: FakeSandbox) -> None:
    run = sandbox.run
    sandbox.run = lambda spec, **_: run(spec)._replace(passed_over=1)  # type: ignore[method-assign]
    with pytest.raises(LanguageError, match="does not fit into 5 MiB"):
        toolchains.prepare(TOY, sandbox.open, 5 << 20)
    assert layers(toolchains) == []


def test_two_processes_prepare_one_after_the_other_and_once(
    sandbox: FakeSandbox, host: FakeDebian, state: StateDir
) -> None:
    together = threading.Barrier(4)

    def make() -> None:
        together.wait()
        Toolchains(state, root=host.root).prepare(TOY, sandbox.open)

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sandbox.prepared == 1


def test_a_failure_is_kept_in_mind_for_the_toolchain_that_it_was_of(state: StateDir) -> None:
    failures = PreparationFailures(state)
    failures.record("toy", "this", "no such option")
    assert failures.reason("toy", "this") == "no such option"
    assert failures.reason("toy", "other") == ""
    failures.forget("toy")
    failures.forget("toy")
    assert failures.reason("toy", "this") == ""


@pytest.mark.parametrize("at", ["0", "99999999999"])
def test_an_old_failure_is_tried_again(state: StateDir, at: str) -> None:
    failures = PreparationFailures(state)
    failures.record("toy", "this", "no such option")
    (state.unprepared / "toy").write_text(f'{{"request":"this","reason":"no such option","at":{at}}}')
    assert failures.reason("toy", "this") == ""
    (state.unprepared / "toy").write_text("{")
    assert failures.reason("toy", "this") == ""
