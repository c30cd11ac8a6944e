"""Who this worker is and what it can do: found once at its start, kept in a file that its processes share."""

from __future__ import annotations

import os
import secrets
import socket
from pathlib import Path

import msgspec

from judge import wire
from judge.config import Settings
from judge.errors import HostError, UsageError
from judge.kernel.atomic_files import write_whole
from judge.queue.values import LanguageCard, Policy, WorkerInfo


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """One start of one worker. ``session`` tells it from earlier starts of the same ``node``.

    ``languages_missing``, ``attacks_held``, ``untested`` and ``watched`` as in
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


def run_directory(settings: Settings) -> Path:
    """Where the processes of one worker leave notes for each other; emptied at each start."""
    return settings.state.run


def profile_path(settings: Settings) -> Path:
    """The profile's file."""
    return run_directory(settings) / "profile.json"


def load_profile(settings: Settings) -> Profile:
    """The profile of the current start. Raises HostError when there is none."""
    path = profile_path(settings)
    try:
        return msgspec.json.decode(path.read_bytes(), type=Profile)
    except (OSError, msgspec.MsgspecError) as error:
        raise HostError(f"worker profile {path}: {error}") from error


def save_profile(settings: Settings, profile: Profile) -> None:
    """Put a profile in the place of the one before, whole or not at all."""
    write_whole(profile_path(settings), msgspec.json.encode(profile), mode=0o644)


def node_name(settings: Settings) -> str:
    """The setting, else the host's name and a number that stays with the state directory."""
    if settings.worker.node:
        return wire.check_name(settings.worker.node, "node")
    path = settings.state.node_id
    try:
        number = path.read_text().strip()
    except FileNotFoundError:
        number = secrets.token_hex(3)
        path.write_text(number + "\n")
    host = "".join(c if c.isalnum() or c in ".-" else "-" for c in socket.gethostname())
    return wire.check_name(f"{host or 'host'}-{number}", "node")


def slot_count(settings: Settings) -> int:
    """The setting, else one slot for each usable core."""
    return settings.worker.slots or len(os.sched_getaffinity(0))


def policy_of(settings: Settings) -> Policy:
    """The queue's policy that the settings ask for. Raises UsageError for weights that are none."""
    unknown = set(settings.queue.class_weights) - set(wire.PRIORITY_CLASSES)
    if unknown or not settings.queue.class_weights or min(settings.queue.class_weights.values()) < 1:
        raise UsageError(
            f"class_weights: a whole number from 1 for some of {', '.join(wire.PRIORITY_CLASSES)}, "
            f"not {settings.queue.class_weights}"
        )
    return Policy(
        weights=settings.queue.class_weights,
        queue_max=settings.queue.max,
        tenant_per_minute=settings.queue.tenant_per_minute,
        tenant_running_max=settings.queue.tenant_running_max,
        ageing_ms=settings.queue.ageing_s * 1000,
        waiting_max_ms=settings.queue.waiting_max_s * 1000,
        keep_ms=settings.queue.keep_s * 1000,
        keep_max=settings.queue.keep_max,
    )
