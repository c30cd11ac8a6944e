"""POST /run_code as clients of SandboxFusion send it: limits, files, outcomes, bytes that are no text."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from gateway_harness import Gateway

_RESULT = {"status", "execution_time", "return_code", "stdout", "stderr"}


def _b64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def run(gateway: Gateway, code: str, language: str = "python", **fields: Any) -> Any:
    answered = gateway.post("/fusion/run_code", {"code": code, "language": language, **fields})
    assert answered.status == 200, answered.body
    return answered.json()


def test_a_program_that_ends_well(dialects: Gateway) -> None:
    answer = run(dialects, "print(sum(map(int, input().split())))", stdin="2 3")
    assert answer["run_result"].keys() == _RESULT
    assert answer["run_result"].pop("execution_time") > 0
    assert answer == {
        "status": "Success",
        "message": "",
        "compile_result": None,
        "run_result": {"status": "Finished", "return_code": 0, "stdout": "5\n", "stderr": ""},
        "executor_pod_name": None,
        "files": {},
    }


def test_a_program_that_is_compiled(dialects: Gateway) -> None:
    answer = run(dialects, '#include <cstdio>\nint main() { puts("hi"); }', "cpp")
    assert answer["status"] == "Success"
    assert answer["compile_result"].keys() == _RESULT
    assert answer["compile_result"]["status"] == "Finished"
    assert answer["compile_result"]["return_code"] == 0
    assert answer["run_result"]["stdout"] == "hi\n"


def test_a_compile_error(dialects: Gateway) -> None:
    answer = run(dialects, "int main() { return x; }", "cpp")
    assert answer["status"] == "Failed"
    assert answer["message"] == ""
    assert answer["run_result"] is None
    assert answer["compile_result"]["status"] == "Finished"
    assert answer["compile_result"]["return_code"] == 1
    assert "was not declared in this scope" in answer["compile_result"]["stderr"]


def test_a_compiler_out_of_time(dialects: Gateway) -> None:
    code = "template<int N> struct S { S<N - 1> a; S<N - 2> b[2]; }; int main() { return sizeof(S<1000000>); }"
    code = "#include <bits/stdc++.h>\n#include <regex>\n" + code
    answer = run(dialects, code, "cpp", compile_timeout=0.05)
    assert answer["status"] == "Failed"
    assert answer["run_result"] is None
    assert answer["compile_result"]["status"] == "TimeLimitExceeded"
    assert answer["compile_result"]["return_code"] is None


def test_a_mistake_that_an_interpreter_finds_is_the_runs(dialects: Gateway) -> None:
    answer = run(dialects, "int a = 1")
    assert answer["status"] == "Failed"
    assert answer["compile_result"] is None
    assert answer["run_result"]["status"] == "Finished"
    assert answer["run_result"]["return_code"] == 1
    assert "SyntaxError: invalid syntax" in answer["run_result"]["stderr"]


_ENDS: dict[str, tuple[str, str, dict[str, Any], str, int | None]] = {
    "exit code": ("python", "import sys; print('so far'); sys.exit(3)", {}, "Finished", 3),
    "uncaught": ("python", "print('so far'); assert 1 == 2", {}, "Finished", 1),
    "sleeps": ("python", "import time; print('so far', flush=True); time.sleep(60)", {"run_timeout": 0.5},
               "TimeLimitExceeded", None),
    "spins": ("python", "print('so far', flush=True)\nwhile True: pass", {"run_timeout": 0.5},
              "TimeLimitExceeded", None),
    "spins in children": (
        "python", "import os\nprint('so far', flush=True)\nfor _ in range(3): os.fork()\nwhile True: pass",
        {"run_timeout": 0.5}, "TimeLimitExceeded", None,
    ),
    "segfault": ("cpp", "#include <cstdio>\nint main() { puts(\"so far\"); fflush(stdout); "
                 "*(volatile int *)0 = 1; }", {}, "Finished", -11),
    "abort": ("cpp", "#include <cstdio>\n#include <cstdlib>\nint main() { puts(\"so far\"); fflush(stdout); "
              "abort(); }", {}, "Finished", -6),
    "killed by itself": ("python", "import os; print('so far', flush=True); os.kill(os.getpid(), 9)", {},
                         "Finished", -9),
    "heap": ("cpp", "#include <cstdio>\n#include <cstring>\n#include <cstdlib>\nint main() { puts(\"so far\"); "
             "fflush(stdout); for (;;) memset(malloc(1 << 20), 1, 1 << 20); }", {"memory_limit_MB": 64},
             "Finished", -9),
    "bss": ("cpp", "#include <cstdio>\n#include <cstring>\nchar all[256 << 20]; int main() { puts(\"so far\"); "
            "fflush(stdout); memset(all, 1, sizeof all); return all[7]; }", {"memory_limit_MB": 64}, "Finished", -9),
    "a child's memory": (
        "python", "import os\nprint('so far', flush=True)\nif os.fork() == 0:\n    a = [bytearray(1 << 20) "
        "for _ in range(1000)]\nos.wait()", {"memory_limit_MB": 64}, "Finished", -9,
    ),
    "output": ("python", "print('so far')\nwhile True: print('x' * 65536)", {}, "Finished", -25),
    "processes": (
        "python", "import os, sys\nprint('so far', flush=True)\nfor _ in range(5000):\n    if os.fork() == 0:\n"
        "        import time; time.sleep(60)", {}, "Finished", 1,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", _ENDS)
def test_how_a_program_ended(dialects: Gateway, case: str) -> None:
    language, code, fields, status, return_code = _ENDS[case]
    answer = run(dialects, code, language, **fields)
    assert answer["status"] == "Failed"
    assert answer["message"] == ""
    result = answer["run_result"]
    assert (result["status"], result["return_code"]) == (status, return_code), result["stderr"][-500:]
    assert result["stdout"].startswith("so far")


def test_a_refused_call_ends_as_by_sigsys(dialects: Gateway) -> None:
    code = "#include <sys/syscall.h>\n#include <unistd.h>\nint main() { return syscall(SYS_ptrace, 0, 0, 0, 0) == -1; }"
    answer = run(dialects, code, "cpp")
    assert answer["status"] == "Failed"
    assert answer["run_result"]["return_code"] in (1, -31)


def test_several_threads_may_use_more_than_the_wall_clock(dialects: Gateway) -> None:
    code = (
        "#include <thread>\n#include <chrono>\nusing namespace std::chrono;\n"
        "int main() { auto spin = [] { auto end = steady_clock::now() + milliseconds(700); "
        "while (steady_clock::now() < end) {} }; std::thread a(spin), b(spin), c(spin); a.join(); b.join(); c.join(); }"
    )
    assert run(dialects, code, "cpp", run_timeout=30)["status"] == "Success"


def test_files_in_and_out(dialects: Gateway) -> None:
    code = (
        "import helper\n"
        "text = open('dir1/dir2/secret').read()\n"
        "open('out.bin', 'wb').write(bytes(range(256)))\n"
        "open('dir1/new [1].txt', 'w').write(text.upper())\n"
        "print(helper.WORD, text)"
    )
    files = {
        "dir1/dir2/secret": _b64(b"hello"),
        "helper.py": _b64(b"WORD = 'imported'"),
        "./absent": None,
        "IGNORE_THIS_FILE.txt": "not base64!",
    }
    wanted = ["out.bin", "dir1/new [1].txt", "dir1/../dir1/dir2/secret", "missing", "dir1", "../etc/passwd"]
    answer = run(dialects, code, files=files, fetch_files=wanted)
    assert answer["run_result"]["stdout"] == "imported hello\n", answer
    assert {name: base64.b64decode(content) for name, content in answer["files"].items()} == {
        "out.bin": bytes(range(256)),
        "dir1/new [1].txt": b"HELLO",
        "dir1/../dir1/dir2/secret": b"hello",
    }


def test_files_of_a_program_that_failed_are_fetched_all_the_same(dialects: Gateway) -> None:
    answer = run(dialects, "open('a', 'w').write('x'); exit(1)", fetch_files=["a"])
    assert answer["status"] == "Failed"
    assert answer["files"] == {"a": _b64(b"x")}


def test_more_files_than_globs(dialects: Gateway) -> None:
    code = "for n in range(40): open(f'f{n}', 'w').write(str(n))"
    answer = run(dialects, code, fetch_files=[f"f{n}" for n in range(40)])
    assert answer["files"] == {f"f{n}": _b64(str(n).encode()) for n in range(40)}


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"/etc/passwd": "eA=="}, "does not lie"),
        ({"../x": "eA=="}, "does not lie"),
        ({"a\0b": "eA=="}, "does not lie"),
        ({"": "eA=="}, "does not lie"),
        ({"a": "x"}, "is not base64"),
        ({"a": "eA==", "a/b": "eA=="}, "a"),
    ],
)
def test_files_that_cannot_be_are_said(dialects: Gateway, files: dict[str, str], said: str) -> None:
    answer = run(dialects, "print(1)", files=files)
    assert answer["status"] == "SandboxError"
    assert said in answer["message"]
    assert answer["compile_result"] is answer["run_result"] is None


def test_a_header_beside_the_program(dialects: Gateway) -> None:
    answer = run(dialects, '#include "lib/a.h"\nint main() { return A; }', "cpp",
                 files={"lib/a.h": _b64(b"#define A 4\n")})  # fmt: skip
    assert answer["run_result"]["return_code"] == 4


def test_input_and_output_are_utf8(dialects: Gateway) -> None:
    answer = run(dialects, "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read())", stdin="naïve 日本 🎈\0\r\n")
    assert answer["run_result"]["stdout"] == "naïve 日本 🎈\0\r\n"


def test_output_that_is_no_utf8_is_told_as_clients_know_it(dialects: Gateway) -> None:
    answer = run(dialects, "import sys; sys.stdout.buffer.write(b'a\\xff\\x00'); sys.stderr.buffer.write(b'\\xc3')")
    assert answer["status"] == "Success"
    said = "[DecodeError] 'utf-8' codec can't decode byte"
    assert answer["run_result"]["stdout"] == f"{said} 0xff in position 1: invalid start byte"
    assert answer["run_result"]["stderr"] == f"{said} 0xc3 in position 0: unexpected end of data"


def test_a_long_output_is_cut_and_its_program_goes_on(dialects: Gateway) -> None:
    code = "import sys\nfor _ in range(32): print('é' * 32767 + 'é')\nsys.exit(5)"
    answer = run(dialects, code)
    assert answer["run_result"]["return_code"] == 5
    assert 0 <= (1 << 20) - len(answer["run_result"]["stdout"].encode()) < 4
    assert set(answer["run_result"]["stdout"]) == {"é", "\n"}


@pytest.mark.parametrize("memory", [-1, 0, 10**9])
def test_without_a_memory_limit_there_is_the_operators(dialects: Gateway, memory: int) -> None:
    assert run(dialects, "x = bytearray(300 << 20); print(len(x))", memory_limit_MB=memory)["status"] == "Success"


@pytest.mark.parametrize("timeout", [0, -1, 1e-9])
def test_no_time_at_all(dialects: Gateway, timeout: float) -> None:
    answer = run(dialects, "while True: pass", run_timeout=timeout)
    assert answer["run_result"]["status"] == "TimeLimitExceeded"


def test_a_limit_beyond_the_operators_is_his(dialects: Gateway) -> None:
    assert run(dialects, "print(1)", run_timeout=1e12, compile_timeout=1e300)["status"] == "Success"


@pytest.mark.parametrize("language", ["cuda", "julia", "verilog", "lean", "swift", "python_gpu", "racket"])
def test_a_language_that_is_not_here_is_no_fault_of_the_program(dialects: Gateway, language: str) -> None:
    answer = run(dialects, "x", language)
    assert answer["status"] == "SandboxError"
    assert language in answer["message"]
    assert answer["run_result"] is None
