"""A client's own rules for finding code in what a model wrote. They are a Python program, and run as one. Pure."""

from __future__ import annotations

import base64
from typing import Any

from judge.gateway.dialects.fusion.datasets.extraction import CodeBlock
from judge.gateway.dialects.fusion.datasets.rows import BadRow
from judge.gateway.dialects.fusion.left import NotLeft, left_json
from judge.gateway.dialects.fusion.requests import RunCode

_FOUND = "found.json"

#: What the rules find: the completion, a type for blocks, and whom to give them to.
_PROGRAM = f"""
import json

class CodeBlock:
    def __init__(self, *, priority, code, language):
        self.priority, self.code, self.language = int(priority), str(code), str(language)

found = []

def submit_code_blocks(blocks):
    for block in blocks:
        assert isinstance(block, CodeBlock), "only CodeBlock can be given"
        found.append(vars(block))

names = {{"CodeBlock": CodeBlock, "submit_code_blocks": submit_code_blocks}}
names["completion"] = open("completion", encoding="utf-8", newline="").read()
exec(compile(open("rules", encoding="utf-8").read(), "custom_extract_logic", "exec"), names)
json.dump(found, open({_FOUND!r}, "w"))
"""


def search_of(completion: str, rules: str) -> RunCode:
    """The request to run them."""
    files = {name: base64.b64encode(text.encode()).decode() for name, text in
             (("completion", completion), ("rules", rules))}  # fmt: skip
    return RunCode(code=_PROGRAM, language="python", files=files, fetch_files=[_FOUND])


def blocks_in(answer: Any) -> tuple[CodeBlock, ...]:
    """What they found. ``answer``: that of /run_code. Raises BadRow when they failed."""
    run = answer["run_result"] or {}
    if answer["status"] != "Success" or _FOUND not in answer["files"]:
        said = (run.get("stderr") or "").strip().rpartition("\n")[2]
        raise BadRow(f"config.custom_extract_logic failed: {said or run.get('status') or answer['message']}")
    try:
        return left_json(base64.b64decode(answer["files"][_FOUND]), tuple[CodeBlock, ...])
    except NotLeft as error:
        raise BadRow(f"config.custom_extract_logic: {error}") from error
