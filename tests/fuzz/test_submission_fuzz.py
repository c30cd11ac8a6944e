"""Whatever is submitted or left by a compiler is a compile error or a program; a setter's files work or are named."""

from __future__ import annotations

from pathlib import Path

import pytest
from submission_fuzz import Odd, attempt, corpus, search

from judge.model.submission import SourceFile
from judge.sandbox.slot import Slot
from judge.state_dir import StateDir
from judge.toolchain.artifacts import ArtifactStore
from judge.toolchain.compile import compile_program
from judge.toolchain.definitions import Languages
from judge.toolchain.roots import Toolchains


@pytest.mark.parametrize("odd", corpus(), ids=lambda odd: odd.sources[0].name[:20] if odd.sources else "nothing")
def test_a_submission_that_once_was_an_exception_is_none(odd: Odd, tmp_path: Path) -> None:
    attempt(odd, tmp_path)


@pytest.mark.timeout(120)
def test_odd_submissions_of_fixed_seeds_are_refused_or_programs() -> None:
    broken: list[str] = []
    counts = search(1, 10, lambda odd, trace: broken.append(f"{odd}: {trace}"))
    assert not broken, broken[0]
    assert counts["program"] > 5
    assert counts["refused"] > 5


HOSTILE_BUILDS = {
    "a name that is not UTF-8": "printf x > \"$(printf 'a\\377')\"",
    "a line feed in a name": "printf x > \"$(printf 'a\\nb')\"",
    "a deep tree": f"d={'d' * 240}; for i in $(seq 30); do mkdir $d; cd $d; done; printf x > file",
    "a shallow long path": f"d={'d' * 240}; mkdir -p $d/$d/$d/$d/$d; printf x > $d/$d/$d/$d/$d/file",
    "many directories": "for i in $(seq 1100); do mkdir $i; : > $i/f; done",
    "many files": "for i in $(seq 2100); do : > $i; done",
    "a large file": "truncate -s 100M big",
    "no permissions": "mkdir d; : > d/f; chmod 0 d; : > g; chmod 0 g",
    "links and pipes": "ln -s /etc/passwd p; ln -s . loop; mkfifo fifo; : > h; ln h h2; ln -s loop/loop/x run2",
    "a directory for a file": "rm -f run; mkdir -p run; : > run/x",
    "nothing": "rm -f run *",
}


@pytest.mark.parametrize("build", HOSTILE_BUILDS)
def test_whatever_a_build_leaves_is_a_compile_error_or_a_program(
    build: str, sandbox_slot: Slot, sandbox_state: Path
) -> None:
    language = Languages.open().get("project")
    store = ArtifactStore(sandbox_state / "artifacts")
    script = f"cp main.build run; {HOSTILE_BUILDS[build]}\n"
    files = [SourceFile(name="a.build", content=script.encode())]
    toolchain = Toolchains(StateDir(sandbox_state))(language)
    report = compile_program(sandbox_slot.container, toolchain, language, files, store).report
    assert report.ok or report.log
