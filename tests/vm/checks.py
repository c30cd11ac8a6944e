"""Running things in the guest, as root or as the plain user, and saying what came of it."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

PAYLOAD = Path("/payload")
HOME = Path("/home/judge")
PROJECT = Path("/srv/project")
VENV = HOME / ".local/share/judge/venv"
ROOT_VENV = Path("/opt/judge")


@dataclass(frozen=True)
class Report:
    """What a step says: one line, and all of the output for the log."""

    detail: str
    output: str = ""


class Failed(Exception):
    """A step's end is not what it must be."""

    def __init__(self, report: Report) -> None:
        super().__init__(report.detail)
        self.report = report


@dataclass(frozen=True)
class Done:
    """A command that ended. ``output`` is stdout, then stderr."""

    code: int
    stdout: str
    output: str


def run(words: list[str], timeout_s: float, environ: dict[str, str] | None = None) -> Done:
    """Run to the end or fail; never raises for an exit code."""
    try:
        done = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout_s,
            env=environ,
            check=False,
            cwd="/",
        )
    except subprocess.TimeoutExpired as late:
        words_so_far = _text(late.stdout) + _text(late.stderr)
        raise Failed(Report(f"took longer than {timeout_s:.0f} s: {' '.join(words[-3:])}", words_so_far)) from late
    return Done(done.returncode, done.stdout, f"$ {' '.join(words)}\n{done.stdout}{done.stderr}")


def _text(output: bytes | str | None) -> str:
    return output.decode("utf-8", "replace") if isinstance(output, bytes) else output or ""


def must(words: list[str], timeout_s: float = 60.0) -> Done:
    """As :func:`run`, but any exit code except 0 is a failure."""
    done = run(words, timeout_s)
    if done.code != 0:
        raise Failed(Report(f"exit code {done.code}: {last_line(done.output)}", done.output))
    return done


def last_line(text: str) -> str:
    """The last line that says something."""
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "no output")[:160]


def as_judge(words: list[str]) -> list[str]:
    """The same as the plain user, at home in its lingering user manager."""
    runtime = "/run/user/1000"
    environment = {
        "HOME": str(HOME),
        "USER": "judge",
        "LOGNAME": "judge",
        "PATH": f"{HOME}/.local/bin:{VENV}/bin:/usr/local/bin:/usr/bin:/bin",
        "LC_ALL": "C.UTF-8",
        "XDG_RUNTIME_DIR": runtime,
        "DBUS_SESSION_BUS_ADDRESS": f"unix:path={runtime}/bus",
    }
    pairs = [f"{name}={value}" for name, value in environment.items()]
    return ["runuser", "-u", "judge", "--", "env", "-i", *pairs, *words]


def delegated(words: list[str], *settings: str) -> list[str]:
    """The same in a unit of the plain user's manager with Delegate=yes."""
    return as_judge(["systemd-run", "--user", *_transient(settings), f"--setenv=PATH={_path()}", *words])


def delegated_as_root(words: list[str], *settings: str) -> list[str]:
    """The same as root, in a unit of the system's manager with Delegate=yes."""
    path = f"{ROOT_VENV}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    return ["systemd-run", *_transient(settings), f"--setenv=PATH={path}", "/usr/bin/env", *words]


def _transient(settings: tuple[str, ...]) -> list[str]:
    properties = ["Delegate=yes", "OOMPolicy=continue", f"WorkingDirectory={PROJECT}"]
    return [
        *("--quiet", "--wait", "--pipe", "--collect"),
        *(word for value in properties for word in ("-p", value)),
        *(f"--setenv={value}" for value in ("LC_ALL=C.UTF-8", "JUDGE_VM=1", *settings)),
    ]


def _path() -> str:
    return f"{HOME}/.local/bin:{VENV}/bin:/usr/local/bin:/usr/bin:/bin"


def groups_left(parent: Path) -> list[str]:
    """Names of our slots' groups anywhere below a control group."""
    return [str(path) for path in parent.rglob("slot-*")] if parent.is_dir() else []
