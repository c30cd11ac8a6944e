"""go-judge's /run against a real gateway and worker: every field, default, limit and error of its interface."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from gateway_harness import Gateway

S = 1_000_000_000
MIB = 1 << 20
OUT = [{"name": "stdout", "max": 10240}, {"name": "stderr", "max": 10240}]
LIMITS = {"cpuLimit": 10 * S, "clockLimit": 30 * S, "memoryLimit": 256 * MIB, "procLimit": 50}


def cmd(*args: str, stdin: Any = None, **fields: Any) -> dict[str, Any]:
    """A command as clients send it."""
    files = [{"content": ""} if stdin is None else stdin, *OUT]
    return {"args": list(args), "env": ["PATH=/usr/bin:/bin"], "files": files, **LIMITS, **fields}


def python(text: str, **fields: Any) -> dict[str, Any]:
    return cmd("/usr/bin/python3", "-c", text, **fields)


def sh(text: str, **fields: Any) -> dict[str, Any]:
    return cmd("/bin/sh", "-c", text, **fields)


@pytest.fixture
def run(dialects: Gateway, school: str) -> Callable[..., list[dict[str, Any]]]:
    """Runs commands; their results."""

    def ask(*cmds: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
        answered = dialects.post("/go-judge/run", {"cmd": list(cmds), **more}, key=school)
        assert answered.status == 200, answered.body
        assert answered.headers["content-type"] == "application/json; charset=utf-8"
        assert answered.body.endswith(b"\n")
        results = answered.json()
        assert len(results) == len(cmds)
        assert all({"status", "exitStatus", "time", "memory", "runTime"} <= set(one) for one in results)
        return list(results)

    return ask


Run = Callable[..., list[dict[str, Any]]]


def test_a_command_finds_w_its_input_and_the_tools_of_the_host(run: Run) -> None:
    (one,) = run(sh("pwd; echo $HOME; cat", stdin={"content": "in\n"}))
    assert one["status"] == "Accepted"
    assert one["files"] == {"stdout": "/w\n/w\nin\n", "stderr": ""}
    assert one["exitStatus"] == 0
    assert one["time"] > 0
    assert one["runTime"] > 0
    assert one["memory"] > 0
    assert "error" not in one
    assert "fileIds" not in one


@pytest.mark.parametrize(
    ("command", "status", "exit_status"),
    [
        (sh("exit 0"), "Accepted", 0),
        (sh("exit 3"), "Nonzero Exit Status", 3),
        (sh("kill -SEGV $$"), "Signalled", 11),
        (python("while True: pass", cpuLimit=S // 5, clockLimit=3 * S), "Time Limit Exceeded", 9),
        (sh("sleep 30", cpuLimit=S // 5, clockLimit=S // 2), "Time Limit Exceeded", 9),
        (sh("sleep 30", cpuLimit=S // 5, clockLimit=9 * S, realCpuLimit=S // 2), "Time Limit Exceeded", 9),
        (sh("sleep 30", cpuLimit=S // 5, clockLimit=0), "Time Limit Exceeded", 9),
        (sh("true", cpuLimit=0, clockLimit=S), "Time Limit Exceeded", None),
        (sh("true", memoryLimit=0), "Memory Limit Exceeded", None),
        (python("b = bytearray(1 << 30)", memoryLimit=64 * MIB), "Memory Limit Exceeded", 9),
        (
            python("import os\nif os.fork() == 0: b = bytearray(1 << 30)\nos.wait()", memoryLimit=64 * MIB),
            "Memory Limit Exceeded",
            None,
        ),
        (sh("head -c 20000 /dev/zero"), "Output Limit Exceeded", None),
        (sh("head -c 20000 /dev/zero >&2"), "Output Limit Exceeded", None),
        (python("import os; os.fork()", procLimit=1), "Nonzero Exit Status", 1),
        (python("import os; os.fork()", procLimit=0), "Nonzero Exit Status", 1),
        (cmd("/usr/bin/nothing"), "Nonzero Exit Status", 127),
        (cmd("nothing"), "Nonzero Exit Status", 127),
    ],
)
def test_how_a_command_ends(run: Run, command: dict[str, Any], status: str, exit_status: int | None) -> None:
    (one,) = run(command)
    assert one["status"] == status, one
    if exit_status is not None:
        assert one["exitStatus"] == exit_status, one


def test_a_refused_system_call_is_a_signal_and_no_word_that_clients_take_for_success(run: Run) -> None:
    text = "import ctypes; ctypes.CDLL(None).mount(b'a', b'b', b'c', 0, 0)"
    (one,) = run(python(text))
    assert (one["status"], one["exitStatus"]) == ("Signalled", 31)
    assert "error" in one


def test_big_bss_is_a_memory_limit(run: Run, dialects: Gateway, school: str) -> None:
    source = "static volatile char b[512 << 20]; int main() { for (long i = 0; i < 1L << 29; i += 4096) b[i] = 1; }"
    build = cmd("/usr/bin/gcc", "a.c", "-o", "a", copyIn={"a.c": {"content": source}}, copyOutCached=["a"])
    (built,) = run(build)
    (one,) = run(cmd("a", copyIn={"a": {"fileId": built["fileIds"]["a"]}}, memoryLimit=64 * MIB))
    assert one["status"] == "Memory Limit Exceeded"


def test_files_in_and_out_of_a_command(run: Run) -> None:
    copy_in = {
        "a/b": {"content": "1"},
        "/w/c": {"content": "2"},
        "./d": {"content": "3"},
        "link": {"symlink": "a/b"},
    }
    (one,) = run(
        sh("cat a/b c d link; ls -l a/b | cut -c1-10; echo x > out; mkdir e", copyIn=copy_in, copyOut=["out", "no?"])
    )
    assert one["files"]["stdout"] == "1231-rwxr-xr-x\n"
    assert one["files"]["out"] == "x\n"
    assert (one["status"], "fileError" in one) == ("Accepted", False)


@pytest.mark.parametrize(
    ("script", "names", "more", "kind", "status"),
    [
        ("true", ["none"], {}, "CopyOutOpen", "File Error"),
        ("mkdir d", ["d"], {}, "CopyOutNotRegularFile", "File Error"),
        ("mkdir d", ["d?"], {}, "CopyOutNotRegularFile", "File Error"),
        ("ln -s /etc/passwd l", ["l"], {}, "CopyOutNotRegularFile", "File Error"),
        ("echo 12345 > x", ["x"], {"copyOutMax": 3}, "CopyOutSizeExceeded", "File Error"),
        ("true", ["/etc/passwd"], {}, "CopyOutOpen", "File Error"),
        ("true", ["../x"], {}, "CopyOutOpen", "File Error"),
        ("exit 1", ["none"], {}, "CopyOutOpen", "Nonzero Exit Status"),
    ],
)
def test_what_cannot_be_copied_out_is_told_by_name_and_type(
    run: Run, script: str, names: list[str], more: dict[str, Any], kind: str, status: str
) -> None:
    for field in ("copyOut", "copyOutCached"):
        (one,) = run(sh(script, **{field: names}, **more))
        (error,) = one["fileError"]
        assert (one["status"], error["name"], error["type"]) == (status, names[0].removesuffix("?"), kind)
        assert error["message"]
        assert "fileIds" not in one


def test_a_file_that_is_too_large_can_be_cut(run: Run) -> None:
    (one,) = run(sh("echo 12345 > x", copyOut=["x"], copyOutMax=3, copyOutTruncate=True))
    assert (one["status"], one["files"]["x"]) == ("Accepted", "123")


def test_streams_can_be_kept_and_a_name_in_both_lists_is_kept_alone(run: Run, dialects: Gateway, school: str) -> None:
    (one,) = run(sh("echo out; echo f > f", copyOut=["stdout", "stderr", "f"], copyOutCached=["stdout", "f"]))
    assert one["files"] == {"stderr": ""}
    for name, content in (("stdout", b"out\n"), ("f", b"f\n")):
        answered = dialects.get(f"/go-judge/file/{one['fileIds'][name]}", key=school)
        assert answered.body == content
        assert answered.headers["content-disposition"] == f'attachment; filename="{name}"'


def test_one_name_for_both_outputs_is_one_file(run: Run) -> None:
    files = [None, {"name": "all", "max": 100}, {"name": "all", "max": 100}]
    (one,) = run(sh("echo a; echo b >&2; echo c", files=files))
    assert one["files"] == {"all": "a\nb\nc\n"}


def test_descriptors_above_2_are_read_and_collected(run: Run) -> None:
    files = [
        None,
        *OUT,
        {"content": "three"},
        {"name": "four", "max": 100, "pipe": True},
        None,
        {"name": "six", "max": 9},
    ]
    (one,) = run(sh("cat <&3 >&4; echo 6 >&6", files=files))
    assert one["files"] == {"stdout": "", "stderr": "", "four": "three", "six": "6\n"}


def test_bytes_that_are_no_utf_8_are_replaced_one_by_one_and_kept_whole_in_files(
    run: Run, dialects: Gateway, school: str
) -> None:
    script = "printf 'a\\377\\376\\303\\251\\342\\202z' | tee f"
    (one,) = run(sh(script, copyOutCached=["f"]))
    assert one["files"]["stdout"] == "a\ufffd\ufffdé\ufffd\ufffdz"
    kept = dialects.get(f"/go-judge/file/{one['fileIds']['f']}", key=school)
    assert kept.body == b"a\xff\xfe\xc3\xa9\xe2\x82z"
    (back,) = run(cmd("/usr/bin/od", "-An", "-tx1", stdin={"fileId": one["fileIds"]["f"]}))
    assert back["files"]["stdout"].split() == ["61", "ff", "fe", "c3", "a9", "e2", "82", "7a"]


def test_large_input_and_output(run: Run) -> None:
    text = "0123456789abcde\n" * 65536
    files = [{"content": text}, {"name": "stdout", "max": 4 * MIB}]
    (one,) = run(cmd("/bin/cat", files=files))
    assert one["files"]["stdout"] == text


def test_limits_of_each_process_make_malloc_fail(run: Run) -> None:
    text = "try:\n bytearray(1 << 28)\nexcept MemoryError:\n print('refused')"
    for name in ("strictMemoryLimit", "dataSegmentLimit", "addressSpaceLimit"):
        (one,) = run(python(text, memoryLimit=64 * MIB, **{name: True}))
        assert (one["status"], one["files"]["stdout"]) == ("Accepted", "refused\n")


def test_processes_are_counted(run: Run) -> None:
    (one,) = run(sh("sleep 0.1 & sleep 0.1 & wait"))
    assert one["procPeak"] >= 3


def test_an_amount_beyond_all_ceilings_is_the_ceiling(run: Run) -> None:
    most = {"cpuLimit": (1 << 63) - 1, "clockLimit": (1 << 63) - 1, "memoryLimit": 1 << 62, "procLimit": 1 << 40}
    files = [None, {"name": "stdout", "max": 1 << 60}, {"name": "stderr", "max": 1 << 60}]
    two = [sh("echo x", files=files, **{**most, "stackLimit": 1 << 60, "copyOutMax": 1 << 60})] * 2
    assert [one["status"] for one in run(*two)] == ["Accepted"] * 2


def asked(*cmds: dict[str, Any], **more: Any) -> bytes:
    return json.dumps({"cmd": cmds, **more}).encode()


def pipe(source: tuple[int, int], target: tuple[int, int], **more: Any) -> dict[str, Any]:
    return {"in": {"index": source[0], "fd": source[1]}, "out": {"index": target[0], "fd": target[1]}, **more}


CAT = cmd("/bin/cat")


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"{", 400, ""),
        (b"", 400, "EOF"),
        (b"[]", 400, ""),
        (b"{}", 400, "no cmd provided"),
        (b'{"cmd":[]}', 400, "no cmd provided"),
        (b'{"cmd":null}', 400, "no cmd provided"),
        (b'{"cmd":[{"args":"x"}]}', 400, ""),
        (b'{"cmd":[{}]}', 400, "no args provided"),
        (asked(cmd("/bin/true", cpuLimit=-1)), 400, ""),
        (asked(cmd("/bin/true", files=[{}])), 400, "file is not valid for cmd"),
        (asked(cmd("/bin/true", copyIn={"a": {"name": "x"}})), 400, "file is not valid for cmd"),
        (asked(cmd("/bin/cat", stdin={"src": "/etc/passwd"})), 400, "does not under"),
        (asked(cmd("/bin/cat", copyIn={"a": {"src": "/etc/passwd"}})), 400, "does not under"),
        (asked(cmd("/bin/cat", stdin={"fileId": "ABCDEFGH"})), 500, "file not exists with id ABCDEFGH"),
        (asked(cmd("/bin/cat", stdin={"fileId": "../x"})), 400, "file not exists with id"),
        (asked(CAT, CAT, pipeMapping=[pipe((2, 1), (1, 0))]), 400, "pipe index out of range 2"),
        (asked(CAT, CAT, pipeMapping=[pipe((0, 1), (1, 0))]), 400, "pipe fd have been occupied 0 1"),
    ],
)
def test_what_is_no_request_is_answered_with_a_json_string(
    dialects: Gateway, school: str, body: bytes, status: int, words: str
) -> None:
    answered = dialects.post("/go-judge/run", body, key=school, headers={"content-type": "application/json"})
    assert answered.status == status, answered.body
    assert isinstance(answered.json(), str)
    assert words in answered.json()


def test_unknown_fields_and_nulls_are_passed_over(run: Run) -> None:
    (one,) = run(sh("true", copyIn=None, copyOut=None, cpuRateLimit=1000, cpuSetLimit="0", copyOutDir=None, new=[1]))
    assert one["status"] == "Accepted"


def test_files_that_do_not_lie_below_w_are_file_errors(run: Run) -> None:
    (one,) = run(sh("true", copyIn={"/etc/x": {"content": ""}}))
    assert (one["status"], one["fileError"][0]["type"]) == ("File Error", "CopyInCreateFile")


def piped(text: str, **more: Any) -> dict[str, Any]:
    return python(text, files=[None, None, OUT[1]], **more)


ASK = "import sys\nprint(7, flush=True)\nsys.stderr.write(input())"
ANSWER = "print(int(input()) * 6, flush=True)"


@pytest.mark.parametrize("proxy", [False, True])
def test_an_interactor_and_a_program_converse(run: Run, proxy: bool) -> None:
    pipes = [pipe((0, 1), (1, 0), proxy=proxy), pipe((1, 1), (0, 0), proxy=proxy)]
    results = run(piped(ASK), piped(ANSWER), pipeMapping=pipes)
    assert [one["status"] for one in results] == ["Accepted"] * 2
    assert results[0]["files"]["stderr"] == "42"


def test_what_goes_through_a_proxy_with_a_name_is_a_file_of_its_writer(
    run: Run, dialects: Gateway, school: str
) -> None:
    pipes = [
        pipe((0, 1), (1, 0), proxy=True, name="said", max=100),
        pipe((1, 1), (0, 0), proxy=True, name="back", max=1),
    ]
    results = run(piped(ASK), piped(ANSWER, copyOutCached=["back"]), pipeMapping=pipes)
    assert results[0]["files"]["said"] == "7\n"
    kept = dialects.get(f"/go-judge/file/{results[1]['fileIds']['back']}", key=school)
    assert kept.body == b"4"


def test_a_proxy_swallows_what_nobody_reads_and_a_bare_pipe_breaks(run: Run) -> None:
    writer = "import sys, time\ntime.sleep(0.3)\nprint('x' * 200000, flush=True)\nsys.stderr.write('alive')"
    for proxy, said in ((True, "alive"), (False, "")):
        results = run(piped(writer), piped("pass"), pipeMapping=[pipe((0, 1), (1, 0), proxy=proxy)])
        assert (results[0]["files"]["stderr"] == "alive") == bool(said)


def test_each_command_of_a_group_keeps_its_own_limits(run: Run) -> None:
    loop = piped("while True: pass", cpuLimit=S // 5)
    results = run(loop, piped("input()"), pipeMapping=[pipe((0, 1), (1, 0), proxy=True)])
    assert [one["status"] for one in results] == ["Time Limit Exceeded", "Nonzero Exit Status"]
