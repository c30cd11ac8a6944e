"""The run directory: small files that the processes of one worker leave for each other.

::

    run/                  mode 700, emptied at each start
      profile.json        who this worker is and what it can do (judge_workers.profile)
      judging-N           the claim that slot N judges, JSON of Judged; blank = nothing
      order-N             the newest order to slot N, JSON of Order
      unopened            why a slot cannot be opened, the latest
      noise-N             how noisy slot N was measured to be
      listening           the pool has listened for tickets
      announced           the log says that this worker is ready
      proof               what the last proof found (judge_workers.slot.proof)
      grant, reserve-pid  of the reserve slot (judge_workers.slot.reserve)
      metrics             the address of /metrics
      tmp/NAME/           temporary files of one process

By a slot's ``judging-N`` the leases process finds a judging that Redis no longer knows (a cancellation whose message
was lost, a lease that ran out meanwhile). An order is read by the slot when it is signalled.
"""

from __future__ import annotations

import contextlib
import os
import signal
from enum import StrEnum
from pathlib import Path

import msgspec

from judge.kernel.atomic_files import write_whole
from judge.model.work import WorkKind
from judge.queue.values import Held

#: A slot's claim is always this long, written in one go over the one before.
_JUDGED_BYTES = 512

#: What makes a slot read its orders. SIGUSR1 is taken (billiard's soft time limit).
ORDER_SIGNAL = signal.SIGUSR2


class OrderAction(StrEnum):
    """What a slot is to do with the claim that it judges."""

    CANCEL = "cancel"
    END = "end"  #: with a report that says why: its time is over, or the worker stops
    FREEZE = "freeze"
    THAW = "thaw"
    INTERRUPT = "interrupt"  #: what runs gets SIGINT


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """An order to a slot; one for another claim than the present one counts for nothing."""

    action: OrderAction
    id: str
    fence: int


class Judged(Held, frozen=True, kw_only=True):
    """What a slot judges. ``lasts_s``: how long a session may last by what it asks for, None = it is none."""

    kind: WorkKind = WorkKind.SUBMISSION
    lasts_s: float | None = None


class JudgedNote:
    """What one slot judges, for the other processes to read; kept open by the slot's process."""

    def __init__(self, directory: Path, slot: int) -> None:
        self._fd = os.open(directory / f"judging-{slot}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self.write(None)

    def write(self, judged: Judged | None) -> None:
        """What is judged from now on; None = nothing. Raises OSError."""
        text = b"" if judged is None else msgspec.json.encode(judged)
        os.pwrite(self._fd, text.ljust(_JUDGED_BYTES), 0)


def read_judged(directory: Path, slots: int) -> dict[str, Judged]:
    """What the slots (and the reserve slot) say they judge; half-written files are passed over."""
    judged = {}
    for slot in range(slots + 1):
        note = read_judged_by(directory, str(slot))
        if note is not None:
            judged[str(slot)] = note
    return judged


def read_judged_by(directory: Path, slot: str) -> Judged | None:
    """What one slot says it judges; None = nothing, or it is half-written."""
    try:
        return msgspec.json.decode((directory / f"judging-{slot}").read_bytes(), type=Judged)
    except (OSError, msgspec.MsgspecError):
        return None


def leave_order(directory: Path, slot: str, order: Order) -> None:
    """Put an order where the slot looks for it. Raises OSError."""
    write_whole(directory / f"order-{slot}", msgspec.json.encode(order), mode=0o644)


def read_order(directory: Path, slot: int) -> Order | None:
    """The slot's latest order; None when there was none."""
    try:
        return msgspec.json.decode((directory / f"order-{slot}").read_bytes(), type=Order)
    except (OSError, msgspec.MsgspecError):
        return None


def leave_unopened(directory: Path, slot: int, reason: str) -> None:
    """Say that a slot cannot be opened; that stays until it is forgotten, or the worker started again.

    A disk that does not take the file is noticed by the leases process, which looks at the disk itself.
    """
    with contextlib.suppress(OSError):
        (directory / "unopened").write_text(f"slot {slot} cannot be opened: {reason}")


def read_unopened(directory: Path) -> str:
    """Why a slot cannot be opened, the latest; empty = none has said so."""
    try:
        return (directory / "unopened").read_text()
    except OSError:
        return ""


def forget_unopened(directory: Path) -> None:
    """Let the slots be tried again."""
    (directory / "unopened").unlink(missing_ok=True)


def slots_open(directory: Path, slots: int) -> int:
    """How many slots of the pool have been opened since the worker was started."""
    return sum((directory / f"judging-{slot}").exists() for slot in range(slots))


def leave_listening(directory: Path) -> None:
    """Say that the pool listens for tickets."""
    (directory / "listening").touch()


def is_listening(directory: Path) -> bool:
    """Whether the pool has listened for tickets since the worker was started."""
    return (directory / "listening").exists()


def leave_announced(directory: Path) -> None:
    """Say that the log has the line that this worker is ready."""
    (directory / "announced").touch()


def is_announced(directory: Path) -> bool:
    """Whether the log has that line; a leases process that was started again does not write it twice."""
    return (directory / "announced").exists()


def leave_noise(directory: Path, slot: int, ratio: float) -> None:
    """Say how noisy a slot is (:mod:`judge.grading.noise`); a full disk only costs that."""
    with contextlib.suppress(OSError):
        (directory / f"noise-{slot}").write_text(f"{ratio}")


def read_noise(directory: Path) -> float | None:
    """What the slots of this worker measured lately, the noisiest; None = nothing yet."""
    found = []
    for path in directory.glob("noise-*"):
        try:
            found.append(float(path.read_text()))
        except (OSError, ValueError):
            continue  # half-written
    return max(found, default=None)
