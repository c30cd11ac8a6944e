"""A plugin of pytest that keeps the gate honest: no silent second run, no silent skip.

**Retries.** Only a test that carries the mark ``realtime`` is tried again when it fails: it measures real time, and a
machine that is busy for a moment can spoil that. Each retry is printed in the summary with the test's name and what
failed first. A run has a budget of them: what fails when it is used up fails the run.

**Skips.** With ``JUDGE_TESTS_STRICT=1`` a skipped test fails unless its reason is one of ``ALLOWED``: what depends on
the kind of machine alone. A tool that could be installed is no such reason: ``needs.py`` names its Debian package.

The counts of the run are left in pytest's cache under ``COUNTS`` for ``stages.py``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Generator

import pytest
from _pytest.runner import runtestprotocol

#: At most this many retries in one run of pytest.
RETRIES_MAX = 2

#: Set to 1 where a skip for something that could be installed is a failure. ``.ci/run`` sets it.
STRICT = "JUDGE_TESTS_STRICT"

#: Where the counts of the last run are in pytest's cache.
COUNTS = "judge/counts"

#: The reasons to skip that the kind of machine alone decides: an expression that the whole reason matches.
ALLOWED = (
    r"needs a host with cgroup v2 only",
    r"needs a unit with Delegate=yes: .*",
    r"needs root on a host with cgroup v1",
    r"on cgroup v2 a plain user's groups come from systemd: see the VM test",
    r"threads of a plain user, or of v2, stay with their process",
    r"as a plain user on cgroup v1 .*",
    r"this kernel gives no user namespaces: .*",
    r"needs the cpu controller",
    r"no disk below /var/tmp(, or no controller for it)?",
    r"no tmpfs can be mounted here",
    r"only root can .*",
    r"asks what root gets",
    r"only a plain user .*",
    r"no policy for \w+",
    r"the second entry is x86's",
    r"x32 is x86's",
    r"no interpreter of this version that a plain user may run",
    r"the version before is not in this clone's history",
)

#: The category of a first try that failed and was tried again.
RETRIED = "retried"


class Gate:
    """The plugin's state of one run: which tests were tried again."""

    def __init__(self) -> None:
        #: (name of the test, what failed first), in order; never longer than RETRIES_MAX.
        self.retries: list[tuple[str, str]] = []
        #: Real-time tests that failed when the budget was used up.
        self.beyond: list[str] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
        """Run a real-time test, once more if it fails; every other test is pytest's own business."""
        if item.get_closest_marker("realtime") is None:
            return None
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
        failed = next((report for report in reports if report.failed), None)
        if failed is not None and len(self.retries) < RETRIES_MAX:
            self.retries.append((item.nodeid, _last_line(failed)))
            failed.outcome = RETRIED  # type: ignore[assignment]  # a category of our own
            item.ihook.pytest_runtest_logreport(report=failed)
            item._initrequest()  # type: ignore[attr-defined]  # fresh fixtures; pytest has no public way
            reports = runtestprotocol(item, nextitem=nextitem, log=False)
        elif failed is not None:
            self.beyond.append(item.nodeid)
        for report in reports:
            item.ihook.pytest_runtest_logreport(report=report)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True

    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """The category of a first try is ``retried``, and its letter R."""
        return (RETRIED, "R", "RETRIED") if report.outcome == RETRIED else None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """In a strict run a skip whose reason is not allowed becomes a failure."""
        report = yield
        _judge_skip(report)
        return report

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """The same for a whole file that is skipped."""
        report = yield
        _judge_skip(report)
        return report

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Each retry with its test's name, and what fell outside the budget."""
        if not self.retries:
            return
        terminalreporter.section(f"retried: {len(self.retries)} of at most {RETRIES_MAX}")
        for name, reason in self.retries:
            terminalreporter.line(f"{name}: {reason}")
        for name in self.beyond:
            terminalreporter.line(f"{name}: not tried again, the budget is used up")

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Leave the counts where stages.py finds them."""
        terminal = session.config.pluginmanager.get_plugin("terminalreporter")
        cache = getattr(session.config, "cache", None)
        if terminal is None or cache is None:
            return
        names = ("passed", "failed", "error", "skipped", "xfailed", "xpassed", RETRIED, "deselected")
        cache.set(COUNTS, {name: len(terminal.stats.get(name, ())) for name in names})


def is_allowed(reason: str) -> bool:
    """Whether a test may be skipped for this even where skips are failures."""
    return any(re.fullmatch(pattern, reason, re.DOTALL) for pattern in ALLOWED)


def _judge_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if os.environ.get(STRICT) != "1" or not report.skipped or hasattr(report, "wasxfail"):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    reason = reason.removeprefix("Skipped: ")
    if not is_allowed(reason):
        report.outcome = "failed"
        report.longrepr = f"{STRICT}=1, and skipping needs a reason of ALLOWED in tests/house/gate.py: {reason}"


def _last_line(report: pytest.TestReport) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    text = crash.message if crash is not None else str(report.longrepr)
    return f"{report.when}: {text.splitlines()[0] if text else ''}"[:200]
