"""The sandbox started by a user without any privilege: same walls, same limits, one uid for all."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from judge.errors import HostError
from judge.host.delegate import delegate_to, undelegate_from
from judge.sandbox.cgroups.hierarchy import find_host
from judge.sandbox.identity import usual_runtime_dir

UID = 61_234  # nobody's: neither in passwd nor in subuid
PROGRAM = Path(__file__).parent / "plain_user.py"


def interpreter() -> str | None:
    """One with our packages' binary interface that every user may run."""
    for path in (sys.executable, f"/usr/bin/python{sys.version_info[0]}.{sys.version_info[1]}"):
        with contextlib.suppress(OSError, subprocess.CalledProcessError):
            subprocess.run([path, "-c", ""], check=True, user=UID, group=UID, extra_groups=[], cwd="/")
            return path
    return None


@pytest.fixture(scope="module")
def report() -> Iterator[dict[str, Any]]:
    """What the plain user's slot did; the groups handed to them are taken back."""
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else; the other tests ran as a plain user already")
    if find_host().version == 2:
        pytest.skip("on cgroup v2 a plain user's groups come from systemd: see the VM test")
    state = Path(tempfile.mkdtemp(prefix="judge-plain-"))
    try:
        os.chown(state, UID, UID)
        groups = delegate_to(UID, UID)
        yield _run_as_user(state)
        assert {*groups} <= {*undelegate_from(UID, usual_runtime_dir(UID))}
        assert not any(path.exists() for path in (*groups, usual_runtime_dir(UID)))
        assert undelegate_from(UID, usual_runtime_dir(UID)) == ()
    finally:
        undelegate_from(UID, usual_runtime_dir(UID))
        shutil.rmtree(state)


def _run_as_user(state: Path) -> dict[str, Any]:
    paths = [str(Path(__file__).parents[2]), *(path for path in sys.path if path.endswith("site-packages"))]
    env = {"PATH": "/usr/bin:/bin", "HOME": str(state), "PYTHONPATH": ":".join(paths), "PYTHONDONTWRITEBYTECODE": "1"}
    python = interpreter()
    if python is None:
        pytest.skip("no interpreter of this version that a plain user may run")
    words = [python, str(PROGRAM), str(state)]
    who: dict[str, Any] = {"user": UID, "group": UID, "extra_groups": [], "env": env, "cwd": "/"}
    done = subprocess.run(words, check=False, capture_output=True, text=True, timeout=120, **who)
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def test_walls_are_whole_with_a_single_uid(report: dict[str, Any]) -> None:
    assert (report["uid"], report["single"]) == (UID, True)
    first, again = report["looks"]
    assert first == again  # nothing of the first run is there for the second
    assert first == {
        "uids": [1000, 1000, 1000],
        "work": [1000, "0o40700"],
        "files": [],
        "capabilities": ["0" * 16],
        "no_new_privs": "1",
        "seccomp": "2",
        "processes": [],
        "read_only": 1,
        "host": "judge",
        "home": False,
        "root": [],
    }


def test_limits_hold_for_a_plain_user(report: dict[str, Any]) -> None:
    expected = ["CPU_LIMIT", "MEMORY_LIMIT", "PROCESS_LIMIT", "SYSCALL_DENIED"]
    assert report["outcomes"][: len(expected)] == expected
    assert report["outcomes"][-1] == "EXITED"


def test_nobody_spoils_an_input_that_is_of_their_own_uid(report: dict[str, Any]) -> None:
    assert report["inputs"] == ["the input"] * 6


def test_files_are_locked_and_terminals_made_anew_for_each_run(report: dict[str, Any]) -> None:
    assert report["everyday"] == ["/dev/pts/0 0o666"] * 2


def test_groups_are_below_the_users_own_and_gone_afterwards(report: dict[str, Any]) -> None:
    assert report["directories"]
    for name in report["directories"]:
        assert Path(name).parent.name == f"judge-{UID}"
        assert not Path(name).exists()


def test_without_delegation_a_plain_user_is_told_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    if os.geteuid() != 0 or find_host().version == 2:
        pytest.skip("needs root on a host with cgroup v1")
    monkeypatch.setattr(os, "geteuid", lambda: UID + 1)
    monkeypatch.setattr(Path, "mkdir", _refuse)
    with pytest.raises(HostError, match="judge host delegate"):
        find_host()


def _refuse(self: Path, *_: object, **__: object) -> None:
    raise PermissionError(13, "Permission denied", str(self))
