"""How far CPU times of the same work lie apart on a slot: the error bar of every time that it measures."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from judge.errors import InfrastructureError
from judge.model.limits import Limits
from judge.model.units import S_NS
from judge.sandbox.spec import ContainerSpec, Rootfs, RunSpec
from judge.toolchain.compile import OpenContainer

log = logging.getLogger(__name__)

#: How the message of :class:`NoiseUnknown` begins.
NOT_MEASURED = "noise not measured"

#: Some ten milliseconds of plain computing, with nothing but a shell.
_WORK = ("/bin/sh", "-c", "i=0; while [ $i -lt 30000 ]; do i=$((i+1)); done")
_RUNS = 8

#: A measurement says something about the minutes around it.
_FRESH_NS = 600 * S_NS


class NoiseUnknown(InfrastructureError):
    """The work that is measured did not come to its end, as on a host that is too slow or too crowded for it.

    No reason to refuse work: runs near a limit are repeated whatever the noise is.
    """


class NoiseMeter:
    """Measures a slot now and then. ``clock`` gives nanoseconds, never backwards."""

    def __init__(self, clock: Callable[[], int] = time.monotonic_ns) -> None:
        self._clock = clock
        self._ratio: float | None = None
        self._asked_ns: int | None = None

    def ratio(self, open_container: OpenContainer, rootfs: Rootfs, *, needed: bool) -> float | None:
        """(slowest - fastest) / fastest as last measured; None when there is no fresh one or it came to nothing.

        ``needed``: measure then; blocks for some tenths of a second. Raises InfrastructureError.
        """
        stale = self._asked_ns is None or self._clock() - self._asked_ns > _FRESH_NS
        if not stale:
            return self._ratio
        if not needed:
            return None
        try:
            self._ratio = measure_noise(open_container, rootfs)
        except NoiseUnknown as error:
            log.warning("%s", error)
            self._ratio = None
        self._asked_ns = self._clock()
        return self._ratio


def measure_noise(open_container: OpenContainer, rootfs: Rootfs) -> float:
    """Run the same work a few times, the first not counted. Raises NoiseUnknown, InfrastructureError."""
    spec = RunSpec(argv=_WORK, limits=Limits(cpu_time_ns=5 * S_NS, cpu_time_hard_ns=5 * S_NS, wall_time_ns=20 * S_NS))
    times_ns = []
    with open_container(ContainerSpec(rootfs=rootfs)) as container:
        for _ in range(_RUNS):
            result = container.run(spec).result
            if not result.ok:
                raise NoiseUnknown(f"{NOT_MEASURED}: the work ended with {result.outcome}: {result.cause}")
            times_ns.append(result.usage.cpu_time_ns)
    fastest, slowest = min(times_ns[1:]), max(times_ns[1:])
    return (slowest - fastest) / max(1, fastest)
