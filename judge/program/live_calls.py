"""Live programs: started, written to, read from, waited for. Any number of them go on at once, as far as the quota
lets them; while nobody waits for one only its CPU time counts."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from judge.model.run import Outcome
from judge.program import calls
from judge.program.answers import Ran, ReadAnswer, Started
from judge.program.refusals import Refusal
from judge.program.run_calls import Instruments, Ready, files_fit
from judge.sandbox.beside import Given, RunBeside

#: Of input that a live program has not taken.
UNWRITTEN_BYTES_MAX = 16 << 20
#: What is read at once.
READ_BYTES_MAX = 16 << 20
_ANY_BYTE = 256


@dataclass
class _Live:
    """A program that was started. ``ran`` once it is over and was waited for."""

    run: RunBeside
    ready: Ready
    release: Callable[[], None]  #: idempotent: what it holds is given back
    ran: Ran | None = None


class LiveCalls:
    """All live programs of one judge program. Close it when done: those that go on are ended."""

    def __init__(self, instruments: Instruments) -> None:
        self._instruments = instruments
        self._live: dict[int, _Live] = {}
        self._stack = ExitStack()

    def start(self, call: calls.Start, payload: bytes) -> Started:
        """Raises Refusal, WorkError, SandboxError, InfrastructureError."""
        instruments = self._instruments
        with ExitStack() as stack, ExitStack() as opening:
            ready = instruments.ready(opening, call, payload)
            stack.enter_context(instruments.counted([ready]))
            opened = instruments.programs.open(ready.built, ready.spec.limits)
            stack.callback(instruments.programs.back, opened)
            with files_fit():
                run = opened.container.start(
                    ready.spec, Given(files=ready.files, executables=ready.executables, piped=True)
                )
            stack.callback(run.close)
            release = stack.pop_all().close
        self._stack.callback(release)
        handle = len(self._live) + 1
        self._live[handle] = _Live(run, ready, release)
        return Started(process=handle, stdout_bytes=ready.spec.limits.stdout_bytes)

    def shared(self, started: Started) -> tuple[int, int]:
        """Its pipes, for the judge program; the caller closes both."""
        return self._live[started.process].run.share()

    def _get(self, handle: int) -> _Live:
        live = self._live.get(handle)
        if live is None:
            raise Refusal(f"there is no process {handle}")
        return live

    def write(self, call: calls.Write, payload: bytes) -> None:
        """Raises Refusal."""
        live = self._get(call.process)
        self._write(live, call.content, payload, close=call.close)

    def _write(self, live: _Live, content: calls.Content, payload: bytes, *, close: bool = False) -> None:
        if content.handle:
            held = self._instruments.holdings.get(content.handle)
            size_bytes = held.size_bytes
            data = held.read(0, size_bytes) if size_bytes <= UNWRITTEN_BYTES_MAX else b""
        else:
            held = self._instruments.holdings.of(content, payload)
            size_bytes, data = held.size_bytes, held.read(0, held.size_bytes)
        if live.ran is not None:
            return
        if live.run.unwritten_bytes + size_bytes > UNWRITTEN_BYTES_MAX:
            raise Refusal(f"more than {UNWRITTEN_BYTES_MAX} bytes that the process has not read")
        live.run.write(data, close=close)

    def read(self, call: calls.Read, payload: bytes) -> tuple[ReadAnswer, bytes]:
        """Raises Refusal, InfrastructureError."""
        live = self._get(call.process)
        size_bytes = call.size or READ_BYTES_MAX
        if not -1 <= call.until <= _ANY_BYTE or not 0 <= size_bytes <= READ_BYTES_MAX or call.cpu_time_ns < 0:
            raise Refusal("read: until is -1 to 256, size and cpu_time_ns are not negative and not too large")
        if call.write != calls.NOTHING:
            self._write(live, call.write, payload)
        if live.ran is not None:
            return ReadAnswer(end=True), b""
        live.run.passed(call.passed)
        before_ns = live.run.cpu_ns()
        limit_ns = before_ns + call.cpu_time_ns if call.cpu_time_ns else 1 << 62
        is_any = call.until == _ANY_BYTE
        in_time = live.run.read(-1 if is_any else call.until, 1 if is_any else size_bytes, limit_ns)
        used_ns = live.run.cpu_ns() - before_ns
        late = not in_time or (call.cpu_time_ns > 0 and used_ns > call.cpu_time_ns)
        data = b"" if late else _taken(live.run, call.until, size_bytes)
        end = live.run.output.at_end and not live.run.output.waiting
        return ReadAnswer(end=end, late="CPU" if late else "", cpu_time_ns=used_ns), data

    def wait(self, call: calls.Wait) -> Ran:
        """Raises Refusal, CancelledError, InfrastructureError."""
        live = self._get(call.process)
        if live.ran is not None:
            raise Refusal("this process is over, and was waited for")
        live.run.passed(call.passed)
        if call.stop:
            live.run.stop(Outcome.CANCELLED, "stopped by the judge program")
        done = live.run.finish()
        live.release()
        live.ran = self._instruments.ran(live.ready, done, is_stopped=call.stop)
        return live.ran

    def close(self) -> None:
        """End all that still go on. Idempotent."""
        for live in self._live.values():
            if live.ran is None:
                self._instruments.meter.used_cpu(live.run.cpu_ns())
        self._live.clear()
        self._stack.close()


def _taken(run: RunBeside, until: int, size_bytes: int) -> bytes:
    output = run.output
    if 0 <= until < _ANY_BYTE:
        place = output.waiting.find(until)
        if place >= 0:
            size_bytes = min(size_bytes, place + 1)
    return output.take(size_bytes or len(output.waiting))
