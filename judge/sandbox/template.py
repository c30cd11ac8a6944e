"""The slot's process's side of a template: what of it is ready, which runs are its copies, what they are charged.

A run that is a copy is charged what a start of its own would have used: the CPU time that the template took to get
ready, and the memory that it then had. Its limits are as much lower meanwhile.
"""

from __future__ import annotations

import os
import select
import socket
import stat
import time
from dataclasses import dataclass

import msgspec

from judge.model.limits import Limits
from judge.sandbox import protocol
from judge.sandbox.cgroups.counters import Counters
from judge.sandbox.spec import RunSpec, TemplateSpec

_READY_TIMEOUT_NS = 10_000_000_000
#: A run whose memory limit leaves it less than this beside what it is charged is a start of its own.
_MEMORY_LEFT_MIN = 8 << 20
_REPORT_BYTES = 64
#: What a template itself may have open: itself, and what it is handed with a request.
OPEN_FILES_MIN = 64


@dataclass(frozen=True)
class Charge:
    """What a run is charged besides what it used itself."""

    cpu_ns: int = 0
    memory_bytes: int = 0

    def on(self, counters: Counters) -> Counters:
        """What the run used, and this."""
        return counters._replace(
            cpu_ns=counters.cpu_ns + self.cpu_ns,
            cpu_user_ns=counters.cpu_user_ns + self.cpu_ns,
            memory_peak_bytes=counters.memory_peak_bytes + self.memory_bytes,
        )

    def off(self, limits: Limits) -> Limits:
        """What is left of these limits for the run itself."""
        return msgspec.structs.replace(limits, memory_bytes=limits.memory_bytes - self.memory_bytes)


NO_CHARGE = Charge()


@dataclass(frozen=True)
class Template:
    """One that is ready. ``listener_fd`` is of its system-call filter, which its copies have."""

    spec: TemplateSpec
    charge: Charge
    listener_fd: int

    def makes(self, run: RunSpec, stdin_fd: int) -> bool:
        """Whether a run may be a copy. ``stdin_fd``: its input; an interpreter looks at what that is when it starts."""
        spec, limits = self.spec, run.limits
        return (
            run.argv == spec.argv
            and run.env == spec.env
            and run.cwd == "/work"
            and limits.open_files >= OPEN_FILES_MIN
            and (limits.open_files, stack_bytes_of(limits)) == (spec.open_files, spec.stack_bytes)
            and not limits.address_space_bytes
            and not limits.data_segment_bytes
            and limits.memory_bytes - self.charge.memory_bytes >= _MEMORY_LEFT_MIN
            and limits.cpu_time_ns > self.charge.cpu_ns
            and stat.S_ISREG(os.fstat(stdin_fd).st_mode)
            and os.lseek(stdin_fd, 0, os.SEEK_CUR) == 0
        )


def stack_bytes_of(limits: Limits) -> int:
    """The soft limit of a program's stack."""
    return limits.stack_bytes or limits.memory_bytes


def charge_of(control_fd: int) -> Charge | None:
    """Wait until a template that was started is ready; None = it is not, or ended."""
    begun_ns, until_ns = 0, time.monotonic_ns() + _READY_TIMEOUT_NS
    with socket.socket(fileno=os.dup(control_fd)) as control:
        poll = select.poll()
        poll.register(control, select.POLLIN)
        while (left_ns := until_ns - time.monotonic_ns()) > 0 and poll.poll(left_ns / 1e6):
            report = control.recv(_REPORT_BYTES)
            kind, body = report[:1], report[1:]
            if kind == protocol.TEMPLATE_BEGUN and len(body) == protocol.COPIED_BODY.size:
                (begun_ns,) = protocol.COPIED_BODY.unpack(body)
            elif kind == protocol.TEMPLATE_READY and len(body) == protocol.TEMPLATE_READY_BODY.size:
                ready_ns, memory_bytes = protocol.TEMPLATE_READY_BODY.unpack(body)
                return Charge(max(0, ready_ns - begun_ns), memory_bytes)
            else:
                break
    return None
