"""A copy of a process looks and ends like one that was started by itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

_HEAD = """
import os, signal, sys, tempfile, threading
from judge.errors import InfrastructureError
from judge_workers.node.forked import fork, keep_shared

def started(program, keep_fds=(), env={"A": "1"}):
    return fork(program, (sys.executable, "-m", "some.module", "--word"), env, keep_fds, signal.SIGKILL)

def code_of(pid):
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

"""


def _output(program: str, cwd: Path) -> str:
    """What a process without threads prints that runs ``program``; its copies print to standard error."""
    done = subprocess.run(
        [sys.executable, "-c", _HEAD + program], cwd=cwd, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stderr + done.stdout


@pytest.mark.parametrize(
    ("program", "code"),
    [("lambda: 7", 7), ("lambda: sys.exit(3)", 3), ("lambda: sys.exit('no')", 1), ("lambda: 1 / 0", 1)],
)
def test_it_ends_with_the_code_of_its_program(program: str, code: int, tmp_path: Path) -> None:
    assert _output(f"print(code_of(started({program})))", tmp_path).splitlines()[-1] == str(code)


def test_an_error_is_printed_and_nothing_of_the_original_is_carried_out_again(tmp_path: Path) -> None:
    text = _output("try:\n    pid = started(lambda: 1 / 0)\nfinally:\n    print('once')\ncode_of(pid)", tmp_path)
    assert "ZeroDivisionError" in text
    assert text.count("once") == 1


def test_it_shows_its_own_command_line_environment_and_directory_of_temporary_files(tmp_path: Path) -> None:
    text = _output(
        "tempfile.gettempdir()\n"
        "def look():\n"
        "    words = open('/proc/self/cmdline').read().rstrip(chr(0)).split(chr(0))\n"
        "    print(words[1:], sys.argv, dict(os.environ), tempfile.gettempdir(), sys.stdin.read())\n"
        f"code_of(started(look, env={{'TMPDIR': {str(tmp_path)!r}}}))",
        tmp_path,
    )
    words = ["-m", "some.module", "--word"]
    assert text.strip() == f"{words} {words} { ({'TMPDIR': str(tmp_path)}) } {tmp_path}"


def test_it_has_the_descriptors_that_it_was_given_and_no_other(tmp_path: Path) -> None:
    text = _output(
        "kept, other = os.pipe()\n"
        "def look():\n"
        "    print(*(os.path.exists(f'/proc/self/fd/{fd}') for fd in (kept, other)))\n"
        "code_of(started(look, keep_fds=(kept,)))",
        tmp_path,
    )
    assert text.split() == ["True", "False"]


def test_its_streams_are_new_as_its_descriptors_are(tmp_path: Path) -> None:
    """Those of the original may have been made for a file and remember that it can be sought in."""
    log = tmp_path / "log"
    program = (
        "import subprocess\n"
        "pipe = subprocess.Popen(['cat'], stdin=subprocess.PIPE)\n"
        "os.dup2(pipe.stdin.fileno(), 2)\n"
        "code = code_of(started(lambda: sys.stdout.reconfigure(errors='replace')))\n"
        "os.write(1, b'%d' % code)"
    )
    with log.open("wb") as file:
        subprocess.run([sys.executable, "-c", _HEAD + program], stdout=file, stderr=file, timeout=60, check=True)
    assert log.read_bytes().endswith(b"0")


def test_it_has_a_process_group_of_its_own_and_no_signal_blocked(tmp_path: Path) -> None:
    text = _output(
        "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})\n"
        "def look():\n"
        "    print(os.getpgid(0) == os.getpid(), signal.pthread_sigmask(signal.SIG_BLOCK, ()))\n"
        "code_of(started(look))",
        tmp_path,
    )
    assert text.strip() == "True set()"


def test_it_dies_with_its_original(tmp_path: Path) -> None:
    read_end, write_end = os.pipe()
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            _HEAD + f"started(lambda: os.write({write_end}, b'x') and signal.pause(), keep_fds=({write_end},))\n"
            "signal.pause()",
        ],
        pass_fds=(write_end,),
    )
    os.close(write_end)
    assert os.read(read_end, 1) == b"x"
    process.kill()
    process.wait()
    assert os.read(read_end, 1) == b""  # both ends of both processes are closed
    os.close(read_end)


def test_a_process_with_threads_is_not_copied(tmp_path: Path) -> None:
    text = _output(
        "threading.Thread(target=signal.pause, daemon=True).start()\n"
        "try:\n    started(lambda: 0)\nexcept InfrastructureError as error:\n    print(error)",
        tmp_path,
    )
    assert "cannot be copied" in text


def test_the_supervisor_has_no_thread_after_its_imports(tmp_path: Path) -> None:
    assert _output("import judge_workers.node.supervisor\nprint(threading.active_count())", tmp_path).strip() == "1"
