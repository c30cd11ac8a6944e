"""What happens to honest programs on their way here: names, encodings, early exits, libraries. Real compilers."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import needs
import pytest
from _pytest.mark import ParameterSet

from judge.grading.execute import open_submission
from judge.model.limits import Limits
from judge.model.submission import SourceFile
from judge.model.units import S_NS
from judge.sandbox.capture import Completed
from judge.sandbox.slot import Slot
from judge.state_dir import StateDir
from judge.toolchain.artifacts import ArtifactStore
from judge.toolchain.compile import Compiled, compile_program
from judge.toolchain.definitions import Languages, language_limits
from judge.toolchain.roots import Toolchains

Run = Callable[..., tuple[Compiled, Completed | None]]

#: Languages on layers of npm and PyPI packages: slow tests, which build the layer that they miss.
LAYERED = frozenset({"bun", "deno", "kotlin", "livescript", "typescript"})


def rows(*given: tuple[str, ...]) -> list[ParameterSet]:
    """Rows of a table whose first word is the language; those that need a layer are slow."""
    return [pytest.param(*row, marks=[pytest.mark.slow] if row[0] in LAYERED else []) for row in given]


def install_layer(language_id: str, state_dir: Path) -> None:
    """As the command does, in a process of its own."""
    code = "import sys; from judge.cli.main import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "languages", "install", language_id]
    done = subprocess.run(
        command, env={**os.environ, "JUDGE_STATE_DIR": str(state_dir)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture
def run(sandbox_slot: Slot, sandbox_state: Path) -> Run:
    """Compile one file and run it: (language, name, content) -> (compiled, run or None after a compile error)."""
    toolchains = Toolchains(StateDir(sandbox_state))
    store = ArtifactStore(sandbox_state / "artifacts")

    def run(language_id: str, name: str, content: bytes) -> tuple[Compiled, Completed | None]:
        language = Languages.open().get(language_id)
        if language_id in LAYERED and not toolchains.state(language).ready:
            install_layer(language_id, sandbox_state)
            toolchains.forget()
        if not toolchains.state(language).ready:
            pytest.skip(needs.language(language_id))
        toolchain = toolchains(language)
        files = [SourceFile(name=name, content=content)]
        compiled = compile_program(sandbox_slot.container, toolchain, language, files, store)
        if not compiled.report.ok:
            return compiled, None
        limits = language_limits(
            language,
            Limits(cpu_time_hard_ns=9 * S_NS, cpu_time_ns=9 * S_NS, wall_time_ns=99 * S_NS, memory_bytes=1 << 29),
        )
        with open_submission(sandbox_slot.container, toolchain, compiled, limits) as box:
            return compiled, box.container.run(box.plain)

    return run


JS = """
console.log(Array.from({ length: 600000 }, (_, i) => i).join("\\n"));
console.error("x".repeat(300000));
process.exit(0);
"""
JAVA_MAIN = "public static void main(String... a) { System.out.println(7); }"
COFFEE = 'console.log (i for i in [0...600000]).join("\\n")\nconsole.error "x".repeat 300000\nprocess.exit 0\n'


@pytest.mark.parametrize(
    ("language", "name", "text"),
    rows(
        ("javascript", "a.js", JS),
        ("javascript", "a.mjs", f"import 'fs'; {JS}"),
        ("javascript", "a.js", f"process.stdout; {JS}"),
        ("typescript", "a.ts", JS),
        ("deno", "a.ts", f'import process from "node:process"; {JS}'),
        ("bun", "a.ts", JS),
        ("coffeescript", "a.coffee", COFFEE),
        (
            "livescript",
            "a.ls",
            'count = 600000\nconsole.log [0 til count].join "\\n"\nconsole.error "x" * 300000\nprocess.exit 0\n',
        ),
    ),
)
def test_output_of_a_program_that_exits_at_once_is_whole(run: Run, language: str, name: str, text: str) -> None:
    compiled, done = run(language, name, text.encode())
    assert done is not None, compiled.report.log
    assert done.result.ok, done.stderr.text()
    assert done.stdout.read().rstrip() == b"\n".join(b"%d" % number for number in range(600_000))
    assert done.stderr.size_bytes == 300_001


@pytest.mark.parametrize(
    ("language", "name", "text"),
    rows(
        ("java", "Odd.java", f"package a.b; class X {{}} class Y {{ {JAVA_MAIN} }}"),
        ("java", "x.java", f"class B {{ {JAVA_MAIN} }} class C extends B {{}}"),
        ("kotlin", "main.kt", "package contest.a\nfun main() { println(7) }\n"),
        ("kotlin", "main.kt", "object Solution { @JvmStatic fun main(args: Array<String>) { println(7) } }\n"),
        ("kotlin", "a-b.kt", "fun main() { println(7) }\n"),
        ("kotlin", "1x.kt", "fun main(args: Array<String>) { println(7) }\n"),
        ("kotlin", "x.kt", '@file:JvmName("Foo")\nsuspend fun main() { println(7) }\n'),
        ("scala", "odd-name.scala", "package p\nobject Q extends App { println(7) }\n"),
        ("groovy", "9-a.groovy", "println 7\n"),
        ("groovy", "x.groovy", "package q\nclass Z { static void main(String[] a) { println 7 } }\n"),
    ),
)  # fmt: skip
def test_the_class_to_start_is_found_whatever_its_name(run: Run, language: str, name: str, text: str) -> None:
    compiled, done = run(language, name, text.encode())
    assert done is not None, compiled.report.log
    assert done.stdout.read() == b"7\n", done.stderr.text()


@pytest.mark.parametrize(
    ("language", "name", "text"),
    rows(
        ("go", "a.go", "package solution\nfunc F() int { return 1 }\n"),
        ("rust", "a.rs", '#![crate_type = "lib"]\npub fn f() {}\n'),
        ("rust", "b.rs", '#![crate_type = "cdylib"]\npub fn f() {}\n'),
        ("java", "S.java", "package a.b; public class S { int x; }\n"),
        ("c", "a.c", "int f(void) { return 0; }\n"),
        ("haskell", "a.hs", "module Foo where\nx = 1\n"),
        ("csharp", "a.cs", "class A { static int X() { return 1; } }\n"),
    ),
)
def test_a_library_is_a_compile_error(run: Run, language: str, name: str, text: str) -> None:
    compiled, done = run(language, name, text.encode())
    assert done is None
    assert compiled.report.log
    assert "Exec format" not in compiled.report.log


@pytest.mark.parametrize("language", ["python3", "pypy3"])
def test_python_that_is_not_utf_8_is_a_compile_error_in_cpythons_words(run: Run, language: str) -> None:
    compiled, done = run(language, "mine.py", b"x = 1\n\n# \xdc\nprint(x)\n")
    assert done is None
    words = "SyntaxError: Non-UTF-8 code starting with '\\xdc' in file mine.py on line 3, but no encoding declared"
    assert words in compiled.report.log
    _, done = run(language, "mine.py", b"# -*- coding: latin-1 -*-\nprint(ord('\xdc'))\n")
    assert done is not None
    assert done.stdout.read() == b"220\n"


def test_a_compiler_speaks_of_the_file_that_was_handed_in(run: Run) -> None:
    compiled, _ = run("c", "my answer.c", b"int main(void) { return x; }\n")
    assert compiled.report.log.startswith("my answer.c: In function")


PRINTS_7 = {
    "python3": "print(7)  # ü\n",
    "bash": "if true\nthen\n  echo 7\nfi\n",
    "php": '<?php\necho 7, "\\n";\n',
    "perl": 'print 7,\n "\\n";\n',
    "ruby": "puts(\n 7)\n",
    "c": '#include <stdio.h>\n#define X \\\n 7\nint main(void) { printf("%d\\n", X); }\n',
    "java": "class A { public static void main(String[] a) {\nSystem.out.println(7); } }\n",
    "javascript": "console.log(\n7)\n",
    "go": 'package main\nimport "fmt"\nfunc main() { fmt.Println(7) }\n',
    "rust": 'fn main() {\n println!("7"); }\n',
    "haskell": "main :: IO ()\nmain = do\n  print 7\n",
    "pascal": "begin\n writeln(7);\nend.\n",
    "csharp": "class A { static void Main() {\n System.Console.WriteLine(7); } }\n",
    "kotlin": "fun main() {\n println(7) }\n",
}


@pytest.mark.parametrize("language", rows(*((language,) for language in PRINTS_7)))
def test_a_program_in_the_ways_of_windows_runs(run: Run, language: str) -> None:
    name = f"a.{Languages.open().get(language).extensions[0]}"
    text = PRINTS_7[language].replace("\n", "\r\n")
    for content in (b"\xef\xbb\xbf" + text.encode(), text.encode("utf-16")):
        compiled, done = run(language, name, content)
        assert done is not None, compiled.report.log
        assert done.stdout.read() == b"7\n", done.stderr.text()


@pytest.mark.parametrize("language", rows(*((language,) for language in PRINTS_7)))
def test_bytes_that_are_no_utf_8_are_never_more_than_a_compile_error(run: Run, language: str) -> None:
    extension = Languages.open().get(language).extensions[0]
    run(language, f"a.{extension}", PRINTS_7[language].encode().replace(b"7", b'"\xdc\xff\x00"'))
