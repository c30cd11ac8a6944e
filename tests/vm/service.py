"""The unit files of deploy/systemd as installed: a submission through Redis and a worker, metrics, drain, refusal."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

from checks import HOME, PROJECT, ROOT_VENV, Done, Failed, Report, as_judge, groups_left, last_line, must, run

UNITS = PROJECT / "deploy/systemd"
USER_GROUP = Path("/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service")
SYSTEM_GROUP = Path("/sys/fs/cgroup/judge.slice")
METRICS = "http://127.0.0.1:10090/metrics"
_READY_S = 240.0

Steps = Iterator[tuple[str, Callable[[], Report]]]


def as_user() -> Steps:
    """The plain user's units."""
    yield "units: start", start_user_units
    yield "units: judge submissions", judge_as_user
    yield "units: metrics", metrics
    yield "units: drain and stop", stop_user_units


def as_system() -> Steps:
    """The system's units: as the user judge, then as root."""
    yield "system units: start", start_system_units
    yield "system units: judge", judge_as_system
    yield "system units: stop", stop_system_units
    yield "root unit: start", start_root_unit
    yield "root unit: judge", judge_as_system
    yield "root unit: stop", stop_system_units


def _user(*words: str) -> list[str]:
    return as_judge(["systemctl", "--user", *words])


def start_user_units() -> Report:
    """Install and start as docs/howto/install.md says; wait until the worker is there."""
    target = f"{HOME}/.config/systemd/user"
    must(as_judge(["mkdir", "-p", target]))
    must(as_judge(["sh", "-c", f"cp {UNITS}/user/* {target}/"]))
    must(_user("daemon-reload"))
    must(as_judge(["systemd-analyze", "--user", "verify", f"{target}/judge.target"]), 60)
    must(_user("enable", "--now", "judge.target"), 120)
    return _await_worker(as_judge(["judge", "workers", "--json", "--broker", _user_broker()]), _user_journal)


def _user_broker() -> str:
    return "unix:///run/user/1000/judge-redis/redis.sock"


def _user_journal() -> str:
    return run(["journalctl", "--no-pager", "-n", "60", "_UID=1000"], 30).output


def _await_worker(words: list[str], journal: Callable[[], str]) -> Report:
    """Until a worker shows itself; the journal's end when none does."""
    deadline = time.monotonic() + _READY_S
    began = time.monotonic()
    while True:
        done = run(words, 60)
        if done.code == 0:
            worker = json.loads(done.stdout)[0]
            languages = " ".join(worker["info"]["languages"])
            problems = "; ".join(worker["info"].get("problems", ()))
            detail = f"{worker['info']['slots']} slots after {time.monotonic() - began:.0f} s: {languages}"
            return Report(detail, done.output + problems)
        if time.monotonic() > deadline:
            raise Failed(Report(f"no worker: {last_line(done.output)}", done.output + journal()))
        time.sleep(1)


_CASES = (
    ("accepted/sum.c", "AC"),
    ("accepted/sum.py", "AC"),
    ("memory_limit_exceeded/hoard.c", "MLE"),
    ("run_time_error/abort.c", "RTE"),
    ("time_limit_exceeded/spin.c", "TLE"),
)


def judge_as_user() -> Report:
    """Right verdicts for programs of several fates."""
    return _judge(lambda words: as_judge(["judge", *words, "--broker", _user_broker()]), _user_journal)


def judge_as_system() -> Report:
    """The same through the system's units."""
    broker = "unix:///run/judge-redis/redis.sock"
    journal = lambda: run(["journalctl", "--no-pager", "-n", "60", "-u", "judge-worker@main"], 30).output  # noqa: E731
    return _judge(lambda words: [f"{ROOT_VENV}/bin/judge", *words, "--broker", broker], journal)


def _judge(judge: Callable[[list[str]], list[str]], journal: Callable[[], str]) -> Report:
    output, seen = "", []
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        package = _with_time(PROJECT / "examples/sum", Path(directory) / "sum")
        for name, expected in _CASES:
            done = run(judge(["submit", str(package), str(package / "submissions" / name), "--json"]), 240)
            output += done.output
            verdict = _verdict(done)
            seen.append(f"{Path(name).name} {verdict}")
            if verdict != expected:
                raise Failed(Report(f"{name}: {verdict}, not {expected}", output + journal()))
    return Report(", ".join(seen), output)


def _with_time(package: Path, copy: Path) -> Path:
    """The same with a time limit in which an emulated processor can start Python."""
    shutil.copytree(package, copy)
    config = copy / "problem.yaml"
    text = config.read_text()
    assert text.count("time_limit: 1\n") == 1
    config.write_text(text.replace("time_limit: 1\n", "time_limit: 8\n"))
    return copy


def _verdict(done: Done) -> str:
    try:
        return str(json.loads(done.stdout)["verdict"])
    except (ValueError, KeyError):
        return f"no report (exit code {done.code}: {last_line(done.output)})"


def metrics() -> Report:
    """The worker's endpoint answers, and knows of what was judged."""
    with urllib.request.urlopen(METRICS, timeout=30) as answer:
        text = answer.read().decode()
    judged = [line for line in text.splitlines() if line.startswith("judge_submissions") and not line.startswith("#")]
    if not judged:
        raise Failed(Report("no series judge_submissions*", text))
    return Report(f"{sum(1 for line in text.splitlines() if line and line[0] != '#')} series", text)


def stop_user_units() -> Report:
    """SIGTERM drains; afterwards no group, no process, and the queue is kept."""
    must(_user("stop", "judge-worker@main.service", "judge-redis.service"), 200)
    result = must(_user("show", "-p", "Result", "--value", "judge-worker@main.service")).stdout.strip()
    left = groups_left(USER_GROUP)
    must(_user("disable", "judge.target"))
    if result != "success" or left:
        raise Failed(Report(f"result {result}, left {left}", _user_journal()))
    return Report("result success, no group left")


def start_system_units() -> Report:
    """The worker as the user judge."""
    return _start_system()


def start_root_unit() -> Report:
    """The drop-in for root."""
    drop_in = "/etc/systemd/system/judge-worker@.service.d"
    must(["mkdir", "-p", drop_in])
    must(["cp", f"{UNITS}/system/judge-worker@.service.d/as-root.conf.example", f"{drop_in}/as-root.conf"])
    must(["rm", "-rf", "/var/lib/judge/main"])
    return _start_system()


def _start_system() -> Report:
    must(
        ["sh", "-c", f"cp {UNITS}/system/*.service {UNITS}/system/*.slice {UNITS}/system/*.target /etc/systemd/system/"]
    )
    must(["systemctl", "daemon-reload"])
    must(["systemctl", "start", "judge.target"], 120)
    if "favordynmods" not in Path("/proc/self/mounts").read_text():
        raise Failed(Report("judge-host.service did not remount the control groups"))
    words = [f"{ROOT_VENV}/bin/judge", "workers", "--json", "--broker", "unix:///run/judge-redis/redis.sock"]
    return _await_worker(words, lambda: run(["journalctl", "--no-pager", "-n", "80", "-u", "judge-*"], 30).output)


def stop_system_units() -> Report:
    """As for the user's."""
    must(["systemctl", "stop", "judge-worker@main.service", "judge-redis.service", "judge-host.service"], 200)
    result = must(["systemctl", "show", "-p", "Result", "--value", "judge-worker@main.service"]).stdout.strip()
    left = groups_left(SYSTEM_GROUP)
    if result != "success" or left:
        raise Failed(Report(f"result {result}, left {left}", run(["journalctl", "-n", "60", "--no-pager"], 30).output))
    return Report("result success, no group left")


def worker_refuses() -> Report:
    """Where the doctor says no, a worker says why and leaves with exit code 5."""
    done = run(
        as_judge(
            [
                "systemd-run",
                "--user",
                "--quiet",
                "--wait",
                "--pipe",
                "--collect",
                "-p",
                "Delegate=yes",
                f"{HOME}/.local/bin/judge",
                "up",
            ]
        ),
        200,
    )
    if done.code != 5 or "user.max_user_namespaces" not in done.output:
        raise Failed(Report(f"exit code {done.code}: {last_line(done.output)}", done.output))
    return Report(f"exit code 5: {last_line(done.output)}", done.output)


def nothing_left() -> Report:
    """After everything: no group, no mount, no process of a slot."""
    groups = groups_left(Path("/sys/fs/cgroup"))
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    mounts = [line for line in lines if "judge" in line and "payload" not in line]
    processes = run(["pgrep", "-af", "judge.sandbox|workers[.]"], 30).stdout.split("\n")
    processes = [line for line in processes if line and "pgrep" not in line]
    if groups or mounts or processes:
        raise Failed(Report(f"groups {groups}, mounts {mounts}, processes {processes}"))
    return Report("no group, mount or process")
