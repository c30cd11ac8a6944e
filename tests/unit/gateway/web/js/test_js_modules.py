"""The pure JavaScript modules of the pages, in Node."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from needs import tool

HERE = Path(__file__).parent
MODULES = Path(__file__).resolve().parents[5] / "judge" / "gateway" / "web" / "js"


@pytest.mark.parametrize("name", sorted(str(path.relative_to(HERE)) for path in HERE.rglob("*.test.mjs")))
def test_they_do_what_they_say(name: str) -> None:
    tool("node")
    environment = {**os.environ, "JUDGE_TEST_MODULES": str(MODULES)}
    done = subprocess.run(
        ["node", "--no-warnings", "--test", "--test-reporter=tap", str(HERE / name)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env=environment,
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr
