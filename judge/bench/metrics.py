"""``judge bench metrics``: what the metrics cost where programs are judged, and how fast a scrape is under load.

*Recording* is everything that judging pays for one verdict: the record built from the report, encoded, written twice
(announced and confirmed); beside it the bare ``write`` of as many bytes. *Scraping* asks a real exporter over HTTP
that shows every language and verdict, while records stream in and every core computes; beside it ``/healthz``.
The promises: 20 microseconds and 50 milliseconds.
"""

from __future__ import annotations

import argparse
import http.client
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median, quantiles

import msgspec
from rich.console import Console
from rich.table import Table

from judge.kernel.prctl import set_parent_death_signal
from judge.model.report import CaseReport, GroupReport, Report
from judge.model.run import Outcome, RunResult, Usage
from judge.model.units import MS_NS, S_NS, US_NS
from judge.model.verdict import Verdict
from judge.observe.metrics.exporter import ExporterConfig, listen, run_exporter
from judge.observe.metrics.judged_record import judged_record
from judge.observe.metrics.pipe import RecordWriter, open_pipe
from judge.observe.metrics.pipe_records import Phase, Prepared, encode_frame
from judge.observe.metrics.settlement import VerdictSender
from judge.observe.metrics.vocabulary import Vocabulary
from judge.parsers import Subparsers

LANGUAGES = tuple(f"language-{number}" for number in range(30))
TESTS = (1, 10, 100)
SCRAPES = 100
RECORDS_PER_S = 1000
_ALLOWED_RECORDING_US = 20.0
_ALLOWED_SCRAPE_MS = 50.0
_REPEATS = 500


class RecordingRow(msgspec.Struct, frozen=True, kw_only=True):
    """One verdict over this number of tests; medians."""

    tests: int
    bytes: int
    bare_write_us: float
    recording_us: float


class MetricsBench(msgspec.Struct, frozen=True, kw_only=True):
    """Everything measured. ``over`` names what is past its promise (recording is promised for up to ten tests)."""

    recording: tuple[RecordingRow, ...]
    records_per_s: int
    samples: int
    healthz_median_ms: float
    scrape_median_ms: float
    scrape_p95_ms: float
    scrape_max_ms: float
    over: tuple[str, ...]


def add_parser(subparsers: Subparsers) -> None:
    """Define the command line."""
    parser = subparsers.add_parser("metrics", help="the price of recording a verdict, and of a scrape under load")
    parser.add_argument("--scrapes", type=int, default=SCRAPES, help=f"how many scrapes (default {SCRAPES})")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Measure and print; exit code 1 when something costs more than promised."""
    bench = measure(max(args.scrapes, 10))
    if args.json:
        sys.stdout.buffer.write(msgspec.json.encode(bench) + b"\n")
    else:
        _print(bench)
    return 1 if bench.over else 0


def measure(scrapes: int = SCRAPES) -> MetricsBench:
    """Measure both; takes some seconds and every core."""
    recording = tuple(_measure_recording(tests) for tests in TESTS)
    with _loaded_exporter() as ask:
        samples = sum(not line.startswith(b"#") for line in ask("/metrics").splitlines())
        health_ms = [_timed_ms(lambda: ask("/healthz")) for _ in range(scrapes)]
        scrape_ms = [_timed_ms(lambda: ask("/metrics")) for _ in range(scrapes)]
    p95_ms = quantiles(scrape_ms, n=20)[-1]
    slow = [f"recording {row.tests} tests" for row in recording if row.tests <= 10 and _is_slow(row)]
    return MetricsBench(
        recording=recording,
        records_per_s=RECORDS_PER_S,
        samples=samples,
        healthz_median_ms=round(median(health_ms), 2),
        scrape_median_ms=round(median(scrape_ms), 2),
        scrape_p95_ms=round(p95_ms, 2),
        scrape_max_ms=round(max(scrape_ms), 2),
        over=(*slow, *(["scrape"] if p95_ms > _ALLOWED_SCRAPE_MS else [])),
    )


def _is_slow(row: RecordingRow) -> bool:
    return row.recording_us > _ALLOWED_RECORDING_US


def _measure_recording(tests: int) -> RecordingRow:
    report = _report(LANGUAGES[0], Verdict.AC, tests)
    read_fd, write_fd = open_pipe()
    try:
        sender = VerdictSender(RecordWriter(write_fd), 0)
        frame = encode_frame(Prepared(0, report.submission, 1, judged_record(report)))
        bare_ns, recording_ns = [], []
        for _ in range(_REPEATS):
            start_ns = time.perf_counter_ns()
            os.write(write_fd, frame)
            bare_ns.append(time.perf_counter_ns() - start_ns)
            start_ns = time.perf_counter_ns()
            sender.prepare(report.submission, 1, judged_record(report, wait_ns=1, judging_ns=1))
            sender.settle(True)
            recording_ns.append(time.perf_counter_ns() - start_ns)
            os.read(read_fd, 1 << 16)
    finally:
        os.close(read_fd)
        os.close(write_fd)
    return RecordingRow(
        tests=tests,
        bytes=len(frame),
        bare_write_us=round(median(bare_ns) / US_NS, 2),
        recording_us=round(median(recording_ns) / US_NS, 2),
    )


def _report(language: str, verdict: Verdict, tests: int) -> Report:
    usage = Usage(cpu_time_ns=3 * MS_NS, cpu_user_ns=2 * MS_NS, wall_time_ns=4 * MS_NS, memory_peak_bytes=5 << 20)
    cases = tuple(
        CaseReport(name=f"secret/{number}", verdict=verdict, run=RunResult(outcome=outcome, exit_code=0, usage=usage))
        for number, outcome in zip(range(tests), list(Outcome) * tests, strict=False)
    )
    root = GroupReport(name="data", verdict=verdict, cases=cases)
    return Report(submission="s" * 32, problem="p", language=language, verdict=verdict, root=root)


@contextmanager
def _loaded_exporter() -> Iterator[Callable[[str], bytes]]:
    """An exporter with every series, a stream of records into it and work on every core; yields how to ask it."""
    read_fd, write_fd = open_pipe()
    children: list[int] = []
    with listen("127.0.0.1", 0) as server:
        address = server.getsockname()[:2]

        def export() -> None:
            os.close(write_fd)
            run_exporter(ExporterConfig(Vocabulary(frozenset(LANGUAGES))), read_fd, server)

        try:
            children.append(_fork(export))
            _feed_everything(RecordWriter(write_fd))
            children.append(_fork(lambda: _feed_forever(RecordWriter(write_fd))))
            children += [_fork(_compute) for _ in os.sched_getaffinity(0)]
            yield lambda path: _get(address, path)
        finally:
            for pid in children:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
            os.close(read_fd)
            os.close(write_fd)


def _fork(work: Callable[[], None]) -> int:
    pid = os.fork()
    if pid == 0:
        try:
            set_parent_death_signal(signal.SIGKILL)
            work()
        finally:
            os._exit(0)
    return pid


def _feed_everything(writer: RecordWriter) -> None:
    """Every language with every verdict, outcome and phase, in every class."""
    phases_ns = dict.fromkeys(Phase, MS_NS)
    for language in LANGUAGES:
        for verdict in Verdict:
            for priority_class in sorted(Vocabulary().classes):
                report = _report(language, verdict, len(Outcome))
                record = judged_record(report, priority_class=priority_class, wait_ns=1, judging_ns=1)
                record = msgspec.structs.replace(record, phases_ns=phases_ns)
                while not writer.send(record):
                    time.sleep(0.001)


def _feed_forever(writer: RecordWriter) -> None:
    records = [judged_record(_report(language, Verdict.AC, 10), wait_ns=1, judging_ns=1) for language in LANGUAGES]
    began_ns, sent = time.monotonic_ns(), 0
    while True:
        due = (time.monotonic_ns() - began_ns) * RECORDS_PER_S // S_NS
        for number in range(sent, due):
            writer.send(records[number % len(records)])
        sent = due
        time.sleep(0.005)


def _compute() -> None:
    while True:
        sum(range(10_000))


def _get(address: tuple[str, int], path: str) -> bytes:
    connection = http.client.HTTPConnection(*address, timeout=30)
    try:
        connection.request("GET", path)
        return connection.getresponse().read()
    finally:
        connection.close()


def _timed_ms(action: Callable[[], object]) -> float:
    start_ns = time.perf_counter_ns()
    action()
    return (time.perf_counter_ns() - start_ns) / MS_NS


def _print(bench: MetricsBench) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("tests", "bytes", "bare write us", "recording us"):
        table.add_column(heading, justify="right")
    for row in bench.recording:
        table.add_row(str(row.tests), str(row.bytes), f"{row.bare_write_us:.2f}", f"{row.recording_us:.2f}")
    Console(highlight=False).print(table)
    print(
        f"scrape of {bench.samples} samples, {bench.records_per_s} records/s coming in, all cores busy: median "
        f"{bench.scrape_median_ms:.1f} ms, 95 % {bench.scrape_p95_ms:.1f} ms, max {bench.scrape_max_ms:.1f} ms "
        f"(/healthz {bench.healthz_median_ms:.1f} ms)"
    )
    print(f"over the promise: {', '.join(bench.over) or 'nothing'}")
