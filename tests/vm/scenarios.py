"""What each boot of the virtual machine does, step by step. A step returns a report or raises."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import deployed
import layers
import service
from breakage import BREAKAGES
from checks import (
    HOME,
    PAYLOAD,
    PROJECT,
    ROOT_VENV,
    VENV,
    Done,
    Failed,
    Report,
    as_judge,
    delegated,
    delegated_as_root,
    last_line,
    must,
    run,
)

CARRIED = ("tests", "examples", "deploy", "pyproject.toml")
HOSTILE = ("JUDGE_HOSTILE_PROGRAMS=/payload/hostile", "JUDGE_TEST_PATIENCE=20")
_COUNT = re.compile(r"(\d+) (passed|failed|error|skipped|retried)")
_SHOW_CONTROLLERS = """
group=/sys/fs/cgroup$(cut -d: -f3 /proc/self/cgroup)
echo "$group"
cat "$group/cgroup.controllers"
"""

Step = Callable[[], Report]
Steps = Iterator[tuple[str, Step]]


def full(options: dict[str, str]) -> Steps:
    """Everything as the plain user, then part of it as root."""
    yield "install", install
    if "break" in options:
        yield f"install broken {options['break']}", partial(break_limit, options["break"])
    yield "user manager", user_manager
    yield "doctor", partial(doctor, delegated)
    yield "selftest", partial(selftest, delegated)
    yield "cgroup v2 tests", partial(tests, delegated, "tests/vm", 600)
    yield "kernel tests", partial(tests, delegated, "tests/kernel", 900, "JUDGE_TEST_PATIENCE=6")
    yield "grading tests", partial(tests, delegated, "tests/grading", 900, "JUDGE_TEST_PATIENCE=6")
    yield "hostile corpus", partial(tests, delegated, "tests/hostile", 900, *HOSTILE)
    yield "bench spawn", partial(bench_spawn, delegated)
    yield "bench spawn, favordynmods", bench_spawn_favoured
    yield "moving between groups", partial(move_bench, delegated)
    yield from service.as_user()
    yield "install for all", install_for_all
    yield "root: doctor", partial(doctor, delegated_as_root)
    yield "root: selftest", partial(selftest, delegated_as_root)
    yield "root: cgroup v2 tests", partial(tests, delegated_as_root, "tests/vm", 600)
    yield "root: moving between groups", partial(move_bench, delegated_as_root)
    yield "root: cgroup namespace", doctor_in_cgroup_namespace
    yield from service.as_system()
    yield "nothing left behind", service.nothing_left


def layers_of_a_user(options: dict[str, str]) -> Steps:
    """The plain user builds layers, without a network, and uses them."""
    yield "install", install
    yield "user manager", user_manager
    yield from layers.as_user()


def containers_of_a_user(options: dict[str, str]) -> Steps:
    """What is deployed in containers, under a plain user's podman."""
    yield "install", install
    yield "user manager", user_manager
    yield from deployed.steps()


def no_userns(options: dict[str, str]) -> Steps:
    """User namespaces are switched off: everything must say so, and refuse."""
    yield "install", install
    yield "user manager", user_manager
    yield "doctor refuses", doctor_without_namespaces
    yield "worker refuses", service.worker_refuses


SCENARIOS: dict[str, Callable[[dict[str, str]], Steps]] = {
    "full": full,
    "no-userns": no_userns,
    "layers": layers_of_a_user,
    "containers": containers_of_a_user,
}


_INSTALL = ("-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--disable-pip-version-check")


def install() -> Report:
    """The project's wheel into the plain user's environment, the tests where that user may read them."""
    wheel = next((PAYLOAD / "wheel").glob("*.whl"))
    must(as_judge([f"{VENV}/bin/python", *_INSTALL, "--no-compile", str(wheel)]), 300)
    must(["mkdir", "-p", str(PROJECT)])
    must(["cp", "-r", *(str(PAYLOAD / name) for name in CARRIED), str(PROJECT)])
    must(["chown", "-R", "judge:judge", str(PROJECT)])
    must(as_judge(["mkdir", "-p", f"{HOME}/.local/bin"]))
    must(as_judge(["ln", "-sf", f"{VENV}/bin/judge", f"{HOME}/.local/bin/judge"]))
    return Report(f"{wheel.name}, Linux {Path('/proc/sys/kernel/osrelease').read_text().strip()}")


def install_for_all() -> Report:
    """The same into /opt/judge; compiled, since its users cannot write what Python would compile at first use."""
    wheel = next((PAYLOAD / "wheel").glob("*.whl"))
    must([f"{ROOT_VENV}/bin/python", *_INSTALL, str(wheel)], 300)
    return Report(str(ROOT_VENV))


def break_limit(name: str) -> Report:
    """Unplug one limit in the installed code, to see that the tests notice."""
    file, written, instead = BREAKAGES[name]
    path = next(VENV.glob(f"lib/python3*/site-packages/{file}"))
    text = path.read_text()
    if written not in text:
        raise Failed(Report(f"{file} has no {written!r} any more"))
    path.write_text(text.replace(written, instead))
    return Report(f"{file}: {written} -> {instead}")


def user_manager() -> Report:
    """The plain user's own systemd, there without any login, and what it may hand on."""
    must(["systemctl", "start", "user@1000.service"], 120)
    done = must(delegated(["sh", "-c", _SHOW_CONTROLLERS]), 60)
    return Report(last_line(done.stdout), done.output)


def doctor(place: Callable[..., list[str]]) -> Report:
    """``judge doctor`` finds nothing missing."""
    done = run(place(["judge", "doctor", "--json"]), 180)
    findings = _findings(done)
    bad = [f"{finding['name']}: {finding['found']}" for finding in findings if finding["status"] == "missing"]
    if done.code != 0 or bad:
        raise Failed(Report("; ".join(bad) or f"exit code {done.code}", done.output))
    warnings = [finding["name"] for finding in findings if finding["status"] == "warning"]
    return Report(f"{len(findings)} findings" + (f", warnings: {', '.join(warnings)}" if warnings else ""), done.output)


def doctor_in_cgroup_namespace() -> Report:
    """As in a container with writable control groups: its own group is the top of what it sees."""
    script = "umount -R /sys/fs/cgroup; mount -t cgroup2 cgroup /sys/fs/cgroup; exec judge doctor --json"
    return doctor(lambda words: delegated_as_root(["unshare", "--cgroup", "--mount", "sh", "-c", script]))


def doctor_without_namespaces() -> Report:
    """It must name the switch, and how to mend it."""
    done = run(delegated(["judge", "doctor", "--json"]), 180)
    namespaces = [finding for finding in _findings(done) if finding["name"] == "user namespaces"]
    words = " ".join(f"{finding['status']} {finding['found']} {finding['remedy']}" for finding in namespaces)
    if done.code != 5 or "missing" not in words or "user.max_user_namespaces" not in words:
        raise Failed(Report(f"exit code {done.code}, says {words!r}", done.output))
    return Report(words, done.output)


def _findings(done: Done) -> list[dict[str, str]]:
    try:
        return list(json.loads(done.stdout)["findings"])
    except (ValueError, KeyError, TypeError):
        raise Failed(Report(f"exit code {done.code}: {last_line(done.output)}", done.output)) from None


def selftest(place: Callable[..., list[str]]) -> Report:
    """The shipped attacks."""
    done = must(place(["judge", "selftest"]), 300)
    return Report(last_line(done.stdout), done.output)


def tests(place: Callable[..., list[str]], folder: str, timeout_s: float, *settings: str) -> Report:
    """A folder of the project's tests by pytest; at least one must have run."""
    words = ["python", "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--timeout=200", "--tb=short", folder]
    done = run(place(words, *settings), timeout_s)
    counts = {word: int(number) for number, word in _COUNT.findall(last_summary(done.stdout))}
    detail = ", ".join(f"{number} {word}" for word, number in counts.items()) or last_line(done.output)
    if done.code != 0 or not counts.get("passed"):
        raise Failed(Report(f"exit code {done.code}: {detail}", done.output))
    return Report(detail, done.output)


def last_summary(text: str) -> str:
    """pytest's last line of numbers."""
    return next((line for line in reversed(text.splitlines()) if _COUNT.search(line)), "")


def bench_spawn(place: Callable[..., list[str]]) -> Report:
    """Only ratios mean something on an emulated processor; that it runs at all is what counts."""
    done = must(place(["judge", "bench", "spawn", "--json", "--runs", "60"]), 400)
    figures = json.loads(done.stdout)
    shown = (f"{name} {figures[name]:.2f}" for name in ("warm_ratio", "fresh_to_bwrap") if figures.get(name))
    return Report(f"bare {figures['bare_us'] / 1000:.1f} ms, " + ", ".join(shown), done.output)


def bench_spawn_favoured() -> Report:
    """The same without the wait at the door of a group; see docs/howto/install.md."""
    remount = "remount,nsdelegate,memory_recursiveprot"
    must(["mount", "-o", f"{remount},favordynmods", "/sys/fs/cgroup"])
    try:
        return bench_spawn(delegated)
    finally:
        must(["mount", "-o", remount, "/sys/fs/cgroup"])


def move_bench(place: Callable[..., list[str]]) -> Report:
    """What a launcher pays for entering and leaving a run's group."""
    done = must(place(["python", "-B", "tests/vm/movebench.py"]), 120)
    return Report(last_line(done.stdout), done.output)
