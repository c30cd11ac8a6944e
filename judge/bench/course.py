"""``judge bench course``: a class graded by a service of its own, beside the bare processes on the same cores; and how
long who uploads homework waits for the report.

Each student's program is its own text, so nothing is known of it before. A bare run is ``posix_spawn`` and ``wait`` of
the same interpreter with the input on stdin and stdout read from a pipe, as many at a time as the service has slots.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import tempfile
import time
import urllib.request
import zipfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from statistics import median

import msgspec

from judge.assembly import open_judge
from judge.bench.embedded import embedded_service, sweep_old
from judge.bench.grade import bare_runs, make_package, timed_ms
from judge.bench.web.servers import gateway_beside
from judge.client import Client, new_id
from judge.config import load_settings
from judge.errors import InfrastructureError
from judge.grading.calibrate import with_limit
from judge.http_form.answers import Standing, WorkForm
from judge.model.limits import Limits
from judge.model.submission import HandIn, SourceFile, Submission
from judge.model.units import S_NS
from judge.model.verdict import Verdict
from judge.package.kattis.reader import read_package
from judge.parsers import Subparsers

STUDENTS, TESTS, ROUNDS, UPLOADS = 30, 20, 3, 5

_LANGUAGE = "python3"
_SOURCE = "# the work of student {}\na, b = map(int, input().split())\nprint(a + b)\n"
_PATIENCE_S = 120


class CourseBench(msgspec.Struct, frozen=True, kw_only=True):
    """What ``--json`` prints: medians of the rounds and of the uploads."""

    load_1m: float  #: before the first round
    students: int
    tests: int  #: of each student
    slots: int
    rounds: int
    bare_ms: float  #: all processes of the class, run bare on as many cores
    graded_ms: float  #: from the first that is handed in to the last report
    ratio: float
    uploads: int
    report_ms: float  #: from the upload to the report, over HTTP, when nothing else waits
    report_max_ms: float


def add_parser(subparsers: Subparsers) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "course",
        help="a class graded, beside its bare processes; and an upload until its report",
        description="Grade a class in Python with a service of its own, and run the same processes bare; medians.",
    )
    for name, usual, what in (
        ("students", STUDENTS, "in the class"),
        ("tests", TESTS, "of each student"),
        ("rounds", ROUNDS, "how often each is measured"),
        ("uploads", UPLOADS, "how many are handed in one by one"),
    ):
        parser.add_argument(f"--{name}", type=int, default=usual, help=f"{what} (default {usual})")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Measure and print."""
    numbers = {name: max(1, getattr(args, name)) for name in ("students", "tests", "rounds", "uploads")}
    bench = measure(**numbers)
    if args.json:
        sys.stdout.buffer.write(msgspec.json.encode(bench) + b"\n")
        return 0
    print(f"{bench.students} students x {bench.tests} tests in Python, {bench.slots} slot(s), {bench.rounds} rounds")
    print(f"  bare runs            {bench.bare_ms:8.1f} ms")
    print(f"  graded               {bench.graded_ms:8.1f} ms   {bench.ratio:.2f} x bare")
    print(f"  upload to report     {bench.report_ms:8.1f} ms   at most {bench.report_max_ms:.1f} ms")
    return 0


def measure(
    *, students: int = STUDENTS, tests: int = TESTS, rounds: int = ROUNDS, uploads: int = UPLOADS
) -> CourseBench:
    """All figures. Blocks for seconds. Raises HostError, InfrastructureError."""
    sweep_old()
    load_1m = round(os.getloadavg()[0], 2)
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="judge-bench-")))
        scratch.chmod(0o755)
        assignment = _assignment(scratch / "sums", tests)
        argv, inputs = _bare(scratch, tests)
        service = stack.enter_context(embedded_service(selftest=False, languages=_LANGUAGE))
        client = stack.enter_context(Client.open(service.settings))
        slots = service.wait_until_ready(client).info.slots
        bare: list[float] = []
        graded: list[float] = []
        for number in range(rounds + 1):
            bare_ms = timed_ms(lambda: _bare_class(argv, inputs, students, slots))
            graded_ms = timed_ms(partial(_graded_class, client, assignment, students, number))
            if number:  # the first round warms caches
                bare.append(bare_ms)
                graded.append(graded_ms)
        gateway = stack.enter_context(gateway_beside(service.settings))
        waits = list(_uploaded(f"http://127.0.0.1:{gateway.port}/api/v1", assignment, uploads))
    return CourseBench(
        load_1m=load_1m,
        students=students,
        tests=tests,
        slots=slots,
        rounds=rounds,
        bare_ms=round(median(bare), 1),
        graded_ms=round(median(graded), 1),
        ratio=round(median(graded) / median(bare), 3),
        uploads=uploads,
        report_ms=round(median(waits), 1),
        report_max_ms=round(max(waits), 1),
    )


def _assignment(root: Path, tests: int) -> Path:
    """An assignment with this many tests."""
    lines = ["assignment: 1", "title: Sums", f"languages: [{_LANGUAGE}]", "parts:", "  - name: io", "    kind: tests"]
    lines += [f"    points: {tests}", "    tests:"]
    lines += [
        f'      - {{name: "{index}", stdin: "{index} {index * 7919}\\n", stdout: "{index * 7920}\\n"}}'
        for index in range(tests)
    ]
    root.mkdir()
    (root / "assignment.yaml").write_text("\n".join(lines) + "\n")
    return root


def _bare(scratch: Path, tests: int) -> tuple[list[str], list[Path]]:
    """How the sandbox runs a student's program, with the program where it lies on this host; and its inputs."""
    package = make_package(scratch / "plain", tests)
    problem = with_limit(read_package(package), S_NS)
    source = SourceFile(name="sum.py", content=_SOURCE.format("bare").encode())
    submission = Submission(id="bench", package=str(package), sources=(source,), language=_LANGUAGE)
    with open_judge(load_settings(), slots=1) as judge:
        compiled = judge.judging(submission, problem).compile(judge.language_of(submission, problem))
        if compiled.artifact is None:
            raise InfrastructureError(f"the benchmark's program does not compile: {compiled.report.log}")
        words = compiled.run_spec(Limits()).argv
    program = scratch / "sum.py"
    program.write_bytes(source.content)
    argv = [str(program) if word.startswith("/artifact") else word for word in words]
    return argv, [Path(path) for path in sorted(map(str, (package / "data").rglob("*.in")))]


def _bare_class(argv: list[str], inputs: Sequence[Path], students: int, slots: int) -> None:
    with ThreadPoolExecutor(slots) as pool:
        list(pool.map(lambda _: bare_runs(argv, list(inputs)), range(students)))


def _graded_class(client: Client, assignment: Path, students: int, number: int) -> None:
    ids = []
    for student in range(students):
        content = _SOURCE.format(f"{student} in round {number}").encode()
        submission = Submission(
            id=new_id(),
            package=str(assignment),
            sources=(SourceFile(name="sum.py", content=content),),
            language=_LANGUAGE,
            hand_in=HandIn(student=str(student)),
        )
        client.submit(submission)
        ids.append(submission.id)
    for id in ids:
        report = client.result(id, timeout=_PATIENCE_S)
        if report.verdict is not Verdict.AC:
            raise InfrastructureError(f"the benchmark's program got {report.verdict}: {report.reason}")


def _uploaded(address: str, assignment: Path, uploads: int) -> Iterator[float]:
    """Milliseconds from each upload to its report; the first, which also looks at the package, is not among them."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(assignment / "assignment.yaml", "assignment.yaml")
    _posted(f"{address}/packages?name=sums", packed.getvalue(), "application/zip")
    for number in range(uploads + 1):
        source = {"name": "sum.py", "text": _SOURCE.format(f"upload {number} {new_id()}")}
        asked = msgspec.json.encode({"package": "sums", "language": _LANGUAGE, "sources": [source]})
        began_s = time.perf_counter()
        form = msgspec.json.decode(
            _posted(f"{address}/submissions?wait={_PATIENCE_S}", asked, "application/json"), type=WorkForm
        )
        if form.state is not Standing.DONE or form.status != Verdict.AC:
            raise InfrastructureError(f"an upload ended as {form.state} {form.status}")
        if number:
            yield (time.perf_counter() - began_s) * 1000


def _posted(address: str, body: bytes, media: str) -> bytes:
    request = urllib.request.Request(address, body, {"content-type": media})
    with urllib.request.urlopen(request, timeout=2 * _PATIENCE_S) as answer:
        return bytes(answer.read())
