"""Who this worker is and what it can do: found once at its start, kept in a file that its processes share."""

from __future__ import annotations

import os
import secrets
import socket
from pathlib import Path

import msgspec

from judge import wire
from judge.errors import HostError
from judge.kernel.atomic_files import write_whole
from judge.queue.values import LanguageCard, WorkerInfo
from judge.state_dir import StateDir


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """One start of one worker. ``session`` tells it from earlier starts of the same ``node``.

    ``languages_missing``, ``attacks_held``, ``untested``, ``watched`` and ``toolchains`` as in
    :class:`judge_workers.judging.Readiness`;
    ``known`` are all languages that are defined here, offered or not.
    """

    node: str
    session: str
    routes: tuple[str, ...]
    info: WorkerInfo
    languages_missing: tuple[str, ...] = ()
    attacks_held: tuple[str, ...] = ()
    known: tuple[LanguageCard, ...] = ()
    untested: bool = False
    watched: tuple[str, ...] = ()
    toolchains: str = ""


def profile_path(state: StateDir) -> Path:
    """The profile's file."""
    return state.run / "profile.json"


def load_profile(state: StateDir) -> Profile:
    """The profile of the current start. Raises HostError when there is none."""
    path = profile_path(state)
    try:
        return msgspec.json.decode(path.read_bytes(), type=Profile)
    except (OSError, msgspec.MsgspecError) as error:
        raise HostError(f"worker profile {path}: {error}") from error


def save_profile(state: StateDir, profile: Profile) -> None:
    """Put a profile in the place of the one before, whole or not at all."""
    write_whole(profile_path(state), msgspec.json.encode(profile), mode=0o644)


def node_name(given: str, state: StateDir) -> str:
    """The one of the settings, else the host's name and a number that stays with the state directory."""
    if given:
        return wire.check_name(given, "node")
    path = state.node_id
    try:
        number = path.read_text().strip()
    except FileNotFoundError:
        number = secrets.token_hex(3)
        path.write_text(number + "\n")
    host = "".join(c if c.isalnum() or c in ".-" else "-" for c in socket.gethostname())
    return wire.check_name(f"{host or 'host'}-{number}", "node")


def slot_count(given: int) -> int:
    """That of the settings, else (0) one slot for each usable core."""
    return given or len(os.sched_getaffinity(0))
