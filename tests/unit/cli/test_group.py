"""`judge group`: what the file says, and what is refused; nothing is run."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge.cli.group_file import group_of, read_group
from judge.cli.main import main
from judge.errors import UsageError
from judge.model.group import Endpoint
from judge.model.work import Data


class DataOnly:
    """Where data come along as they are."""

    def data(self, content: bytes) -> Data:
        return Data(content=content)


def file_of(tmp_path: Path, text: str, name: str = "g.json") -> str:
    """A file of a group."""
    (tmp_path / name).write_text(text)
    return str(tmp_path / name)


def test_json_is_the_wire_form_with_paths_and_texts(tmp_path: Path) -> None:
    (tmp_path / "tool").write_bytes(b"#!")
    (tmp_path / "tool").chmod(0o755)
    path = file_of(
        tmp_path,
        """{"commands": [
            {"argv": ["tool"], "stdin": {"text": "in"}, "limits": {"cpu_time_ns": 5}, "files": [
                {"data": {"path": "tool"}},
                {"name": "b", "data": {"path": "tool"}, "executable": false},
                {"name": "c", "data": {"content": "aGk="}},
                {"name": "d", "data": {"blob": "sha256:1"}}
            ]},
            {"argv": ["/bin/cat"], "merge_stderr": true}
        ], "pipes": [{"source": {"command": 0, "descriptor": 1}, "target": {"command": 1, "descriptor": 0}}]}""",
    )
    group = group_of(read_group(path), tmp_path, DataOnly())  # type: ignore[arg-type]
    first, second = group.commands
    assert (first.stdin.content, first.limits.cpu_time_ns) == (b"in", 5)
    assert [(file.name, file.data.content, file.executable) for file in first.files] == [
        ("tool", b"#!", True),
        ("b", b"#!", False),
        ("c", b"hi", False),
        ("d", b"", False),
    ]
    assert first.files[3].data.blob == "sha256:1"
    assert (second.argv, second.merge_stderr, group.pipes[0].target) == (
        ("/bin/cat",),
        True,
        Endpoint(command=1, descriptor=0),
    )


def test_toml_says_the_same(tmp_path: Path) -> None:
    text = '[[commands]]\nargv = ["/bin/cat"]\nstdin = { text = "x" }\nenvironment = { A = "1" }\n'
    group = group_of(read_group(file_of(tmp_path, text, "g.toml")), tmp_path, DataOnly())  # type: ignore[arg-type]
    (command,) = group.commands
    assert (command.stdin.content, command.environment) == (b"x", {"A": "1"})


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("g.json", "{", "truncated"),
        ("g.json", "[]", "object"),
        ("g.json", "{}", "commands"),
        ("g.json", '{"commands": [{"argv": ["x"], "stdim": {}}]}', r"stdim.*commands\["),
        ("g.json", '{"commands": [{"argv": "x"}]}', r"commands\[.*argv"),
        ("g.json", '{"commands": [{"argv": [], "stdin": {"path": "a", "text": "b"}}]}', "one of path, text"),
        ("g.json", '{"commands": [{"argv": [], "limits": {"memory_bytes": -1}}]}', "memory_bytes"),
        ("g.json", "[" * 100_000, "object|depth|recursion"),
        ("g.toml", "commands", "g.toml: "),
        ("g.toml", "commands = 1", "array"),
    ],
)
def test_what_is_wrong_in_a_file_is_named(tmp_path: Path, name: str, text: str, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        read_group(file_of(tmp_path, text, name))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    given = read_group(file_of(tmp_path, '{"commands": [{"argv": ["x"], "stdin": {"path": "nowhere"}}]}'))
    with pytest.raises(UsageError, match="nowhere: No such file"):
        group_of(given, tmp_path, DataOnly())  # type: ignore[arg-type]


def test_without_a_file_there_is_nothing_to_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["group", str(tmp_path / "none.json")]) == 2
    assert "none.json: No such file" in capsys.readouterr().err
