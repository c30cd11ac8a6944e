"""Reports as text, as a page, and their published schema."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import msgspec
import pytest

from judge.cli.main import main
from judge.cli.report import report_schema
from judge.model.report import CaseReport, CompileReport, GroupReport, Report
from judge.model.run import Outcome, RunResult, Usage
from judge.model.units import MIB, MS_NS, S_NS
from judge.model.verdict import Verdict
from judge.render.report_html import render_html
from judge.render.report_text import render_text, waiting_note

ROOT = Path(__file__).parents[3]


def run(cpu_ms: int, memory_mib: int, outcome: Outcome = Outcome.EXITED) -> RunResult:
    usage = Usage(cpu_time_ns=cpu_ms * MS_NS, memory_peak_bytes=memory_mib * MIB)
    return RunResult(outcome=outcome, exit_code=0, usage=usage)


SECRET = GroupReport(
    name="secret",
    verdict=Verdict.WA,
    score=50.0,
    cases=(
        CaseReport(name="secret/1", verdict=Verdict.AC, score=50.0, run=run(500, 3)),
        CaseReport(
            name="secret/2",
            verdict=Verdict.WA,
            score=0.0,
            run=run(980, 12),
            reason='expected "<4>", found "5"',
            feedback="line 1\n<script>alert(1)</script>",
            reruns_ns=(1_020 * MS_NS, 980 * MS_NS),
        ),
        CaseReport(name="secret/3", verdict=None),
    ),
)
REPORT = Report(
    submission="s1",
    problem="sum & more",
    language="cpp",
    verdict=Verdict.WA,
    score=50.0,
    reason='expected "<4>", found "5"',
    deciding_case="secret/2",
    time_limit_ns=S_NS,
    memory_limit_bytes=256 * MIB,
    cpu_time_max_ns=980 * MS_NS,
    memory_peak_max_bytes=12 * MIB,
    compile=CompileReport(ok=True, log="warning: unused"),
    root=GroupReport(name="data", verdict=Verdict.WA, score=50.0, groups=(SECRET,)),
)
FAILED = Report(
    submission="s2",
    problem="sum",
    language="c",
    verdict=Verdict.CE,
    compile=CompileReport(ok=False, log="\n".join(f"a.c:{i}: error" for i in range(100))),
)


@pytest.mark.parametrize(("waited_ms", "told"), [(None, False), (300, False), (4_000, False), (7_000, True)])
def test_text_tells_of_a_busy_host_when_it_mattered(waited_ms: int | None, told: bool) -> None:
    waited_ns = None if waited_ms is None else waited_ms * MS_NS
    usage = Usage(cpu_time_ns=S_NS, wall_time_ns=9 * S_NS, waited_for_cpu_ns=waited_ns)
    case = CaseReport(name="1", verdict=Verdict.AC, run=RunResult(outcome=Outcome.EXITED, exit_code=0, usage=usage))
    words = "the host was busy: 7.000 s of 9.000 s it waited for a processor, which does not count"
    assert waiting_note(case) == told * words
    text = render_text(
        msgspec.structs.replace(REPORT, root=GroupReport(name="data", verdict=Verdict.AC, cases=(case,)))
    )
    assert ("the host was busy" in text) is told


def test_text_has_the_verdict_first_and_every_test() -> None:
    lines = render_text(REPORT).splitlines()
    assert lines[0] == ("WA · score 50 · sum & more, cpp · CPU 980.0 ms of 1.000 s · memory 12.0 MiB of 256.0 MiB")
    assert lines[1] == '  secret/2: expected "<4>", found "5"'
    text = "\n".join(lines)
    assert "██████······" in text
    assert "secret/3" in text
    assert "not run" in text
    assert "near the time limit, so run 2 times (1.020 s, 980.0 ms); the fastest counts" in text


def test_text_of_a_compile_error_shows_the_log_and_cuts_it() -> None:
    text = render_text(FAILED)
    assert "a.c:0: error" in text
    assert "[60 more lines]" in text


class Page(HTMLParser):
    """Collects what could reach outside or run."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href", "srcset", "onclick")]
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("report", [REPORT, FAILED])
def test_the_page_is_self_contained_and_well_formed(report: Report) -> None:
    page = Page()
    page.feed(render_html(report))
    assert page.open == []
    assert page.links == []
    assert not {"script", "link", "img", "iframe"} & set(page.tags)


def test_everything_on_the_page_is_escaped() -> None:
    html = render_html(REPORT)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "sum &amp; more" in html


def test_bars_are_shares_of_the_limits() -> None:
    html = render_html(REPORT)
    assert '<div class="bar time"><i style="width:50.0%">' in html
    assert f'<div class="bar memory"><i style="width:{12 / 256 * 100:.1f}%">' in html


def test_the_published_schema_is_the_models() -> None:
    published = json.loads((ROOT / "docs/reference/report.schema.json").read_text())
    assert published == report_schema(), "run: judge report --schema > docs/reference/report.schema.json"


@pytest.mark.parametrize("report", [REPORT, FAILED])
def test_reports_fit_the_schema(report: Report) -> None:
    jsonschema.validate(json.loads(msgspec.json.encode(report)), report_schema())


class TestCommand:
    def test_text_and_page(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        file = tmp_path / "r.json"
        file.write_bytes(msgspec.json.encode(REPORT))
        assert main(["report", str(file)]) == 0
        assert capsys.readouterr().out.startswith("WA · score 50")
        assert main(["report", str(file), "--html", str(tmp_path / "r.html")]) == 0
        assert (tmp_path / "r.html").read_text().startswith("<!doctype html>")

    @pytest.mark.parametrize(
        ("content", "complaint"),
        [(b"{", "this is no report"), (b'{"version": 1}', "submission"), (None, "No such file")],
    )
    def test_bad_files_get_one_line(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None, complaint: str
    ) -> None:
        file = tmp_path / "r.json"
        if content is not None:
            file.write_bytes(content)
        assert main(["report", str(file)]) == 2
        error = capsys.readouterr().err
        assert complaint in error
        assert error.count("\n") == 1

    def test_a_newer_version_is_refused(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        file = tmp_path / "r.json"
        file.write_bytes(msgspec.json.encode(msgspec.structs.replace(REPORT, version=99)))
        assert main(["report", str(file)]) == 2
        assert "99" in capsys.readouterr().err

    def test_schema(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["report", "--schema"]) == 0
        assert json.loads(capsys.readouterr().out) == report_schema()


def test_a_group_whose_tests_ran_after_all_was_decided_is_not_said_not_to_have_run() -> None:
    ran = msgspec.structs.replace(SECRET, verdict=None, score=None)
    page = render_html(msgspec.structs.replace(REPORT, root=ran))
    assert '<th>secret</th><td><span class="verdict none">not counted</span>' in page
    waiting = msgspec.structs.replace(ran, cases=SECRET.cases[2:])
    page = render_html(msgspec.structs.replace(REPORT, root=waiting))
    assert '<th>secret</th><td><span class="verdict none">not run</span>' in page


def test_the_page_says_that_the_host_was_busy() -> None:
    usage = Usage(cpu_time_ns=MS_NS, wall_time_ns=2 * S_NS, waited_for_cpu_ns=S_NS)
    case = CaseReport(name="1", verdict=Verdict.AC, run=RunResult(outcome=Outcome.EXITED, exit_code=0, usage=usage))
    page = render_html(msgspec.structs.replace(REPORT, root=GroupReport(name="", verdict=Verdict.AC, cases=(case,))))
    assert "the host was busy: 1.000 s of 2.000 s" in page
