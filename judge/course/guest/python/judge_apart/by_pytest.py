"""Tests of pytest."""

import os

from judge_apart.outcomes import words_of

_WITHOUT = "cacheprovider junitxml pastebin doctest faulthandler stepwise setuponly setupplan".split()
_OPTIONS = ["-qq", "--tb=no", "--no-header", "--no-summary", *(f"-pno:{name}" for name in _WITHOUT)]

_MISSING = (
    "pytest is not there where the tests run: install python3-pytest, or name a language that has it, "
    "as in 'language: python3@pytest'"
)


def run(files, outcomes, fail):
    """Collect, run, tell. ``fail(error, file)`` for what is wrong with the tests themselves."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        import pytest
    except ImportError as error:
        fail(ImportError(_MISSING).with_traceback(error.__traceback__), files[0])
    plugin = _plugin(pytest, outcomes, fail)
    pytest.main([*_OPTIONS, f"--rootdir={os.getcwd()}", *files], plugins=[plugin])


def _plugin(pytest, outcomes, fail):
    """A plugin that reports each test. Its class needs the module."""

    class Plugin:
        def __init__(self):
            self._reports = []

        def pytest_exception_interact(self, node, call, report):
            if report.when == "collect":
                fail(call.excinfo.value, os.path.relpath(str(node.path)))

        @pytest.hookimpl(trylast=True)
        def pytest_collection_modifyitems(self, items):
            outcomes.collected([item.nodeid for item in items])
            items[:] = [item for item in items if outcomes.is_wanted(item.nodeid)]

        @pytest.hookimpl(hookwrapper=True)
        def pytest_runtest_protocol(self, item, nextitem):
            self._reports = []
            outcomes.begin()
            yield
            outcomes.end(item.nodeid, *_outcome(self._reports), nextitem is None)

        @pytest.hookimpl(hookwrapper=True)
        def pytest_runtest_makereport(self, item, call):
            made = yield
            self._reports.append((made.get_result(), call.excinfo))

    return Plugin()


def _outcome(reports):
    """(Status, message, what was printed) of the reports of a test's phases."""
    printed = "".join(text for name, text in reports[-1][0].sections if name.startswith("Captured std"))
    for report, info in reports:
        if report.skipped or hasattr(report, "wasxfail"):
            reason = getattr(report, "wasxfail", None) or _skipped(report)
            return "not_run", f"skipped: {reason}", printed
        if report.failed:
            return (*_failed(report, info), printed)
    whole = len(reports) == 3
    return ("passed" if whole else "error"), ("" if whole else "it did not come to its end"), printed


def _skipped(report):
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
    return str(reason).removeprefix("Skipped: ")


def _failed(report, info):
    """A test fails where it says so, or in its own assertions; all else is an error."""
    if info is None:
        return "failed", str(report.longrepr)
    name = type(info.value).__name__
    if report.when == "call" and name in ("AssertionError", "Failed"):
        crash = getattr(report.longrepr, "reprcrash", None)
        return "failed", crash.message if crash else str(info.value)
    return "error", words_of(info.value)
