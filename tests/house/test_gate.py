"""The gate itself: what is tried again, what may be skipped, and that both can fail a run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from gate import RETRIES_MAX, STRICT, is_allowed

from judge.config.load import load_settings

HOUSE = Path(__file__).parent
CI_RUN = HOUSE.parent.parent / ".ci" / "run"
CONFTEST = """
from gate import Gate

def pytest_configure(config):
    config.pluginmanager.register(Gate(), "judge-gate")
    config.addinivalue_line("markers", "realtime: as in the project")
"""
#: A test that fails at its first try alone.
FLAKY = """
import pathlib, pytest

@pytest.mark.realtime
@pytest.mark.parametrize("number", range({count}))
def test_flaky(number, tmp_path_factory):
    seen = pathlib.Path(__file__).with_name(f"seen-{{number}}")
    first = not seen.exists()
    seen.touch()
    assert not first, "too slow"
"""


def run(directory: Path, test: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """pytest over one file, with the plugin."""
    (directory / "conftest.py").write_text(CONFTEST)
    (directory / "test_it.py").write_text(test)
    (directory / "pytest.ini").touch()
    env = {**os.environ, "PYTHONPATH": str(HOUSE), STRICT: "0", **environment}
    words = [sys.executable, "-B", "-m", "pytest", "-q", "--rootdir", str(directory), str(directory)]
    return subprocess.run(words, capture_output=True, text=True, check=False, env=env, cwd=directory)


def test_a_real_time_test_is_tried_again_and_the_summary_says_so(tmp_path: Path) -> None:
    done = run(tmp_path, FLAKY.format(count=RETRIES_MAX))
    assert done.returncode == 0, done.stdout
    assert f"retried: {RETRIES_MAX} of at most {RETRIES_MAX}" in done.stdout
    assert "test_it.py::test_flaky[0]: call: AssertionError: too slow" in done.stdout
    assert f"{RETRIES_MAX} passed, {RETRIES_MAX} retried" in done.stdout.splitlines()[-1]


def test_what_fails_beyond_the_budget_fails_the_run(tmp_path: Path) -> None:
    done = run(tmp_path, FLAKY.format(count=RETRIES_MAX + 1))
    assert done.returncode == 1, done.stdout
    assert f"test_flaky[{RETRIES_MAX}]: not tried again" in done.stdout
    assert "1 failed" in done.stdout.splitlines()[-1]


def test_what_fails_twice_fails(tmp_path: Path) -> None:
    done = run(tmp_path, "import pytest\n@pytest.mark.realtime\ndef test_it():\n    assert False\n")
    assert done.returncode == 1
    assert "1 failed, 1 retried" in done.stdout.splitlines()[-1]


def test_a_retry_has_fresh_fixtures(tmp_path: Path) -> None:
    test = """
import pytest
made = []

@pytest.fixture
def thing():
    made.append(1)
    return len(made)

@pytest.mark.realtime
def test_it(thing):
    assert thing == 2
"""
    assert run(tmp_path, test).returncode == 0


def test_no_other_test_is_tried_again(tmp_path: Path) -> None:
    done = run(tmp_path, FLAKY.format(count=1).replace("@pytest.mark.realtime", ""))
    assert done.returncode == 1
    assert "retried" not in done.stdout


@pytest.mark.parametrize("where", ["in a test", "of a file", "by a mark"])
def test_a_skip_for_a_missing_tool_fails_a_strict_run(tmp_path: Path, where: str) -> None:
    reason = "tmux is not installed: apt-get install tmux"
    test = {
        "in a test": f"import pytest\ndef test_it():\n    pytest.skip({reason!r})\n",
        "of a file": f"import pytest\npytest.skip({reason!r}, allow_module_level=True)\n",
        "by a mark": f"import pytest\n@pytest.mark.skipif(True, reason={reason!r})\ndef test_it(): pass\n",
    }[where]
    assert run(tmp_path, test).returncode in (0, 5)
    strict = run(tmp_path, test, **{STRICT: "1"})
    assert strict.returncode not in (0, 5)
    assert reason in strict.stdout


def test_the_kind_of_machine_may_skip_and_an_expected_failure_is_none(tmp_path: Path) -> None:
    test = """
import pytest

def test_it():
    pytest.skip("needs a host with cgroup v2 only")

@pytest.mark.xfail
def test_other():
    assert False
"""
    done = run(tmp_path, test, **{STRICT: "1"})
    assert done.returncode == 0, done.stdout
    assert "1 skipped, 1 xfailed" in done.stdout.splitlines()[-1]


@pytest.mark.parametrize("reason", ["no redis-server", "this host cannot run the sandbox: EPERM", ""])
def test_these_are_no_reasons(reason: str) -> None:
    assert not is_allowed(reason)


def test_what_continuous_integration_sets_is_no_setting_of_the_judge() -> None:
    """Every command of every test would refuse it: an unknown JUDGE_ variable is a mistake."""
    names = re.findall(r"(?m)^(?:export )?(\w+)=", CI_RUN.read_text())
    assert names
    load_settings({"JUDGE_CONFIG": os.devnull, **dict.fromkeys(names, "1")})
