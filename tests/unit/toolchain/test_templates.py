"""Which runs may be copies of an interpreter that starts once, and how it is told to wait."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from judge.errors import LanguageError
from judge.model.language import LanguageSpec
from judge.model.limits import Limits
from judge.sandbox.protocol import TEMPLATE_DIRECTORY
from judge.sandbox.spec import RunSpec
from judge.toolchain.definitions import load_language
from judge.toolchain.templates import template_of

LANGUAGES = Path(__file__).parents[3] / "languages"
RUN = RunSpec(argv=("/usr/bin/python3", "/artifact/main.py"), limits=Limits(open_files=99, stack_bytes=1 << 20))


@pytest.fixture
def python() -> LanguageSpec:
    return load_language(LANGUAGES / "python3.toml")


def test_what_it_is_started_with_makes_it_wait_and_is_otherwise_what_a_run_has(python: LanguageSpec) -> None:
    made = template_of(python, RUN)
    assert made is not None
    assert (made.argv, made.env, made.open_files, made.stack_bytes) == (RUN.argv, RUN.env, 99, 1 << 20)
    assert dict(made.start_env) == {**dict(RUN.env), "PYTHONPATH": TEMPLATE_DIRECTORY}


def test_a_path_of_the_runs_own_is_kept_behind_ours(python: LanguageSpec) -> None:
    made = template_of(python, msgspec.structs.replace(RUN, env=(("PYTHONPATH", "/opt/pypi:/x"),)))
    assert made is not None
    assert dict(made.start_env) == {"PYTHONPATH": f"{TEMPLATE_DIRECTORY}:/opt/pypi:/x"}


@pytest.mark.parametrize(
    "run",
    [
        msgspec.structs.replace(RUN, argv=(*RUN.argv, "word")),
        msgspec.structs.replace(RUN, argv=("/usr/bin/python3", "/usr/lib/python3/x.py")),
        msgspec.structs.replace(RUN, env=(("PYTHONPATH", ""),)),
        msgspec.structs.replace(RUN, limits=Limits(open_files=63)),
    ],
    ids=["an argument", "a program that is always there", "an empty path", "few open files"],
)
def test_where_one_would_find_something_else_there_is_none(python: LanguageSpec, run: RunSpec) -> None:
    assert template_of(python, run) is None


def test_other_languages_have_none_nor_those_that_extend_this_one_and_say_so() -> None:
    for name in ("c", "ruby", "pypy3"):
        assert template_of(load_language(LANGUAGES / f"{name}.toml"), RUN) is None


def test_a_kind_that_nobody_knows_is_said_with_its_key(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('name = "Mine"\nextensions = ["mine"]\nrun = ["/bin/sh", "{source}"]\nstarts_once = "perl"\n')
    with pytest.raises(LanguageError, match=r"starts_once.*'perl' is not known; one of cpython"):
        load_language(path)
