"""The compile stage over a fake sandbox: what is run, what is kept, what a contestant is told."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from classfiles import class_file

from judge.errors import CancelledError, InfrastructureError, WorkFilesError
from judge.model.language import LanguageSpec, SourceRule
from judge.model.limits import COMPILE_LIMITS, Limits
from judge.model.run import Outcome, RunResult
from judge.model.submission import SourceFile
from judge.sandbox.capture import Capture, Completed
from judge.sandbox.spec import ContainerSpec, OverlayMount, Rootfs, RunSpec
from judge.toolchain.artifacts import ArtifactStore, SubmissionStore
from judge.toolchain.compile import Compiled, CompileOptions, Toolchain, artifact_key, compile_program
from judge.toolchain.sources import prepare

TOOLCHAIN = Toolchain(rootfs=Rootfs(mounts=(OverlayMount(target="/", lowers=("/a", "/b")),)), digest="host-1")
C = LanguageSpec(
    id="c",
    name="C",
    extensions=("c",),
    headers=("h",),
    compile=(("/usr/bin/cc", "-o", "prog", "{sources}"),),
    artifact=("prog",),
    executables=("prog",),
    run=("{artifact}/prog",),
    source=SourceRule(name="main.c"),
)
SCRIPT = LanguageSpec(id="script", name="Script", extensions=("s",), run=("/usr/bin/vm", "{source}"))
PROGRAM = b"#!/bin/sh\n"
SOURCE = (SourceFile(name="a.c", content=b"int main;"),)


def completed(
    files: Mapping[str, bytes] | None = None, stderr: bytes = b"", stdout: bytes = b"", **result: Any
) -> Completed:
    fields: dict[str, Any] = {"outcome": Outcome.EXITED, "exit_code": 0} | result
    return Completed(
        result=RunResult(**fields),
        stdout=Capture(stdout),
        stderr=Capture(stderr),
        files={name: Capture(data) for name, data in (files or {}).items()},
    )


class FakeSandbox:
    """Answers each run with the next of ``answers``; keeps what it was asked."""

    def __init__(self, *answers: Completed) -> None:
        self.answers = list(answers)
        self.containers: list[ContainerSpec] = []
        self.runs: list[tuple[RunSpec, dict[str, bytes], tuple[str, ...]]] = []

    @contextmanager
    def open(self, spec: ContainerSpec) -> Iterator[Any]:
        self.containers.append(spec)
        yield self

    def run(self, spec: RunSpec, *, files: Mapping[str, Any], executables: Sequence[str]) -> Completed:
        read = {name: data.read() if isinstance(data, Capture) else bytes(data) for name, data in files.items()}
        self.runs.append((spec, read, tuple(executables)))
        return self.answers.pop(0)


@pytest.fixture
def store(tmp_path: Path) -> ArtifactStore:
    return ArtifactStore(tmp_path / "artifacts")


Compile = Callable[..., Compiled]


@pytest.fixture
def compile_with(store: ArtifactStore) -> Compile:
    def run(
        sandbox: FakeSandbox, language: LanguageSpec = C, files: Sequence[SourceFile] = SOURCE, **options: Any
    ) -> Compiled:
        toolchain = options.pop("toolchain", TOOLCHAIN)
        return compile_program(sandbox.open, toolchain, language, files, store, CompileOptions(**options))

    return run


def test_a_program_is_compiled_under_the_limits_of_compilers(compile_with: Compile) -> None:
    sandbox = FakeSandbox(completed({"prog": PROGRAM}, stderr=b"main.c:1: warning: odd\n"))
    compiled = compile_with(sandbox)
    spec, files, _ = sandbox.runs[0]
    assert spec.argv == ("/usr/bin/cc", "-o", "prog", "main.c")
    assert files == {"main.c": b"int main;"}
    assert spec.limits == COMPILE_LIMITS
    assert sandbox.containers[0].policy == "compile"
    assert compiled.report.ok
    assert compiled.report.log == "a.c:1: warning: odd"
    assert compiled.artifact is not None
    assert (compiled.artifact / "prog").read_bytes() == PROGRAM
    assert (compiled.artifact / "prog").stat().st_mode & 0o111
    assert compiled.run_spec(Limits(), ["x"]).argv == ("/artifact/prog", "x")


def test_the_same_again_runs_no_compiler(compile_with: Compile) -> None:
    first = compile_with(FakeSandbox(completed({"prog": PROGRAM}, stderr=b"warning")))
    second = compile_with(FakeSandbox())
    assert second.report == msgspec.structs.replace(first.report, cached=True)
    assert second.artifact == first.artifact


def test_a_compile_error_is_remembered_too(compile_with: Compile) -> None:
    first = compile_with(FakeSandbox(completed(exit_code=1, stderr=b"main.c:1: error: no")))
    second = compile_with(FakeSandbox())
    assert (first.report.ok, second.report.ok, second.report.cached) == (False, False, True)
    assert second.report.log == "a.c:1: error: no"
    assert second.artifact is None
    with pytest.raises(ValueError, match="no program"):
        second.run_spec(Limits())


@pytest.mark.parametrize(
    "lower",
    [{"open_files": 4}, {"address_space_bytes": 64 << 20}, {"memory_bytes": 64 << 20}, {"stack_bytes": 1 << 20}],
)
def test_what_is_refused_under_lower_limits_than_usual_is_asked_again(
    compile_with: Compile, lower: dict[str, int]
) -> None:
    limits = msgspec.structs.replace(COMPILE_LIMITS, **lower)
    assert not compile_with(FakeSandbox(completed(exit_code=1, stderr=b"Too many open files")), limits=limits).report.ok
    assert compile_with(FakeSandbox(completed({"prog": PROGRAM}))).report.ok
    assert compile_with(FakeSandbox(), limits=limits).report.cached


def test_a_compile_error_under_higher_limits_than_usual_is_remembered(compile_with: Compile) -> None:
    limits = msgspec.structs.replace(COMPILE_LIMITS, open_files=4096)
    compile_with(FakeSandbox(completed(exit_code=1, stderr=b"main.c:1: error: no")), limits=limits)
    assert compile_with(FakeSandbox()).report.cached


@pytest.mark.parametrize(
    ("result", "words"),
    [
        ({"outcome": Outcome.CPU_LIMIT, "cause": "30.1 s"}, "compiling took too much CPU time (30.1 s)"),
        ({"outcome": Outcome.MEMORY_LIMIT}, "compiling took too much memory"),
        ({"outcome": Outcome.OUTPUT_LIMIT}, "the compiler wrote too much output"),
        ({"outcome": Outcome.SIGNALLED, "signal": 11}, "the compiler died of signal 11"),
    ],
)
def test_a_limit_is_a_compile_error_with_its_reason_and_not_remembered(
    compile_with: Compile, result: dict[str, Any], words: str
) -> None:
    compiled = compile_with(FakeSandbox(completed(exit_code=None, stderr=b"half a message", **result)))
    assert not compiled.report.ok
    assert compiled.report.log == f"{words}\nhalf a message"
    assert compile_with(FakeSandbox(completed({"prog": PROGRAM}))).report.ok


def test_success_without_a_program_is_a_compile_error(compile_with: Compile) -> None:
    compiled = compile_with(FakeSandbox(completed()))
    assert not compiled.report.ok
    assert compiled.report.log == "the compiler reported success but left no prog"


def test_a_program_that_is_too_large_is_a_compile_error(compile_with: Compile) -> None:
    done = completed({"prog": PROGRAM})
    done.files["prog"].truncated = True
    assert "larger than" in compile_with(FakeSandbox(done)).report.log


def test_names_in_messages_are_relative_to_the_submission(compile_with: Compile) -> None:
    log = b"/work/main.c:1: error\nin /artifact/main.c and ./main.c\n"
    assert compile_with(FakeSandbox(completed(exit_code=1, stderr=log))).report.log == ("a.c:1: error\nin a.c and a.c")


def test_each_author_reads_the_names_that_he_gave(compile_with: Compile) -> None:
    log = b"main.c:1: x.main.c, main.cpp, main.c.o, domain.c, 'main.c' lib/main.c\n"
    read = "a.c:1: x.main.c, main.cpp, main.c.o, domain.c, 'a.c' lib/main.c"
    assert compile_with(FakeSandbox(completed(exit_code=1, stderr=log))).report.log == read
    again = compile_with(FakeSandbox(), C, [SourceFile(name="other.c", content=SOURCE[0].content)]).report
    assert again.cached
    assert again.log == read.replace("a.c:1", "other.c:1").replace("'a.c'", "'other.c'")


def test_a_long_name_makes_no_long_log(compile_with: Compile) -> None:
    files = [SourceFile(name="n" * 190 + ".c", content=b"int y;")]
    log = compile_with(FakeSandbox(completed(exit_code=1, stderr=b"main.c " * 5000)), C, files).report.log
    assert len(log) < 100_000


def elf(entry: int, wide: bool = True) -> bytes:
    number = entry.to_bytes(8 if wide else 4, "little")
    return b"\x7fELF" + (b"\2" if wide else b"\1") + bytes(19) + number + bytes(8)


@pytest.mark.parametrize("program", [b"", b"!<arch>\n__.PKGDEF", elf(0), elf(0, wide=False), b"\x7fEL", b"MZ", b"text"])
def test_what_no_kernel_can_start_is_a_compile_error(compile_with: Compile, program: bytes) -> None:
    report = compile_with(FakeSandbox(completed({"prog": program}, stderr=b"said"))).report
    assert not report.ok
    assert report.log == "the compiler left prog, but no program: is there a main function, or is it a library?\nsaid"


@pytest.mark.parametrize("program", [PROGRAM, elf(4096), elf(1 << 40), elf(4096, wide=False)])
def test_what_a_kernel_can_start_is_a_program(compile_with: Compile, program: bytes) -> None:
    assert compile_with(FakeSandbox(completed({"prog": program}))).report.ok


class TestTheClassToStart:
    JAVA = msgspec.structs.replace(
        C, artifact=("classes/**/*",), run=("/java", "{main}"), source=SourceRule(main_class=True)
    )

    def test_is_found_in_what_was_compiled_and_remembered(self, compile_with: Compile) -> None:
        for box in (FakeSandbox(completed({"classes/x/Y.class": class_file("x/Y", source="a.c")})), FakeSandbox()):
            compiled = compile_with(box, self.JAVA)
            assert compiled.run_spec(Limits()).argv == ("/java", "x.Y")

    def test_is_missing_where_nothing_was_compiled(self, compile_with: Compile) -> None:
        assert compile_with(FakeSandbox(completed()), self.JAVA).report.log.startswith("no class was compiled")

    def test_is_missing_from_a_library(self, compile_with: Compile) -> None:
        report = compile_with(FakeSandbox(completed({"classes/Y.class": class_file("Y", flags=1)})), self.JAVA).report
        assert not report.ok
        assert "no class has a main method" in report.log


def test_a_language_without_a_compile_step_runs_its_sources(compile_with: Compile) -> None:
    sandbox = FakeSandbox()
    compiled = compile_with(sandbox, SCRIPT, [SourceFile(name="x.s", content=b"go"), SourceFile(name="d", content=b"")])
    assert sandbox.containers == []
    assert compiled.artifact is not None
    assert (compiled.artifact / "x.s").read_bytes() == b"go"
    assert (compiled.artifact / "d").exists()
    assert compiled.run_spec(Limits()).argv == ("/usr/bin/vm", "/artifact/x.s")


def test_a_check_leaves_the_sources_as_the_program(compile_with: Compile) -> None:
    checked = msgspec.structs.replace(SCRIPT, compile=(("/usr/bin/vm", "--check", "{source}"),))
    compiled = compile_with(FakeSandbox(completed()), checked, [SourceFile(name="x.s", content=b"go")])
    assert compiled.artifact is not None
    assert [path.name for path in compiled.artifact.iterdir()] == ["x.s"]


def test_each_step_starts_with_what_the_one_before_left(compile_with: Compile) -> None:
    language = msgspec.structs.replace(
        C, compile=(("/bin/one", "{source}"), ("/bin/two",)), executables=("prog", "*.sh")
    )
    sandbox = FakeSandbox(completed({"main.o": b"o", "do.sh": b"#!"}), completed({"prog": PROGRAM}))
    assert compile_with(sandbox, language).report.ok
    assert sandbox.runs[0][0].collect.patterns == ("**/*",)
    assert sandbox.runs[1][1] == {"main.o": b"o", "do.sh": b"#!"}
    assert sandbox.runs[1][2] == ("do.sh",)


def test_a_step_that_fails_ends_the_compile(compile_with: Compile) -> None:
    language = msgspec.structs.replace(C, compile=(("/bin/one",), ("/bin/two",)))
    sandbox = FakeSandbox(completed(exit_code=1, stdout=b"stop here"))
    assert compile_with(sandbox, language).report.log == "stop here"
    assert len(sandbox.runs) == 1


def test_bad_names_never_reach_the_sandbox(compile_with: Compile) -> None:
    sandbox = FakeSandbox()
    compiled = compile_with(sandbox, C, [SourceFile(name="../../etc/passwd", content=b"")])
    assert not compiled.report.ok
    assert "must not contain '.', '..'" in compiled.report.log
    assert sandbox.containers == []


def test_a_file_that_looks_compiled_is_not_part_of_the_program(compile_with: Compile) -> None:
    java = msgspec.structs.replace(C, artifact=("classes/**/*.class",))
    box = FakeSandbox(completed({"classes/Main.class": b"new"}))
    smuggled = (*SOURCE, *(SourceFile(name=name, content=b"old") for name in ("classes/Hidden.class", "classes/x.txt")))
    done = compile_with(box, java, smuggled)
    assert done.report.ok
    assert set(box.runs[0][1]) == {"main.c", "classes/x.txt"}


def test_a_submissions_own_compiled_files_are_left_out_where_sources_are_run(compile_with: Compile) -> None:
    racket = msgspec.structs.replace(C, artifact=("**/*",), source=SourceRule(compiled=("**/compiled/**/*",)))
    box = FakeSandbox(completed({"main.c": b"", "compiled/a.zo": b"new"}))
    smuggled = (*SOURCE, *(SourceFile(name=name, content=b"old") for name in ("lib/compiled/a.zo", "compiled/a.dep")))
    assert compile_with(box, racket, smuggled).report.ok
    assert set(box.runs[0][1]) == {"a.c"}


def test_files_that_were_not_collected_are_a_compile_error(compile_with: Compile) -> None:
    done = completed({"prog": PROGRAM})._replace(passed_over=3)
    report = compile_with(FakeSandbox(done)).report
    assert not report.ok
    assert "compiling left 4 files, more than" in report.log


@pytest.mark.parametrize("name", ["a\udcff", "d/" * 60 + "x", "/".join(["d" * 240] * 5)])
def test_a_program_whose_files_no_store_can_keep_is_a_compile_error(compile_with: Compile, name: str) -> None:
    box = FakeSandbox(completed({"prog": b"", name: b""}))
    report = compile_with(box, C, SOURCE).report
    assert not report.ok
    assert "compiling left a file" in report.log


def test_files_that_do_not_fit_are_a_compile_error(compile_with: Compile) -> None:
    class Full(FakeSandbox):
        def run(self, spec: RunSpec, *, files: Mapping[str, Any], executables: Sequence[str]) -> Completed:
            raise WorkFilesError("put a/b", errno.ENOSPC, "/work/a/b")

    report = compile_with(Full(), C, SOURCE).report
    assert not report.ok
    assert "put a/b: No space left on device" in report.log


def test_a_fault_of_the_sandbox_is_raised_and_nothing_is_kept(compile_with: Compile) -> None:
    class Broken(FakeSandbox):
        def run(self, *_: Any, **__: Any) -> Completed:
            raise InfrastructureError("no cgroup")

    with pytest.raises(InfrastructureError):
        compile_with(Broken())
    assert compile_with(FakeSandbox(completed({"prog": PROGRAM}))).report.ok


def test_the_key_changes_with_everything_that_decides_the_program() -> None:
    def key_of(language: LanguageSpec = C, toolchain: Toolchain = TOOLCHAIN, content: bytes = b"x") -> str:
        return artifact_key(toolchain, language, prepare(language, [SourceFile(name="a.c", content=content)]))

    other_flags = msgspec.structs.replace(C, compile=(("/usr/bin/cc", "-O3", "{sources}"),))
    other_toolchain = Toolchain(rootfs=TOOLCHAIN.rootfs, digest="host-2")
    keys = {key_of(), key_of(content=b"y"), key_of(language=other_flags), key_of(toolchain=other_toolchain)}
    assert len(keys) == 4
    assert key_of() == key_of(language=msgspec.structs.replace(C, name="another name", time_factor=3.0))


def test_the_authors_arguments_are_a_part_of_the_key() -> None:
    prepared = prepare(C, [SourceFile(name="a.c", content=b"x")])
    keys = {artifact_key(TOOLCHAIN, C, prepared, arguments) for arguments in ((), ("-a",), ("-a", ""), ("-a -b",))}
    assert len(keys) == 4
    assert artifact_key(TOOLCHAIN, C, prepared) in keys


def test_nothing_tells_a_tenant_what_another_has_handed_in(tmp_path: Path) -> None:
    store = ArtifactStore(tmp_path / "artifacts")
    sandbox = FakeSandbox(*[completed({"prog": PROGRAM})] * 4)

    def compile_for(artifacts: ArtifactStore | SubmissionStore) -> bool:
        return compile_program(sandbox.open, TOOLCHAIN, C, SOURCE, artifacts).report.cached

    tenants = [SubmissionStore(store, tenant) for tenant in ("amy", "bob", "")]
    assert [compile_for(artifacts) for artifacts in (store, *tenants)] == [False] * 4  # type: ignore[arg-type]
    assert [compile_for(artifacts) for artifacts in (store, *tenants)] == [True] * 4  # type: ignore[arg-type]
    assert len(sandbox.containers) == 4


# --- sources that are run before they are checked -----------------------------------------------------------

CHECKED = LanguageSpec(
    id="k",
    name="K",
    extensions=("k",),
    run=("/usr/bin/k", "{source}"),
    check=(("/usr/bin/k", "-c", "{sources}"),),
    source=SourceRule(name="main.k"),
)
CHECKED_SOURCE = (SourceFile(name="a.k", content=b"say 1"),)


def test_a_check_asks_under_the_policy_of_compilers_and_the_sources_are_the_program(compile_with: Compile) -> None:
    sandbox = FakeSandbox(completed(stderr=b"syntax fine"))
    compiled = compile_with(sandbox, CHECKED, CHECKED_SOURCE)
    ((spec, files, _),) = sandbox.runs
    assert (spec.argv, files) == (("/usr/bin/k", "-c", "main.k"), {"main.k": b"say 1"})
    assert sandbox.containers[0].policy == "compile"
    assert (compiled.report.ok, compiled.report.checked, compiled.report.log) == (True, True, "syntax fine")
    assert compiled.unchecked is None
    assert compiled.artifact is not None
    assert (compiled.artifact / "main.k").read_bytes() == b"say 1"


def test_a_program_that_is_run_first_opens_no_container_and_leaves_no_artifact(
    compile_with: Compile, store: ArtifactStore
) -> None:
    sandbox = FakeSandbox()
    compiled = compile_with(sandbox, CHECKED, CHECKED_SOURCE, run_first=True)
    assert (sandbox.containers, store.usage().entries) == ([], 0)
    assert (compiled.report.ok, compiled.report.checked, compiled.report.cached) == (True, False, False)
    assert compiled.run_spec(Limits()).argv == ("/usr/bin/k", "/artifact/main.k")
    assert compiled.artifact is not None
    assert {path.name: path.read_bytes() for path in compiled.artifact.iterdir()} == {"main.k": b"say 1"}


@pytest.mark.parametrize(("exit_code", "ok"), [(0, True), (1, False)])
def test_the_check_is_asked_later_and_its_answer_remembered(compile_with: Compile, exit_code: int, ok: bool) -> None:
    compiled = compile_with(FakeSandbox(), CHECKED, CHECKED_SOURCE, run_first=True)
    sandbox = FakeSandbox(completed(exit_code=exit_code, stderr=b"main.k:1: odd"))
    checked = compiled.checked(sandbox.open)
    assert (checked.report.ok, checked.report.checked, checked.report.log) == (ok, True, "a.k:1: odd")
    assert checked.checked(FakeSandbox().open) is checked
    again = compile_with(FakeSandbox(), CHECKED, CHECKED_SOURCE, run_first=True)
    assert (again.report.ok, again.report.cached, again.unchecked) == (ok, True, None)


def test_a_check_that_a_limit_ended_is_a_compile_error_and_a_cancelled_one_nothing(compile_with: Compile) -> None:
    compiled = compile_with(FakeSandbox(), CHECKED, CHECKED_SOURCE, run_first=True)
    limited = compiled.checked(FakeSandbox(completed(exit_code=None, outcome=Outcome.CPU_LIMIT)).open)
    assert limited.report.log == "compiling took too much CPU time"
    with pytest.raises(CancelledError):
        compiled.checked(FakeSandbox(completed(exit_code=None, outcome=Outcome.CANCELLED)).open)
    assert compile_with(FakeSandbox(), CHECKED, CHECKED_SOURCE, run_first=True).unchecked is not None


def test_a_language_that_compiles_or_checks_first_does_not_wait_for_a_run(compile_with: Compile) -> None:
    first = msgspec.structs.replace(CHECKED, check_first=True)
    assert compile_with(FakeSandbox(completed()), first, CHECKED_SOURCE, run_first=True).unchecked is None
    assert compile_with(FakeSandbox(completed({"prog": PROGRAM})), run_first=True).unchecked is None
    older = msgspec.structs.replace(CHECKED, id="o", check=(), compile=CHECKED.check)
    assert compile_with(FakeSandbox(completed()), older, CHECKED_SOURCE, run_first=True).unchecked is None


def test_what_a_check_found_is_found_under_the_name_that_compile_had_for_it() -> None:
    older = msgspec.structs.replace(CHECKED, check=(), compile=CHECKED.check)
    prepared = prepare(CHECKED, CHECKED_SOURCE)
    assert artifact_key(TOOLCHAIN, older, prepared) == artifact_key(TOOLCHAIN, CHECKED, prepared)


def test_staged_sources_have_the_languages_own_files_and_are_gone_after_use(compile_with: Compile) -> None:
    language = msgspec.structs.replace(CHECKED, artifact_files={".judge/start.k": "ours"})
    files = (*CHECKED_SOURCE, SourceFile(name="lib/b.k", content=b"sub"))
    compiled = compile_with(FakeSandbox(), language, files, run_first=True)
    directory = compiled.artifact
    assert directory is not None
    assert sorted(str(path.relative_to(directory)) for path in directory.rglob("*") if path.is_file()) == [
        ".judge/start.k",
        "a.k",
        "lib/b.k",
    ]
    del compiled
    assert not directory.exists()
