"""Runs of programs and results of tests as DMOJ's graders see them: beside judge.py, as ``dmoj_process.py``."""

from __future__ import annotations

import functools
import io
from typing import Any

import dmoj_check as base
import judge_program as service

#: The names of DMOJ's results, the gravest first, and our verdicts.
VERDICTS = {"IE": "JE", "TLE": "TLE", "MLE": "MLE", "OLE": "OLE", "RTE": "RTE", "IR": "RTE", "WA": "WA", "SC": "WA"}
_PIECE = 1 << 16
_KIB = 1024


class OutputLimitExceeded(Exception):
    """More output than the caller wanted."""


class Result(base.Result):
    """What a grader says of a test."""

    def __init__(self, case: Any, result_flag: int = 0, **fields: Any) -> None:
        super().__init__(case, result_flag)
        self.execution_time = self.wall_clock_time = 0.0
        self.max_memory = 0.0
        self.context_switches = (0, 0)
        self.runtime_version = ""
        self.total_execution_time = self.max_sandbox_memory = 0.0
        for name, value in fields.items():
            setattr(self, name, value)

    def get_main_code(self) -> int:
        """The gravest flag."""
        return next((flag for name in VERDICTS if self.result_flag & (flag := getattr(Result, name))), Result.AC)

    def readable_codes(self) -> list[str]:
        """The names of all flags."""
        return [name for name in VERDICTS if self.result_flag & getattr(Result, name)] or ["AC"]

    def set_result_flag(self, process: Process) -> None:
        """What the process met."""
        self.result_flag |= process.flags

    def update_feedback(self, error: Any, process: Process, binary: Any, feedback: Any = None) -> None:
        """The checker's word, else how the run ended."""
        self.feedback = feedback or self.feedback or process.ending


class _Reads(io.RawIOBase):
    """What a live program writes to its standard output."""

    def __init__(self, process: Process) -> None:
        super().__init__()
        self._process = process
        self._rest = b""
        self._at_end = False

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """``size`` bytes, or all up to the end."""
        while not self._at_end and (size < 0 or len(self._rest) < size):
            wanted = 0 if size < 0 else size - len(self._rest)
            self._take(self._process.live.read(wanted))
        return self._give(len(self._rest) if size < 0 else size)

    def read1(self, size: int = _PIECE) -> bytes:
        """What comes next."""
        if not self._rest and not self._at_end:
            self._take(self._process.live.read_some(_PIECE))
        return self._give(min(len(self._rest), size if size > 0 else _PIECE))

    def readline(self, size: int = -1) -> bytes:
        """Up to and with the next line end."""
        while not self._at_end and b"\n" not in self._rest and (size < 0 or len(self._rest) < size):
            self._take(self._process.live.read_line(size=_PIECE))
        end = self._rest.find(b"\n") + 1 or len(self._rest)
        return self._give(end if size < 0 else min(end, size))

    def _take(self, piece: Any) -> None:
        self._rest += piece
        self._at_end = bool(piece.end or piece.late)

    def _give(self, size: int) -> bytes:
        piece, self._rest = self._rest[:size], self._rest[size:]
        return piece


class _Writes:
    """The standard input of a live program."""

    closed = False

    def __init__(self, process: Process) -> None:
        self._process = process

    def write(self, data: Any) -> int:
        """Goes out with the next read."""
        if self.closed:
            raise BrokenPipeError("standard input is closed")
        self._process.live.write(bytes(data))
        return len(data)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        if not self.closed and self._process.is_live:
            self._process.live.close_input()
        self.closed = True


class _Errors(io.BytesIO):
    """Standard error, which is there when the program is over."""

    def __init__(self, process: Process) -> None:
        super().__init__()
        self._process = process

    def read(self, size: Any = -1) -> bytes:
        if not self._process.is_over:
            self._process.wait()
        data = bytes(self._process.error)
        self._process.error = b""
        return data


class Process:
    """One run of a program, as DMOJ's graders see it: nothing is started before it is known how it is fed."""

    def __init__(self, program: Any, args: tuple[str, ...], limits: Any) -> None:
        self._start = functools.partial(service.start, program, args=args, limits=limits)
        self._run = functools.partial(service.run, program, args=args, limits=limits)
        self._live: Any = None
        self.done: Any = None  # the run, when its end is known
        self._is_killed = False
        self.error = b""
        self.stdin = _Writes(self)
        self.stdout = _Reads(self)
        self.stderr = _Errors(self)
        self.protection_fault = None

    @property
    def is_live(self) -> bool:
        """Whether it was started as one to talk to."""
        return self._live is not None

    @property
    def is_over(self) -> bool:
        """Whether its end is known."""
        return self.done is not None

    @property
    def live(self) -> Any:
        """The program to talk to."""
        if self._live is None:
            self._live = self._start()
        return self._live

    def communicate(
        self, input: Any = None, timeout: Any = None, outlimit: Any = None, errlimit: Any = None
    ) -> tuple[bytes, bytes]:
        """Run it to its end on this input."""
        if isinstance(input, str):
            input = input.encode()
        if self._live is None:
            self._over(self._run(stdin=input or b""))
            output = self.done.stdout.read()
        else:
            if input:
                self.stdin.write(input)
            self.stdin.close()
            output = self.stdout.read()
            self.wait()
        if outlimit is not None and len(output) > outlimit:
            raise OutputLimitExceeded("stdout", output[:outlimit], self.error)
        return output, self.error

    safe_communicate = communicate

    def wait(self, timeout: Any = None) -> int:
        """Until it is over; what it still writes is dropped."""
        if self.done is None:
            self._over(self.live.stop() if self._is_killed else self.live.wait())
        return self.returncode

    def poll(self) -> int | None:
        """The exit code of one that is known to be over."""
        return self.returncode if self.done is not None else None

    def kill(self) -> None:
        """End it."""
        if self.done is None:
            self._is_killed = True
            self._over(self.live.stop())

    terminate = kill

    def _over(self, run: Any) -> None:
        self.done = run
        self.error = run.stderr.read()

    def _ended(self) -> Any:
        if self.done is None:
            self.wait()
        return self.done

    @property
    def flags(self) -> int:
        """What it met, as flags of a Result."""
        run = self._ended()
        if self._is_killed or run.ok:
            return 0
        if run.verdict == "RTE":
            return Result.RTE if run.signal is not None or run.exit_code is None else Result.IR
        return int(getattr(Result, run.verdict or "RTE"))

    @property
    def ending(self) -> str:
        """How it ended, in words; empty for one that ended well."""
        return "" if self._is_killed else str(self._ended().ending)

    @property
    def returncode(self) -> int:
        run = self._ended()
        return -run.signal if run.signal is not None else run.exit_code if run.exit_code is not None else -9

    @property
    def signal(self) -> int | None:
        signal: int | None = self._ended().signal
        return signal

    @property
    def execution_time(self) -> float:
        return float(self._ended().cpu_time)

    @property
    def wall_clock_time(self) -> float:
        return float(self._ended().wall_time)

    @property
    def max_memory(self) -> float:
        return float(self._ended().memory_bytes / _KIB)

    is_tle = property(lambda self: bool(self.flags & Result.TLE))
    is_mle = property(lambda self: bool(self.flags & Result.MLE))
    is_ole = property(lambda self: bool(self.flags & Result.OLE))
    is_rte = property(lambda self: bool(self.flags & Result.RTE))
    is_ir = property(lambda self: bool(self.flags & Result.IR))


class Binary:
    """A compiled program. ``usual``: the limits of a run that names higher ones or none: seconds and KiB."""

    def __init__(self, program: Any, usual: tuple[float, float] = (0.0, 0.0)) -> None:
        self._program = program
        self._usual = usual

    def launch(self, *args: Any, **options: Any) -> Process:
        """A run, with the limits ``time`` (s) and ``memory`` (KiB) where they are lower than the usual ones."""
        time, memory = (options.get(name) or 0 for name in ("time", "memory"))
        usual_time, usual_memory = self._usual
        limits = service.Limits(
            cpu_time=time if usual_time and 0 < time < usual_time else 0,
            memory_bytes=int(memory * _KIB) if usual_memory and 0 < memory < usual_memory else 0,
        )
        return Process(self._program, tuple(map(str, args)), limits)

    def populate_result(self, error: Any, result: Result, process: Process) -> None:
        """What is known of a run."""
        result.max_memory = process.max_memory
        result.execution_time = process.execution_time
        result.wall_clock_time = process.wall_clock_time
        result.set_result_flag(process)
        result.update_feedback(error, process, self)

    def get_feedback(self, *_: Any) -> str:
        return ""

    def cleanup(self) -> None:
        """Nothing is left."""
