"""A process of its own that reads what strangers made, with limits of memory and time: one request, one answer."""

from __future__ import annotations

import resource
import signal
import sys
from collections.abc import Callable
from typing import Protocol, TypeVar

import msgspec

from judge.errors import HostError
from judge.kernel.prctl import set_parent_death_signal

#: How such a process ends: it has answered; what it reads needs more memory than it may; this host is at fault.
ANSWERED, TOO_MUCH, HOST = 0, 3, 4


class Limited(Protocol):
    """A request that says what answering it may take."""

    @property
    def memory_bytes(self) -> int:
        """Address space."""
        ...

    @property
    def cpu_s(self) -> int:
        """CPU time."""
        ...


R = TypeVar("R", bound=Limited)


def limit_this_process(memory_bytes: int, cpu_s: int) -> None:
    """From here on; it ends with its parent, and leaves no core file. Raises OSError, KernelError."""
    set_parent_death_signal(signal.SIGKILL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))


def answer_one(kind: type[R], work: Callable[[R], object]) -> int:
    """Answer the request on standard input with what ``work`` makes of it; returns how the process is to end."""
    request = msgspec.json.decode(sys.stdin.buffer.read(), type=kind)
    limit_this_process(request.memory_bytes, request.cpu_s)
    try:
        answer = work(request)
    except MemoryError:
        return TOO_MUCH
    except (HostError, OSError) as error:
        print(error, file=sys.stderr)
        return HOST
    sys.stdout.buffer.write(msgspec.json.encode(answer))
    return ANSWERED
