"""`judge run` lets a service run the program: the same options, output and exit codes as in its own process."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from service_harness import RedisServer, Worker, until

from judge.client import Client, work_of
from judge.errors import UsageError
from judge.model.work import Command as Cmd
from judge.model.work import CommandGroup, RequestedLimits
from judge.model.work_report import CommandGroupReport
from judge.queue.values import State


class Command:
    """The command, of the service that really runs programs."""

    def __init__(self, redis: RedisServer, cwd: Path) -> None:
        self.cwd = cwd
        self.broker = redis.url
        self._env = {**os.environ, "JUDGE_NAMESPACE": "running"}

    def keep_blobs_in(self, store: Path) -> None:
        """Let the command find the service's store."""
        self._env["JUDGE_BLOB_STORE"] = str(store)

    def __call__(
        self, *words: str, stdin: bytes | None = None, verb: str = "run"
    ) -> subprocess.CompletedProcess[bytes]:
        with self.started(*words, stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE, verb=verb) as process:
            out, err = process.communicate(stdin, timeout=60)
            return subprocess.CompletedProcess(words, process.returncode, out, err)

    def started(
        self, *words: str, stdin: int = subprocess.DEVNULL, verb: str = "run"
    ) -> AbstractContextManager[subprocess.Popen[bytes]]:
        """Not waited for."""
        return self.running(verb, "--broker", self.broker, *words, stdin=stdin)

    @contextmanager
    def running(self, *words: str, stdin: int = subprocess.DEVNULL) -> Iterator[subprocess.Popen[bytes]]:
        """The same, of any words."""
        with subprocess.Popen(
            [sys.executable, "-m", "judge", *words],
            cwd=self.cwd,
            env={name: value for name, value in self._env.items() if name != "JUDGE_BROKER"},
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            try:
                yield process
            finally:
                process.kill()


@pytest.fixture
def command(shared_redis: RedisServer, running_worker: Worker, tmp_path: Path) -> Command:
    """The command in a fresh directory."""
    return Command(shared_redis, tmp_path)


def test_what_is_piped_in_reaches_the_program(command: Command) -> None:
    (command.cwd / "a.py").write_text("import sys\nprint('got', input())\nprint('beside', file=sys.stderr)\n")
    done = command("a.py", stdin=b"this\n")
    assert (done.returncode, done.stdout) == (0, b"got this\n")
    assert b"beside\n" in done.stderr
    assert b"EXITED" in done.stderr


def test_a_failing_program_ends_the_command_with_one(command: Command) -> None:
    (command.cwd / "a.py").write_text("raise SystemExit(3)")
    done = command("a.py", "--json")
    assert done.returncode == 1
    output = json.loads(done.stdout)
    assert (output["outcome"], output["exit_code"], output["language"]) == ("EXITED", 3, "python3")


def test_what_does_not_compile_is_told(command: Command) -> None:
    (command.cwd / "a.c").write_text("int main(void) { return oops; }")
    done = command("a.c", "--json")
    output = json.loads(done.stdout)
    assert (done.returncode, output["outcome"]) == (1, "COMPILE_ERROR")
    assert "oops" in output["compile_log"]


def test_a_command_runs_as_it_is_with_files_and_variables(command: Command) -> None:
    (command.cwd / "note").write_text("kept here\n")
    words = ["--file", "note=in/note", "--env", "WHO=me", "--command", "--", "/bin/sh", "-c", "cat in/note; echo $WHO"]
    assert command(*words).stdout == b"kept here\nme\n"


def test_a_programs_mistake_in_the_request_names_the_field(command: Command) -> None:
    done = command("--env", "1=x", "--command", "/bin/true")
    assert done.returncode == 2
    assert b"environment" in done.stderr


def test_large_output_comes_whole(command: Command) -> None:
    done = command("--command", "--", "/bin/sh", "-c", "head -c 60000 /dev/zero; echo end")
    assert done.stdout == bytes(60000) + b"end\n"


CAUGHT = """
import signal, sys, time
def stop(*_):
    print("stopped", flush=True)
    sys.exit(5)
signal.signal(signal.SIGINT, stop)
print("now", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("where", ["a service", "here"])
def test_ctrl_c_is_the_programs_and_its_report_still_comes(command: Command, where: str) -> None:
    (command.cwd / "a.py").write_text(CAUGHT)
    words = ["run", "--broker", command.broker] if where == "a service" else ["run"]
    with command.running(*words, "--wall", "60", "a.py") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"now\n"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (1, b"stopped\n"), err
    assert b"exit code 5" in err


def test_every_command_of_a_group_is_interrupted(runs_client: Client) -> None:
    asleep = Cmd(argv=("/bin/sleep", "60"), limits=RequestedLimits(wall_time_ns=60_000_000_000))
    group_id = runs_client.send(work_of(CommandGroup(commands=(asleep, asleep))))

    def is_over() -> bool:
        runs_client.interrupt(group_id)  # one that comes before a command has started is lost
        return runs_client.state(group_id) is State.DONE

    until(is_over, "both to be interrupted", 60)
    report = runs_client.work_result(group_id)
    assert isinstance(report, CommandGroupReport)
    assert [one.result.signal for one in report.commands] == [signal.SIGINT] * 2


def test_work_that_nobody_has_is_not_interrupted(runs_client: Client) -> None:
    done = runs_client.run(["/bin/true"], timeout=60)
    assert not runs_client.interrupt(done.id)
    with pytest.raises(UsageError, match="nobody-knows"):
        runs_client.interrupt("nobody-knows")


def test_output_comes_before_the_end_and_a_second_ctrl_c_withdraws(command: Command, runs_client: Client) -> None:
    script = "trap 'echo once more' INT; echo now; while :; do sleep 1; done"
    words = ["--tenant", "stopper", "--wall", "60", "--command", "--", "/bin/sh", "-c", script]
    with command.started(*words) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"now\n"
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == b"once more\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
        assert process.stderr is not None
        assert b"withdrawn" in process.stderr.read()
    (view,) = (view for view in runs_client.submissions() if view.tenant == "stopper")
    assert view.state is State.CANCELLED


def test_tests_of_ones_own_are_run_by_a_service(command: Command) -> None:
    (command.cwd / "sum.py").write_text("print(sum(map(int, input().split())))")
    (command.cwd / "tests.jsonl").write_text('{"stdin": "1 2", "expected": "3"}\n{"stdin": "2 2", "expected": "5"}\n')
    done = command("sum.py", "tests.jsonl", "--json", verb="evaluate")
    report = json.loads(done.stdout)
    assert (done.returncode, report["verdict"], report["passed"]) == (1, "WA", 1)
    shown = command("sum.py", "tests.jsonl", verb="evaluate")
    assert b"1 of 2 passed" in shown.stdout


def test_large_tests_go_to_the_service_as_a_test_set_and_large_data_as_blobs(
    command: Command, runs_client: Client, short_root: Path
) -> None:
    command.keep_blobs_in(short_root / "blobs")
    (command.cwd / "size.py").write_text("import sys\nprint(len(sys.stdin.read()))\n")
    sizes = [300_000, 300_000, 300_000, 2_000_000]
    lines = [json.dumps({"stdin": "x" * size, "expected": str(size)}) for size in sizes]
    (command.cwd / "tests.jsonl").write_text("\n".join(lines))
    done = command("size.py", "tests.jsonl", "--json", "--tenant", "large-tests", verb="evaluate")
    assert (done.returncode, json.loads(done.stdout)["passed"]) == (0, len(sizes))
    blobs = sorted(view.size_bytes for view in runs_client.blobs(tenant="large-tests"))
    assert len(blobs) == 2
    assert blobs[0] > 900_000
    assert blobs[1] == 2_000_000


def test_a_service_without_a_store_takes_large_data_along(command: Command) -> None:
    (command.cwd / "size.py").write_text("import sys; print(len(sys.stdin.read()))")
    (command.cwd / "tests.jsonl").write_text(json.dumps({"stdin": "x" * 1_500_000, "expected": "1500000"}))
    done = command("size.py", "tests.jsonl", "--json", verb="evaluate")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["verdict"] == "AC"
    assert command("size.py", stdin=b"x" * 1_500_000).stdout == b"1500000\n"


GROUP = """
[[commands]]
argv = ["/usr/bin/sort"]
stdin = { path = "names" }

[[commands]]
argv = ["upper.sh"]
files = [{ data = { path = "upper.sh" } }]
keep = ["out"]

[[pipes]]
source = { command = 0, descriptor = 1 }
target = { command = 1, descriptor = 0 }
record_bytes_max = 100
"""


def test_a_command_group_is_run_as_its_file_says(command: Command) -> None:
    (command.cwd / "names").write_text("b\na\n")
    (command.cwd / "upper.sh").write_text("#!/bin/sh\ntr a-z A-Z | tee out\n")
    (command.cwd / "upper.sh").chmod(0o755)
    (command.cwd / "g.toml").write_text(GROUP)
    done = command("g.toml", "--json", verb="group")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert base64.b64decode(report["commands"][1]["stdout"]["content"]) == b"A\nB\n"
    assert base64.b64decode(report["pipes"][0]["record"]["content"]) == b"a\nb\n"
    assert (command.cwd / "kept" / "1" / "out").read_text() == "A\nB\n"
    shown = command("g.toml", verb="group").stdout.decode()
    assert all(text in shown for text in ("command 1: EXITED", "kept kept/1/out", "pipe 0: 4")), shown


def test_a_group_that_fails_or_cannot_be_says_so(command: Command) -> None:
    (command.cwd / "g.json").write_text('{"commands": [{"argv": ["/bin/false"]}]}')
    done = command("g.json", verb="group")
    assert (done.returncode, b"command 0: exit code 1" in done.stdout) == (1, True), done.stdout
    (command.cwd / "g.json").write_text('{"commands": [{"argv": ["bin/false"]}]}')
    done = command("g.json", verb="group")
    assert done.returncode == 2
    assert b"commands[0].argv" in done.stderr


def test_both_ways_say_the_same(command: Command, shared_redis: RedisServer) -> None:
    (command.cwd / "a.py").write_text('import sys, warnings\nprint(sys.argv[1:])\nwarnings.warn("odd")\n')
    words = ["a.py", "--arg", "one", "--repeat", "2", "--json"]
    there = json.loads(command(*words).stdout)
    environ = {name: value for name, value in os.environ.items() if name != "JUDGE_BROKER"}
    here = json.loads(
        subprocess.run(
            [sys.executable, "-m", "judge", "run", *words],
            cwd=command.cwd,
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=60,
        ).stdout
    )
    same = ("outcome", "exit_code", "stdout", "stderr", "cause", "language")
    assert {name: there[name] for name in same} == {name: here[name] for name in same}
    assert "a.py" in here["stderr"]
    assert (len(there["usages"]), len(here["usages"])) == (2, 2)
