"""Zip files that come with a program: unpacked in the sandbox, beside its sources."""

from __future__ import annotations

import io
import stat
import zipfile

import pytest
from test_executions import report_of

from judge.client import Client
from judge.model.submission import SourceFile
from judge.model.work import Data, Execution, ProgramSource
from judge.model.work_report import BlameOn, ExecutionReport
from judge.toolchain.unpacking import UNPACKED_BYTES_MAX


def zipped(files: dict[str, bytes], links: dict[str, str] | None = None) -> bytes:
    """A zip file, perhaps with symbolic links."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        for name, target in (links or {}).items():
            about = zipfile.ZipInfo(name)
            about.create_system = 3
            about.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(about, target)
    return out.getvalue()


def run(client: Client, language: str, name: str, source: bytes, archive: bytes, **fields: object) -> ExecutionReport:
    """A program of one file with an archive beside it."""
    program = ProgramSource(sources=(SourceFile(name=name, content=source),), archive=Data(content=archive))
    return report_of(client, Execution(program=program, **fields), language)  # type: ignore[arg-type]


def printed(report: ExecutionReport) -> bytes:
    assert report.reason == "", report
    return report.runs[0].stdout.content


def test_modules_and_data_of_an_archive_are_found(runs_client: Client) -> None:
    archive = zipped({"helper.py": b"def word(): return 'helped'\n", "data/words.txt": b"bytes \xff\r\n"})
    source = b"import helper\nprint(helper.word(), open('data/words.txt', 'rb').read())\n"
    assert printed(run(runs_client, "python3", "main.py", source, archive)) == b"helped b'bytes \\xff\\r\\n'\n"


def test_a_compiler_finds_headers_and_is_told_of_no_other_source(runs_client: Client) -> None:
    archive = zipped({"value.h": b"#define VALUE 42\n", "other.c": b"int main(void) { return 9; }\n"})
    source = b'#include <stdio.h>\n#include "value.h"\nint main(void) { printf("%d\\n", VALUE); }\n'
    assert printed(run(runs_client, "c", "main.c", source, archive)) == b"42\n"


def test_a_source_wins_over_a_file_of_its_name(runs_client: Client) -> None:
    archive = zipped({"main.py": b"print('archive')\n"})
    assert printed(run(runs_client, "python3", "main.py", b"print('source')\n", archive)) == b"source\n"


def test_nothing_leaves_the_sandbox(runs_client: Client) -> None:
    archive = zipped({"../above.txt": b"x", "/etc/rooted.txt": b"x", "in.txt": b"in"}, {"shadow": "/etc/shadow"})
    source = b"import os\nprint(sorted(os.listdir('.')), os.path.exists('/etc/rooted.txt'))\n"
    found = printed(run(runs_client, "python3", "main.py", source, archive)).decode()
    assert "shadow" not in found and "in.txt" in found and found.endswith("False\n")


def test_what_is_no_archive_is_not_there(runs_client: Client) -> None:
    source = b"import os\nprint(os.listdir('.'))\n"
    assert printed(run(runs_client, "python3", "main.py", source, b"no zip file")) == b"[]\n"


@pytest.mark.parametrize(
    "files",
    [{"bomb": bytes(UNPACKED_BYTES_MAX + (4 << 20))}, {f"{number}": b"" for number in range(1500)}],
    ids=["bytes", "files"],
)
def test_an_archive_that_unpacks_to_too_much_is_its_senders_fault(runs_client: Client, files: dict[str, bytes]) -> None:
    report = run(runs_client, "python3", "main.py", b"print()\n", zipped(files))
    assert report.blame is BlameOn.CLIENT
    assert report.reason.startswith("program.archive: it unpacks to more than")


def test_unchecked_sources_are_run_as_they_are(runs_client: Client) -> None:
    program = ProgramSource(sources=(SourceFile(name="main.py", content=b"print('unclosed'\n"),))
    for unchecked in (True, False, True):
        report = report_of(runs_client, Execution(program=program, unchecked=unchecked), "python3")
        assert report.blame is BlameOn.PROGRAM
        assert report.compile is not None
        assert report.compile.ok is unchecked
        assert [b"SyntaxError" in one.stderr.content for one in report.runs] == [True] * unchecked
