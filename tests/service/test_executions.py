"""Executions: a program is run without any problem, and what it wrote comes back."""

from __future__ import annotations

from judge.client import Client, new_id
from judge.model.run import Outcome
from judge.model.submission import SourceFile
from judge.model.work import Context, Data, Execution, ProgramSource, Work, WorkHeader, WorkKind
from judge.model.work_report import BlameOn, ExecutionReport


def execution(client: Client, source: bytes, language: str = "python3", **fields: object) -> ExecutionReport:
    """Run a program of one file through the queue."""
    program = ProgramSource(sources=(SourceFile(name="main.py", content=source),))
    header = WorkHeader(id=new_id(), kind=WorkKind.EXECUTION, language=language, context=Context(text="mine"))
    client.send(Work(header=header, task=Execution(program=program, **fields)))  # type: ignore[arg-type]
    report = client.work_result(header.id, timeout=60)
    assert isinstance(report, ExecutionReport)
    return report


def test_what_a_program_wrote_comes_back(runs_client: Client) -> None:
    report = execution(
        runs_client, b"import sys\nprint(input())\nsys.stderr.write('beside')\n", stdin=Data(content=b"hello\n")
    )
    assert (report.reason, report.blame, report.context.text) == ("", BlameOn.NONE, "mine")
    (run,) = report.runs
    assert (run.stdout.content, run.stderr.content) == (b"hello\n", b"beside")
    assert run.result.outcome is Outcome.EXITED


def test_a_failing_program_is_to_blame_and_its_output_is_kept(runs_client: Client) -> None:
    report = execution(runs_client, b"print('before', flush=True)\nraise SystemExit(3)\n")
    assert report.blame is BlameOn.PROGRAM
    assert (report.runs[0].result.exit_code, report.runs[0].stdout.content) == (3, b"before\n")


def test_standard_input_and_a_large_output_travel_as_blobs(runs_client: Client) -> None:
    text = b"0123456789" * 20_000
    report = execution(
        runs_client,
        b"import sys\nsys.stdout.write(sys.stdin.read())\n",
        stdin=Data(blob=runs_client.put_blob(text)),
    )
    (run,) = report.runs
    assert (report.reason, run.stdout.content, run.stdout.size_bytes) == ("", b"", len(text))
    assert runs_client.get_blob(run.stdout.blob) == text


def test_a_missing_blob_is_the_clients_fault(runs_client: Client) -> None:
    report = execution(runs_client, b"", stdin=Data(blob="sha256:" + "0" * 64))
    assert report.blame is BlameOn.CLIENT
    assert "no blob sha256:000" in report.reason
