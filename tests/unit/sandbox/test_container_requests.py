"""What a container refuses to be asked, whoever asks."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge.errors import SandboxError
from judge.model.limits import Limits
from judge.sandbox.run_io import PROGRAM_FDS, Streams, check_request, input_pipe
from judge.sandbox.spec import RunSpec


def spec(*argv: str, directories: tuple[str, ...] = ()) -> RunSpec:
    return RunSpec(argv=argv or ("/bin/true",), limits=Limits(), directories=directories)


@given(name=st.text("a./\0", max_size=8))
def test_accepted_names_stay_below_the_work_directory(name: str) -> None:
    try:
        check_request(spec(), {name: b""}, {})
    except SandboxError:
        with pytest.raises(SandboxError):
            check_request(spec(directories=(name,)), {}, {})
    else:
        normal = os.path.normpath(f"/work/{name}")
        assert normal == f"/work/{name}"
        assert PurePosixPath("/work") in PurePosixPath(normal).parents
        assert "\0" not in name


@given(number=st.integers(-5, 40))
def test_descriptors_have_their_range(number: int) -> None:
    with contextlib.nullcontext() if number in PROGRAM_FDS else pytest.raises(SandboxError):
        check_request(spec(), {}, {number: 0})


@pytest.mark.parametrize("argv", [("",), ("relative",), ("./x",)])
def test_programs_are_named_by_absolute_paths(argv: tuple[str, ...]) -> None:
    with pytest.raises(SandboxError):
        check_request(spec(*argv), {}, {})


@pytest.mark.parametrize(("make", "index"), [(Streams().take, 0), (input_pipe, 1)])
def test_our_end_of_a_pipe_does_not_block_and_no_program_inherits_either(
    make: Callable[[], tuple[int, int]], index: int
) -> None:
    both = make()
    try:
        assert os.get_blocking(both[index]) is False
        assert os.get_blocking(both[1 - index]) is True
        assert not any(map(os.get_inheritable, both))
    finally:
        for fd in both:
            os.close(fd)


def test_pipes_made_ahead_are_handed_out_once_and_closed_with_their_owner() -> None:
    before = set(os.listdir("/proc/self/fd"))
    pipes = Streams()
    pipes.prepare()
    taken = [fd for _ in range(3) for fd in pipes.take()]  # one pipe more than are made ahead
    assert len(set(taken)) == 6
    for fd in taken:
        os.close(fd)
    pipes.prepare()
    pipes.close()
    pipes.close()
    assert set(os.listdir("/proc/self/fd")) == before
