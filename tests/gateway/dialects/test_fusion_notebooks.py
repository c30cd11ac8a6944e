"""POST /run_jupyter: cells share a namespace; what each wrote, showed and raised is told."""

from __future__ import annotations

import base64
from typing import Any

import pytest
import sandbox_fusion as fusion
from gateway_harness import Gateway


def run(gateway: Gateway, *cells: str, **fields: Any) -> Any:
    answered = gateway.post("/fusion/run_jupyter", {"cells": list(cells), **fields})
    assert answered.status == 200, answered.body
    return answered.json()


def test_cells_share_a_namespace(dialects: Gateway) -> None:
    answer = run(dialects, 'a = "hello"', "a", "print(a)", "_", "a;\nNone")
    assert answer["status"] == "Success"
    assert answer["driver"]["return_code"] == 0
    assert [cell["stdout"] for cell in answer["cells"]] == ["", "", "hello\n", "", ""]
    assert [cell["display"] for cell in answer["cells"]] == [
        [],
        [{"text/plain": "'hello'"}],
        [],
        [{"text/plain": "'hello'"}],
        [],
    ]
    assert answer["cells"][0].keys() == {"stdout", "stderr", "display", "error"}
    assert answer.keys() == {"status", "message", "driver", "cells", "executor_pod_name", "files"}


def test_an_error_ends_its_cell_alone(dialects: Gateway) -> None:
    answer = run(
        dialects,
        "x = 1\nassert False, 'no'",
        "print(x)",
        "1 +",
        "raise SystemExit(3)",
        "import sys\nprint(2, file=sys.stderr)",
    )
    assert answer["status"] == "Success"
    errors = [[(error["ename"], error["evalue"]) for error in cell["error"]] for cell in answer["cells"]]
    assert errors[0] == [("AssertionError", "no")]
    assert errors[2][0][0] == "SyntaxError"
    assert errors[3] == [("SystemExit", "3")]
    assert any("<cell 1>" in line for line in answer["cells"][0]["error"][0]["traceback"])
    assert answer["cells"][1]["stdout"] == "1\n"
    assert answer["cells"][4]["stderr"] == "2\n"


def test_values_are_shown_in_each_form_that_they_have(dialects: Gateway) -> None:
    code = (
        "class A:\n    def __repr__(self): return 'A'\n    def _repr_html_(self): return '<b>A</b>'\n"
        "    def _repr_png_(self): return b'\\x89'\n    def _repr_svg_(self): raise ValueError\n"
        "display(A(), 1)\nA()"
    )
    (cell,) = run(dialects, code)["cells"]
    whole = {"text/plain": "A", "text/html": "<b>A</b>", "image/png": "iQ=="}
    assert cell["display"] == [whole, {"text/plain": "1"}, whole]


def test_a_cell_may_wait(dialects: Gateway) -> None:
    (cell,) = run(dialects, "import asyncio\nasync def f(): return 7\nawait f()")["cells"]
    assert cell["display"] == [{"text/plain": "7"}]


def test_files_go_in_and_out(dialects: Gateway) -> None:
    files = {"a": base64.b64encode(b"x").decode()}
    answer = run(dialects, "open('b', 'w').write(open('a').read() * 2)", files=files, fetch_files=["b", "c"])
    assert answer["files"] == {"b": base64.b64encode(b"xx").decode()}


@pytest.mark.parametrize(
    "code",
    [
        "import os; os._exit(0)",
        "import os; os.kill(os.getpid(), 9)",
        "import os; open('.notebook/found.json', 'w').write('[1]'); os._exit(0)",
        "import os; open('.notebook/found.json', 'w').write('['); os._exit(0)",
    ],
)
def test_a_notebook_that_breaks_off_has_failed(dialects: Gateway, code: str) -> None:
    answer = run(dialects, "print(1)", code, fetch_files=[".notebook/cells.json"])
    assert (answer["status"], answer["cells"], answer["files"]) == ("Failed", [], {})
    assert answer["driver"]["status"] == "Finished"


def test_a_notebook_has_ten_seconds_more_than_its_cells(dialects: Gateway) -> None:
    answer = run(dialects, "while True: pass", total_timeout=-9.5)
    assert (answer["status"], answer["cells"]) == ("Failed", [])
    assert answer["driver"]["status"] == "TimeLimitExceeded"


def test_the_published_client_runs_notebooks(dialects: Gateway, school: str) -> None:
    request = fusion.RunJupyterRequest(cells=["x = 2", "x * 21"])
    answer = fusion.run_jupyter(request, endpoint=f"{dialects.address}/key/{school}/fusion", max_attempts=1)
    assert answer.status == fusion.RunStatus.Success
    assert answer.cells[1].display == [{"text/plain": "42"}]
