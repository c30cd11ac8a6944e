"""An attack program as a value: what its header says it tries, under which limits, and how it must end.

The header is the program's first comment, one ``key: value`` a line::

    # tries: mount a fresh tmpfs over /work
    # expect: SYSCALL_DENIED mount
    # limits: memory=32M cpu=200ms

``expect`` lists the permitted ends, separated by ``|``: ``CONFINED`` (exit code 0 and that word on stdout), or an
outcome, for EXITED with the exit code, for SIGNALLED with the signal, for SYSCALL_DENIED with the call. Whatever it
says, a program that prints ``ESCAPED`` has got out. Running attacks is not done here.
"""

from __future__ import annotations

import dataclasses
import re
import signal
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import msgspec

from judge.model.limits import Limits
from judge.model.run import Outcome, signal_name
from judge.model.units import KIB, MIB, MS_NS, S_NS
from judge.sandbox.capture import Completed

CONFINED = "CONFINED"
ESCAPED = b"ESCAPED"

#: Short names of the limits in headers, with the field and the units that may follow the number.
_SIZES = {"": 1, "K": KIB, "M": MIB}
_TIMES = {"ms": MS_NS, "s": S_NS}
_FIELDS: dict[str, tuple[str, dict[str, int]]] = {
    "cpu": ("cpu_time_ns", _TIMES),
    "wall": ("wall_time_ns", _TIMES),
    "idle": ("idle_time_ns", _TIMES),
    "memory": ("memory_bytes", _SIZES),
    "processes": ("processes", {"": 1}),
    "stdout": ("stdout_bytes", _SIZES),
    "stderr": ("stderr_bytes", _SIZES),
    "disk": ("disk_bytes", _SIZES),
    "inodes": ("disk_inodes", {"": 1}),
    "files": ("open_files", {"": 1}),
}

#: What an attack runs under unless its header says otherwise: little, so that it is soon over.
_DEFAULTS: dict[str, int] = {
    "cpu_time_ns": 1 * S_NS,
    "wall_time_ns": 4 * S_NS,
    "memory_bytes": 64 * MIB,
    "processes": 32,
    "stdout_bytes": 64 * KIB,
    "stderr_bytes": 64 * KIB,
    "disk_bytes": 8 * MIB,
    "disk_inodes": 512,
    "open_files": 64,
}
#: Compilers are larger than the programs they are attacked with.
_COMPILE_DEFAULTS: dict[str, int] = {
    **_DEFAULTS,
    "cpu_time_ns": 600 * MS_NS,
    "memory_bytes": 256 * MIB,
    "processes": 64,
    "stderr_bytes": 256 * KIB,
    "disk_bytes": 32 * MIB,
    "open_files": 256,
}
_HARD_EXTRA_NS = 100 * MS_NS

_HEADER = re.compile(r"^(?:/\*| \*|#|//) ([a-z]+): (.+?)(?: \*/)?$")
_HEADER_LINES = 12
_KEYS = frozenset({"tries", "expect", "limits", "mode", "needs", "collect", "holds", "input"})
_LIMIT = re.compile(r"([a-z]+)=(\d+)([A-Za-z]*)")


class Mode(StrEnum):
    """How an attack is started."""

    RUN = "run"  #: once
    TWICE = "twice"  #: in one container, with the argument 1, then 2
    PAIR = "pair"  #: in two slots at once, with the arguments a and b
    COMPILE = "compile"  #: its file is a compiler's input


@dataclass(frozen=True)
class End:
    """One permitted end. ``detail``: exit code, signal name, call name, the word CONFINED, or empty for any."""

    outcome: Outcome
    detail: str = ""

    def __str__(self) -> str:
        return self.detail if self.detail == CONFINED else f"{self.outcome} {self.detail}".strip()

    def allows(self, done: Completed) -> bool:
        """True when ``done`` is this end."""
        result = done.result
        if result.outcome is not self.outcome:
            return False
        match self.outcome:
            case Outcome.EXITED if self.detail == CONFINED:
                return result.exit_code == 0 and CONFINED.encode() in done.stdout.read(KIB).splitlines()
            case Outcome.EXITED:
                return str(result.exit_code) == self.detail
            case Outcome.SIGNALLED:
                return result.signal == signal.Signals[self.detail]
            case Outcome.SYSCALL_DENIED:
                return result.syscall == self.detail
        return True


@dataclass(frozen=True)
class Attack:
    """One attack program.

    ``needs`` names a machine. ``collect`` is the pattern of the files to take out, ``holds`` texts that neither these
    nor the streams may contain. ``has_input`` = something is there to read, unless the header says ``input: none``.
    """

    path: Path
    tries: str
    ends: tuple[End, ...]
    limits: Limits
    mode: Mode = Mode.RUN
    needs: str = ""
    collect: str = ""
    holds: tuple[str, ...] = ()
    has_input: bool = True

    @property
    def name(self) -> str:
        return self.path.stem

    def patiently(self, factor: int) -> Attack:
        """The same with that many times the CPU and the real time, for slow hosts, but for what it may run out of."""
        limits, outcomes = self.limits, {end.outcome for end in self.ends}
        if Outcome.CPU_LIMIT not in outcomes:
            limits = msgspec.structs.replace(
                limits,
                cpu_time_ns=limits.cpu_time_ns * factor,
                cpu_time_hard_ns=limits.cpu_time_hard_ns * factor,
            )
        if Outcome.WALL_LIMIT not in outcomes:
            limits = msgspec.structs.replace(limits, wall_time_ns=limits.wall_time_ns * factor)
        return dataclasses.replace(self, limits=limits)

    def complaint(self, done: Completed) -> str:
        """Why ``done`` is not how it must end; empty when it is."""
        if ESCAPED in done.stdout.read():
            return done.stdout.text(KIB).strip()
        if any(end.allows(done) for end in self.ends):
            return ""
        seen = f"{describe(done)}, stdout {done.stdout.text(200)!r}, stderr {done.stderr.text(400)!r}"
        return f"expected {' | '.join(map(str, self.ends))}, saw {seen}"


def describe(done: Completed) -> str:
    """How a run ended, in the words of the headers, with the evidence."""
    result = done.result
    detail = {
        Outcome.EXITED: str(result.exit_code),
        Outcome.SIGNALLED: signal_name(result.signal).removeprefix("signal "),
        Outcome.SYSCALL_DENIED: str(result.syscall),
    }.get(result.outcome, "")
    return f"{result.outcome} {detail}".strip() + (f" ({result.cause})" if result.cause else "")


def read_attack(path: Path) -> Attack:
    """Parse the header of one program. Raises ValueError naming the file and what is wrong with it."""
    header: dict[str, str] = {}
    for line in path.read_text("utf-8", "replace").splitlines()[:_HEADER_LINES]:
        found = _HEADER.match(line)
        if found and found[1] in _KEYS:
            header[found[1]] = found[2].strip()
    try:
        mode = Mode(_one_of(header.get("mode", Mode.RUN.value), frozenset(Mode)))
        return Attack(
            path=path,
            tries=header["tries"],
            ends=tuple(map(_end, header["expect"].split(" | "))),
            limits=_limits(header.get("limits", ""), _COMPILE_DEFAULTS if mode is Mode.COMPILE else _DEFAULTS),
            mode=mode,
            needs=header.get("needs", ""),
            collect=header.get("collect", ""),
            has_input=_one_of(header.get("input", "some"), frozenset({"some", "none"})) == "some",
            holds=tuple(filter(None, (text.strip() for text in header.get("holds", "").split(" | ")))),
        )
    except (KeyError, ValueError) as error:
        raise ValueError(f"{path}: bad header: {error}") from error


def _one_of(word: str, words: frozenset[str]) -> str:
    if word not in words:
        raise ValueError(f"{word!r} is not one of {', '.join(sorted(words))}")
    return word


def _end(text: str) -> End:
    if text == CONFINED:
        return End(Outcome.EXITED, CONFINED)
    word, _, detail = text.partition(" ")
    outcome = Outcome(word)
    needs_detail = outcome in (Outcome.EXITED, Outcome.SIGNALLED, Outcome.SYSCALL_DENIED)
    if needs_detail != bool(detail):
        raise ValueError(f"{text!r} needs {'a' if needs_detail else 'no'} detail")
    if outcome is Outcome.SIGNALLED:
        signal.Signals[detail]
    return End(outcome, detail)


def _limits(text: str, defaults: dict[str, int]) -> Limits:
    values = dict(defaults)
    for word in text.split():
        found = _LIMIT.fullmatch(word)
        if not found or found[1] not in _FIELDS or found[3] not in _FIELDS[found[1]][1]:
            raise ValueError(f"bad limit {word!r}")
        field, units = _FIELDS[found[1]]
        values[field] = int(found[2]) * units[found[3]]
    return Limits(cpu_time_hard_ns=values["cpu_time_ns"] + _HARD_EXTRA_NS, **values)
