"""Notebooks: their cells are run by a program of ours in the sandbox. Pure."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import msgspec

from judge.gateway.dialects.fusion.left import NotLeft, left_json
from judge.gateway.dialects.fusion.requests import RunCode, RunJupyter

_PLACE = ".notebook"
_FOUND = f"{_PLACE}/found.json"
_PROGRAM = (Path(__file__).parent / "cells.py").read_text()

#: What a notebook has beyond the time of its cells.
_MORE_S = 10.0


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a cell. Values within are told as they were written, however deep they are."""

    stdout: str
    stderr: str
    display: list[dict[str, msgspec.Raw]]
    error: list[dict[str, msgspec.Raw]]


def run_of(asked: RunJupyter) -> RunCode:
    """The request to run the cells."""
    cells = base64.b64encode(json.dumps(asked.cells).encode()).decode()
    return RunCode(
        code=_PROGRAM,
        language="python",
        run_timeout=asked.total_timeout + _MORE_S,
        files={**asked.files, f"{_PLACE}/cells.json": cells},
        fetch_files=[*asked.fetch_files, _FOUND],
    )


def notebook_answer(answer: Any) -> Any:
    """The answer of /run_jupyter, from that of /run_code."""
    files = dict(answer["files"])
    cells = _cells_in(files.pop(_FOUND, ""))
    status = answer["status"]
    if status != "SandboxError":
        ended = answer["run_result"] is not None and answer["run_result"]["status"] == "Finished"
        status = "Success" if ended and cells is not None else "Failed"
    return {
        "status": status,
        "message": answer["message"],
        "driver": answer["run_result"],
        "cells": cells or [] if status == "Success" else [],
        "executor_pod_name": None,
        "files": files if status == "Success" else {},
    }


def _cells_in(found: str) -> list[Cell] | None:
    """None where the program left something else; its cells can make it do so."""
    try:
        return left_json(base64.b64decode(found), list[Cell])
    except NotLeft:
        return None
