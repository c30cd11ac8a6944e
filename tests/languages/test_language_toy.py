"""A language of one's own is one TOML file; nothing else knows of it."""

from __future__ import annotations

import json
from pathlib import Path

import needs
import pytest

from judge.cli.main import main
from judge.model.limits import Limits
from judge.model.submission import SourceFile
from judge.sandbox.plan import HOST_NAME
from judge.sandbox.slot import Slot
from judge.sandbox.spec import ContainerSpec
from judge.state_dir import StateDir
from judge.toolchain.artifacts import ArtifactStore
from judge.toolchain.compile import compile_program
from judge.toolchain.definitions import Languages
from judge.toolchain.language_test import run_selftest
from judge.toolchain.roots import Toolchains

TOY = '''
name = "Toy"
extensions = ["toy"]
aliases = ["plaything"]
compile = [["/bin/sh", "-n", "{source}"], ["/bin/sh", "-c", "sed s/SAY/echo/ $0 > program", "{source}"]]
artifact = ["program"]
run = ["/bin/sh", "{artifact}/program"]
run_env = { LIMIT = "{memory_mib}" }

[selftest]
add = """
read a b
SAY $((a + b))
"""
echo = "cat"
compile_error = "if"
exit_code = "exit 7"

[selftest_without]
burn = "shown by sh"
allocate = "shown by sh"
clock_random = "shown by sh"
threads = "shown by sh"
utf8 = "shown by sh"
'''


@pytest.fixture
def languages(tmp_path: Path) -> Languages:
    (tmp_path / "toy.toml").write_text(TOY)
    return Languages.open(str(tmp_path))


def test_one_toml_adds_a_language(languages: Languages, sandbox_slot: Slot, sandbox_state: Path) -> None:
    assert languages.problems() == []
    language = languages.detect(["x.toy"])
    toolchain = Toolchains(StateDir(sandbox_state))(language)
    store = ArtifactStore(sandbox_state / "artifacts")
    report = run_selftest(sandbox_slot.container, toolchain, language, store)
    assert [result.detail for result in report.results if result.passed is False] == []
    source = SourceFile(name="x.toy", content=b"SAY hello $LIMIT")
    compiled = compile_program(sandbox_slot.container, toolchain, language, [source], store)
    with sandbox_slot.container(ContainerSpec(rootfs=toolchain.rootfs, artifact=str(compiled.artifact))) as box:
        assert box.run(compiled.run_spec(Limits())).stdout.read() == b"hello 256\n"


def test_the_commands_know_it_too(
    tmp_path: Path, languages: Languages, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JUDGE_LANGUAGES_DIR", str(tmp_path))
    monkeypatch.setenv("JUDGE_STATE_DIR", str(tmp_path / "state"))
    assert main(["languages", "list", "plaything", "--json"]) == 0
    (row,) = json.loads(capfd.readouterr().out)
    assert (row["id"], row["ready"], row["source"]) == ("toy", True, "host")
    assert main(["languages", "check"]) == 0
    (tmp_path / "toy.toml").write_text(TOY + "\ncolour = 1\n")
    assert main(["languages", "check", str(tmp_path / "toy.toml")]) == 1
    assert "toy.toml" in capfd.readouterr().err


def test_the_stage_compiles_once_in_the_real_sandbox(sandbox_slot: Slot, sandbox_state: Path, tmp_path: Path) -> None:
    language = Languages.open().get("c")
    toolchains = Toolchains(StateDir(sandbox_state))
    if not toolchains.state(language).ready:
        pytest.skip(needs.language("c"))
    store = ArtifactStore(sandbox_state / "once")
    sources = [
        SourceFile(name="main.c", content=b'#include "half.h"\nint main(void) { return HALF(14); }\n'),
        SourceFile(name="half.h", content=b"#define HALF(n) ((n) / 2)\n"),
    ]
    first = compile_program(sandbox_slot.container, toolchains(language), language, sources, store)
    assert first.report.ok, first.report.log
    again = compile_program(sandbox_slot.container, toolchains(language), language, sources, store)
    assert again.report.cached
    assert again.artifact == first.artifact
    bad = [SourceFile(name="x.c", content=b"int main(void) { return nothing; }")]
    report = compile_program(sandbox_slot.container, toolchains(language), language, bad, store).report
    assert not report.ok
    assert report.log.startswith("x.c: In function")
    assert "/work" not in report.log


def test_a_prepared_header_is_used_from_its_layer(sandbox_slot: Slot, sandbox_state: Path, tmp_path: Path) -> None:
    text = """
extends = "c"
name = "C with a header"
compile = [["/usr/bin/gcc", "-I/opt/judge/header", "-o", "prog", "{sources}"]]

[prepare]
target = "/opt/judge/header"
files = { "answer.h" = "#define ANSWER 42" }
commands = [["/usr/bin/cp", "answer.h", "copy.h"]]
collect = ["copy.h"]
"""
    (tmp_path / "ch.toml").write_text(text)
    language = Languages.open(str(tmp_path)).get("ch")
    toolchains = Toolchains(StateDir(sandbox_state))
    if not toolchains.state(language).ready:
        pytest.skip(needs.language("c"))
    layer = toolchains.prepare(language, sandbox_slot.container)
    assert layer is not None
    assert toolchains.prepare(language, sandbox_slot.container) == layer
    assert toolchains.state(language).layers == (layer.id,)
    source = SourceFile(name="a.c", content=b"#include <copy.h>\nint main(void) { return ANSWER - 42; }")
    store = ArtifactStore(sandbox_state / "artifacts")
    compiled = compile_program(sandbox_slot.container, toolchains(language), language, [source], store)
    assert compiled.report.ok, compiled.report.log


def test_programs_see_no_secret_of_the_host(sandbox_slot: Slot, sandbox_state: Path) -> None:
    language = Languages.open().get("sh")
    toolchain = Toolchains(StateDir(sandbox_state))(language)
    store = ArtifactStore(sandbox_state / "artifacts")
    script = (
        b"ls -d /home/* /root/* /etc/shadow /etc/ssh /usr/local/* /var/lib/* 2>/dev/null; id -u; id -un; cat /etc/hosts"
    )
    source = SourceFile(name="x.sh", content=script)
    compiled = compile_program(sandbox_slot.container, toolchain, language, [source], store)
    with sandbox_slot.container(ContainerSpec(rootfs=toolchain.rootfs, artifact=str(compiled.artifact))) as box:
        done = box.run(compiled.run_spec(Limits()))
    assert done.stdout.text() == f"1000\njudge\n127.0.0.1 localhost {HOST_NAME}\n::1 localhost\n"


def test_programs_may_open_their_streams_by_name(sandbox_slot: Slot, sandbox_state: Path) -> None:
    language = Languages.open().get("sh")
    toolchain = Toolchains(StateDir(sandbox_state))(language)
    store = ArtifactStore(sandbox_state / "artifacts")
    source = SourceFile(name="x.sh", content=b"cat < /dev/stdin > /dev/stdout; echo err > /dev/stderr")
    compiled = compile_program(sandbox_slot.container, toolchain, language, [source], store)
    with sandbox_slot.container(ContainerSpec(rootfs=toolchain.rootfs, artifact=str(compiled.artifact))) as box:
        done = box.run(compiled.run_spec(Limits()), stdin=b"in\n")
    assert (done.stdout.read(), done.stderr.read(), done.result.exit_code) == (b"in\n", b"err\n", 0)
