"""Nothing of a hidden test reaches who is no judge of it, by any page or endpoint, whatever the program does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from gateway_harness import Gateway

from judge.blobs.package_store import PackageStore

ROOT = Path(__file__).resolve().parents[2]

#: In the input, the answer and what the validator says of a hidden test.
_INPUT, _ANSWER, _SAID = "7340033", "SECRETANSWER", "SECRETWORDS"

_VALIDATOR = f"""import sys
from pathlib import Path
folder = Path(sys.argv[3])
(folder / "judgemessage.txt").write_text("{_SAID} " + Path(sys.argv[2]).read_text())
sys.exit(42 if sys.stdin.read().strip() == "right" else 43)
"""

_SPIES = {
    "prints": "text = input(); print(text)",
    "stderr": "import sys; text = input(); print(text, file=sys.stderr); print('x')",
    "raises": "raise ValueError(input())",
    "exit": "import sys; sys.exit(input())",
    "both": "import sys; text = sys.stdin.read(); print(text * 3); sys.stderr.write(text * 3); sys.exit(1)",
    "killed": "import os, sys; print(input(), flush=True); os.kill(os.getpid(), 11)",
    "flood": "text = input()\nwhile True: print(text)",
    "spins": "print(input(), flush=True)\nwhile True: pass",
}


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory, place: Path) -> str:
    """The digest of a package that belongs to nobody, whose hidden tests and validator are marked."""
    root = tmp_path_factory.mktemp("marked") / "marked"
    files = {
        "problem.yaml": "problem_format_version: 2025-09\nname: Marked\nuuid: 0e2f7aa4-0d8f-44e7-a7c1-6d0a0ff1d1aa\n"
        "license: public domain\nlimits:\n  time_limit: 1\n  memory: 64\n  output: 1\n",
        "statement/problem.en.md": "Say right.\n",
        "data/sample/1.in": "1\n",
        "data/sample/1.ans": "right\n",
        "data/secret/1.in": f"{_INPUT}\n",
        "data/secret/1.ans": f"{_ANSWER}\n",
        "data/secret/2.in": f"{_INPUT}2\n",
        "data/secret/2.ans": f"{_ANSWER}\n",
        "output_validator/validate.py": _VALIDATOR,
        "submissions/accepted/right.py": "print('right')\n",
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return PackageStore(str(place / "packages")).publish(root)


def _everything(gateway: Gateway, key: str, id: str) -> dict[str, bytes]:
    """All that can be asked about a submission, by address."""
    one = f"/api/v1/submissions/{id}"
    paths = [
        one, f"{one}/judgings", f"{one}/judgings/now", f"{one}/judgings/before", f"{one}/events", "/api/v1/submissions",
        f"/api/v1/work/{id}", f"/api/v1/work/{id}/events", f"/api/v1/work/{id}/program", "/api/v1/work",
        "/submissions", f"/submissions/{id}", f"/submissions/compare?with={id}&with={id}:now",
    ]  # fmt: skip
    return {path: gateway.get(path, key=key).body for path in paths}


@pytest.mark.parametrize("name", _SPIES)
def test_no_spy_shows_a_contestant_a_hidden_test(
    gateway: Gateway, package: str, other: str, admin: str, name: str
) -> None:
    guarded = (
        "print('right') if (line := input()) == '1' else exec(compile({!r}, 'spy', 'exec'), {{'input': lambda: line}})"
    )
    asked: dict[str, Any] = {"package": package, "language": "python3", "source": guarded.format(_SPIES[name])}
    sent = gateway.post("/api/v1/submissions?wait=60", asked, key=other)
    assert sent.json()["state"] == "done", sent.body
    assert sent.json()["status"] not in ("JE", "CE", "AC"), sent.body
    answers = {"POST": sent.body, **_everything(gateway, other, sent.json()["id"])}
    found = [
        (path, mark) for path, body in answers.items() for mark in (_INPUT, _ANSWER, _SAID) if mark.encode() in body
    ]
    assert found == []
    whole = gateway.get(f"/api/v1/submissions/other~{sent.json()['id']}", key=admin).body
    assert any(mark.encode() in whole for mark in (_INPUT, _ANSWER, _SAID)), "the spy was no spy"
