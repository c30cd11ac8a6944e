"""Notes that the processes of one worker leave for each other in its run directory.

What a slot judges now, orders to it, how noisy it was measured to be, and that it cannot be opened.

A slot's note lets the keeper find a judging that Redis no longer knows (a cancellation whose message was lost, a lease
that ran out while the keeper was away). An order is read by the slot when it is signalled.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from judge.kernel.atomic_files import write_whole
from judge.queue.values import Held

#: A note is always this long, written in one go over the one before.
_NOTE_BYTES = 192


class SlotNote:
    """The note of one slot, kept open by its process."""

    def __init__(self, directory: Path, slot: int) -> None:
        self._fd = os.open(directory / f"judging-{slot}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self.write("")

    def write(self, claim: str) -> None:
        """What is judged from now on, as "ID FENCE PID"; empty = nothing."""
        os.pwrite(self._fd, claim.encode().ljust(_NOTE_BYTES), 0)


def read_notes(directory: Path, slots: int) -> dict[str, Held]:
    """What the slots (and the spare one) say they judge; half-written notes are passed over."""
    notes = {}
    for slot in range(slots + 1):
        try:
            submission_id, fence, pid = (directory / f"judging-{slot}").read_text().split()
            notes[str(slot)] = Held(slot=str(slot), id=submission_id, fence=int(fence), pid=int(pid))
        except (OSError, ValueError):
            continue
    return notes


def leave_order(directory: Path, slot: str, order: str) -> None:
    """Put an order where the slot looks for it."""
    write_whole(directory / f"slot-{slot}", order.encode(), mode=0o644)


def read_order(directory: Path, slot: int) -> str:
    """The slot's latest order; empty when there was none."""
    try:
        return (directory / f"slot-{slot}").read_text()
    except OSError:
        return ""


def leave_unopened(directory: Path, slot: int, reason: str) -> None:
    """Say that a slot cannot be opened; the note stays until it is forgotten, or the worker started again.

    A disk that does not take the note is told by the keeper's own look at it.
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
    """Say that the log has been told of this worker."""
    (directory / "announced").touch()


def is_announced(directory: Path) -> bool:
    """Whether the log has been told; a keeper that was started again does not say it twice."""
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
