"""The module that judge programs import is what its stubs and the documents say."""

from __future__ import annotations

import ast
from pathlib import Path

from judge.model.program import ProgramQuotas
from judge.program import answers, calls

ROOT = Path(__file__).resolve().parents[4]
GUEST = ROOT / "judge" / "program" / "guest"


def signatures(path: Path) -> dict[str, list[str]]:
    """Of public functions, classes and methods: the names of their parameters."""
    found = {}
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            found[node.name] = _parameters(node)
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            found[node.name] = []
            for method in node.body:
                if isinstance(method, ast.FunctionDef) and not method.name.startswith("_"):
                    found[f"{node.name}.{method.name}"] = _parameters(method)
    return found


def _parameters(node: ast.FunctionDef) -> list[str]:
    arguments = node.args
    return [one.arg for one in (*arguments.args, *arguments.kwonlyargs)]


def test_the_stubs_are_of_this_module() -> None:
    module, stubs = signatures(GUEST / "judge_program.py"), signatures(GUEST / "judge_program.pyi")
    assert stubs == module


def test_it_imports_the_standard_library_only_and_little_of_it() -> None:
    tree = ast.parse((GUEST / "judge_program.py").read_text())
    at_start = {
        name.name if isinstance(node, ast.Import) else node.module
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }
    assert at_start == {"faulthandler", "os", "sys", "_signal", "_thread"}


def test_the_protocol_is_documented_whole() -> None:
    text = (ROOT / "docs" / "reference" / "judge-program-protocol.md").read_text()
    for call in calls.AnyCall.__args__:
        row = next(line for line in text.splitlines() if line.startswith(f"| `{call.__struct_config__.tag}` |"))
        for name in set(call.__struct_fields__) - set(calls.Call.__struct_fields__):
            if call not in (calls.Start, calls.Connect) or name in ("direct", "programs", "pipes"):
                assert f"`{name}`" in row, (call, name)
    for kind in (calls.Limits, calls.Pipe, calls.File, answers.RunInfo, answers.QuotaInfo, answers.TestInfo):
        for name in kind.__struct_fields__:
            assert f"`{name}`" in text, (kind, name)
    for answer in answers.Answer.__subclasses__():
        assert f"`{answer.__struct_config__.tag}`" in text, answer
        for name in answer.__struct_fields__:
            assert f"`{name}`" in text, (answer, name)


def test_every_quota_is_documented() -> None:
    text = (ROOT / "docs" / "reference" / "judge-program.md").read_text()
    for name in ProgramQuotas.__struct_fields__:
        assert f"`{name}`" in text, name
