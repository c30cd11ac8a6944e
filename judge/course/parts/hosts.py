"""The one table of frameworks whose tests are kept apart: which programs of ours are their two sides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from judge.model.units import MIB, S_NS

_GUEST = Path(__file__).parents[1] / "guest"


@dataclass(frozen=True)
class Host:
    """Two sides of a language. Files: the name that one has there -> its path below ``judge/course/guest``.

    ``language``: of the tests' side, where the part names none. ``main``: of its files the one that is run.
    ``driver_files`` are handed to it as data; it puts them beside the student's. ``life_time_ns``: CPU time of a
    student's side that serves all tests. ``answers_bytes``: what the student's side may say in one life.
    """

    language: str
    main: str
    host_files: Mapping[str, str]
    driver_files: Mapping[str, str]
    life_time_ns: int = 600 * S_NS
    answers_bytes: int = 64 * MIB


_BOTH = ("judge_apart/__init__.py", "judge_apart/values.py", "judge_apart/standard.py")
_PYTHON = Host(
    language="python3",
    main="judge_host.py",
    host_files={
        "judge_host.py": "python/host.py",
        **{
            f"judge_apart/{name}.py": f"python/judge_apart/{name}.py"
            for name in ("names", "handles", "proxies", "session", "outcomes", "own_time", "by_pytest", "by_unittest")
        },
        **{name: f"python/{name}" for name in _BOTH},
    },
    driver_files={
        "judge_driver.py": "python/driver.py",
        "judge_apart/objects.py": "python/judge_apart/objects.py",
        **{name: f"python/{name}" for name in _BOTH},
    },
)

#: Tests that talk to the student's program, in whatever language that is: nothing lies beside it.
_PROGRAM = Host(
    language="python3", main="judge_host.py", host_files={"judge_host.py": "program/host.py"}, driver_files={}
)

#: By framework.
HOSTS: Mapping[str, Host] = {"pytest": _PYTHON, "unittest": _PYTHON, "program": _PROGRAM}


def files_in(files: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    """Their content, by name."""
    for name, path in files.items():
        yield name, (_GUEST / path).read_bytes()
