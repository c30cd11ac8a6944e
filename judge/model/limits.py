"""Limits of one run. Pure data; :mod:`judge.sandbox` enforces them, each in the way its field says."""

from __future__ import annotations

import operator

import msgspec

from judge.model.units import GIB, KIB, MIB, MS_NS, S_NS

#: 0 of these is no limit, or that of another.
_MAY_BE_NONE = ("idle_time_ns", "stack_bytes", "address_space_bytes", "data_segment_bytes")
#: What these do not allow is refused to a program, which may go on and end by itself.
_REFUSING = (
    "memory_bytes", "processes", "disk_bytes", "disk_inodes", "open_files", "stack_bytes", "address_space_bytes",
    "data_segment_bytes",
)  # fmt: skip


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every limit of one run; all integers, units in the names.

    ``cpu_time_ns``
        the *time limit*: CPU time of the whole process tree, from the cgroup. Past it the
        outcome is CPU_LIMIT.
    ``cpu_time_hard_ns``
        where the run is killed; at least ``cpu_time_ns``. Between the two the program may
        still finish, so that its true time past the limit is shown.
    ``wall_time_ns``
        the real-time guard. ``idle_time_ns`` (0 = off) ends a run that used no CPU for this long.
    ``memory_bytes``
        of the whole tree, from the cgroup, tmpfs contents included, swap forced to zero.
    ``processes``
        tasks (processes and threads) alive at once, by the pids cgroup.
    ``stdout_bytes``, ``stderr_bytes``
        per stream, counted on the stream; the first byte over ends the run.
    ``disk_bytes``, ``disk_inodes``
        of /work, /tmp and /dev/shm each.
    ``stack_bytes``
        soft stack limit; 0 = as large as the memory limit.
    ``address_space_bytes``, ``data_segment_bytes``
        RLIMIT_AS and RLIMIT_DATA of each process; 0 = none.
    """

    cpu_time_ns: int = 2 * S_NS
    cpu_time_hard_ns: int = 2 * S_NS + 500 * MS_NS
    wall_time_ns: int = 10 * S_NS
    idle_time_ns: int = 0
    memory_bytes: int = 256 * MIB
    processes: int = 64
    stdout_bytes: int = 64 * MIB
    stderr_bytes: int = 1 * MIB
    disk_bytes: int = 64 * MIB
    disk_inodes: int = 4096
    open_files: int = 256
    stack_bytes: int = 0
    address_space_bytes: int = 0
    data_segment_bytes: int = 0

    def __post_init__(self) -> None:
        values = msgspec.structs.astuple(self)
        if any(map(operator.lt, values, _FLOORS)):
            for name, value, floor in zip(self.__struct_fields__, values, _FLOORS, strict=True):
                if value < floor:
                    raise ValueError(f"{name} must be at least {floor}, not {value}")
        if self.cpu_time_hard_ns < self.cpu_time_ns:
            raise ValueError("cpu_time_hard_ns must not be below cpu_time_ns")

    def refuses_no_more_than(self, other: Limits) -> bool:
        """Whether a program that goes on when it is refused something (a file, a process, memory) gets as much."""
        amounts = ((getattr(self, name), getattr(other, name)) for name in _REFUSING)
        return all(ours == theirs or ours > theirs > 0 or (ours == 0 < theirs) for ours, theirs in amounts)


_FLOORS = tuple(0 if name in _MAY_BE_NONE else 1 for name in Limits.__struct_fields__)

#: Limits of a compile: generous, but limits all the same (compilers run hostile input).
COMPILE_LIMITS = Limits(
    cpu_time_ns=30 * S_NS,
    cpu_time_hard_ns=30 * S_NS,
    wall_time_ns=60 * S_NS,
    memory_bytes=2 * GIB,
    processes=256,
    stdout_bytes=256 * KIB,
    stderr_bytes=256 * KIB,
    disk_bytes=256 * MIB,
    disk_inodes=16_384,
    open_files=1024,
)

#: Limits of a setter's validator, interactor or other judge program.
VALIDATION_LIMITS = Limits(
    cpu_time_ns=60 * S_NS,
    cpu_time_hard_ns=60 * S_NS,
    wall_time_ns=120 * S_NS,
    memory_bytes=2 * GIB,
    processes=64,
    stdout_bytes=8 * MIB,
    stderr_bytes=1 * MIB,
    disk_bytes=64 * MIB,
)
