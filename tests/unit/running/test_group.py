"""What a group may not ask for, each refusal with its field; what its commands get; what a record keeps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from judge.errors import WorkError
from judge.model.group import COMMANDS_MAX, Endpoint, Pipe
from judge.model.units import MIB
from judge.model.work import Command, CommandGroup, Data, InputFile, RequestedLimits
from judge.package.ceilings import Ceilings
from judge.running.group import Record, check_group, limits_of

CEILINGS = Ceilings(memory_bytes=512 * MIB, output_bytes=32 * MIB)


def command(*argv: str, **fields: Any) -> Command:
    return Command(argv=argv or ("/bin/true",), **fields)


def pipe(source: tuple[int, int], target: tuple[int, int], **fields: Any) -> Pipe:
    return Pipe(source=end(*source), target=end(*target), **fields)


def end(number: int, descriptor: int) -> Endpoint:
    return Endpoint(command=number, descriptor=descriptor)


def check(commands: Sequence[Command], *pipes: Pipe) -> None:
    group = CommandGroup(commands=tuple(commands), pipes=pipes)
    check_group(group, CEILINGS)
    limits_of(group, CEILINGS)


def refusal(commands: Sequence[Command], *pipes: Pipe) -> tuple[str, str]:
    with pytest.raises(WorkError) as caught:
        check(commands, *pipes)
    return caught.value.field, str(caught.value)


@pytest.mark.parametrize(
    ("commands", "field", "complaint"),
    [
        ([], "commands", "at least one command"),
        ([command()] * (COMMANDS_MAX + 1), "commands", "at most 16"),
        ([command(), Command(argv=())], "commands[1].argv", "at least one word"),
        ([command("/bin/echo", "a\0b")], "commands[0].argv", "no program can be given it"),
        ([command("x" * 70_000)], "commands[0].argv", "bytes"),
        ([command("prog")], "commands[0].argv[0]", "neither an absolute path nor one of the files"),
        ([command("")], "commands[0].argv[0]", "neither an absolute path nor one of the files"),
        ([command(environment={"A B": ""})], "commands[0].environment", "no name of a variable"),
        ([command(keep=("../x",))], "commands[0].keep", "not relative to /work"),
        ([command(keep=("a",) * 1000)], "commands[0].keep", "at most"),
        (
            [command(files=(InputFile(name="a", data=Data()),) * 100)] * 11,
            "commands",
            "1100 files in all; at most 1000",
        ),
        (
            [command(), command(limits=RequestedLimits(memory_bytes=1 << 40))],
            "commands[1].limits.memory_bytes",
            "ceiling",
        ),
        (
            [command(limits=RequestedLimits(memory_bytes=300 * MIB))] * 2,
            "commands",
            "memory_bytes is 629145600 in all",
        ),
        (
            [command(limits=RequestedLimits(stdout_bytes=20 * MIB))] * 2,
            "commands",
            "stdout_bytes is 41943040 in all",
        ),
    ],
)
def test_commands_that_cannot_be_are_refused(commands: list[Command], field: str, complaint: str) -> None:
    at, why = refusal(commands)
    assert at == field
    assert complaint in why


@pytest.mark.parametrize(
    ("pipes", "field", "complaint"),
    [
        ([pipe((2, 1), (1, 0))], "pipes[0].source.command", "there is no command 2"),
        ([pipe((0, 1), (-1, 0))], "pipes[0].target.command", "there is no command -1"),
        ([pipe((0, 20), (1, 0))], "pipes[0].source.descriptor", "must be 0 to 19, not 20"),
        ([pipe((0, 1), (1, -1))], "pipes[0].target.descriptor", "must be 0 to 19, not -1"),
        ([pipe((0, 1), (0, 0))], "pipes[0]", "cyclic"),
        ([pipe((0, 3), (0, 4))], "pipes[0]", "cyclic"),
        ([pipe((0, 0), (1, 3))], "pipes[0].source.descriptor", "is read, not written"),
        ([pipe((0, 1), (1, 1))], "pipes[0].target.descriptor", "are written, not read"),
        ([pipe((0, 1), (1, 2))], "pipes[0].target.descriptor", "are written, not read"),
        ([pipe((0, 1), (1, 0)), pipe((0, 1), (1, 3))], "pipes[1].source.descriptor", "already joined"),
        ([pipe((0, 1), (1, 0)), pipe((0, 3), (1, 0))], "pipes[1].target.descriptor", "already joined"),
        ([pipe((0, 3), (1, 0)), pipe((1, 1), (0, 3))], "pipes[1].target.descriptor", "already joined"),
        ([pipe((0, 1), (1, 0), record_bytes_max=-1)], "pipes[0].record_bytes_max", "must be 0 to"),
        ([pipe((0, 1), (1, 0), limit_bytes=1 << 40)], "pipes[0].limit_bytes", "must be 0 to"),
        (
            [pipe((0, 1), (1, 0), record_bytes_max=20 * MIB), pipe((0, 2), (1, 3), record_bytes_max=20 * MIB)],
            "pipes",
            "record_bytes_max is 41943040 in all",
        ),
    ],
)
def test_pipes_that_cannot_be_are_refused(pipes: list[Pipe], field: str, complaint: str) -> None:
    at, why = refusal([command(), command()], *pipes)
    assert at == field
    assert complaint in why


def test_what_a_pipe_leads_to_has_no_other_source() -> None:
    fed = command(stdin=Data(content=b"x"))
    assert refusal([command(), fed], pipe((0, 1), (1, 0)))[0] == "commands[1].stdin"
    check([command(), fed], pipe((0, 1), (1, 3)))


def test_merged_errors_leave_no_second_descriptor_to_join() -> None:
    merged = command(merge_stderr=True)
    assert refusal([merged, command()], pipe((0, 2), (1, 0)))[0] == "pipes[0].source.descriptor"
    check([merged, command()], pipe((0, 1), (1, 0)))


def test_rings_of_several_commands_are_no_cyclic_pipes() -> None:
    check([command()] * 2, pipe((0, 1), (1, 0)), pipe((1, 1), (0, 0)))
    check([command()] * 3, pipe((0, 1), (1, 0)), pipe((1, 1), (2, 0)), pipe((2, 1), (0, 0)))


def test_a_command_may_be_one_of_its_files() -> None:
    check([command("prog", files=(InputFile(name="prog", data=Data(content=b"#!/bin/sh\n")),))])


def test_who_asks_for_nothing_gets_at_most_an_equal_share() -> None:
    group = CommandGroup(commands=(command(),) * COMMANDS_MAX)
    limits = limits_of(group, CEILINGS)
    assert {one.memory_bytes for one in limits} == {32 * MIB}
    assert {one.stdout_bytes for one in limits} == {2 * MIB}


def test_one_command_alone_may_have_all_that_one_run_may() -> None:
    asked = RequestedLimits(memory_bytes=512 * MIB, stdout_bytes=32 * MIB, stderr_bytes=32 * MIB)
    (limits,) = limits_of(CommandGroup(commands=(command(limits=asked),)), CEILINGS)
    assert (limits.memory_bytes, limits.stdout_bytes) == (512 * MIB, 32 * MIB)


def test_a_compiling_command_has_the_limits_of_compilers() -> None:
    (limits,) = limits_of(CommandGroup(commands=(command(compiling=True),)), Ceilings())
    assert limits.memory_bytes > limits_of(CommandGroup(commands=(command(),)), Ceilings())[0].memory_bytes


def test_a_record_is_cut_at_its_limit_and_says_so() -> None:
    record = Record(5)
    record.note(b"abc")
    assert (record.capture().read(), record.capture().truncated) == (b"abc", False)
    record.note(b"def")
    record.note(b"ghi")
    assert (record.capture().read(), record.capture().truncated) == (b"abcde", True)


def test_a_record_that_is_just_full_lacks_nothing() -> None:
    record = Record(3)
    record.note(b"abc")
    assert not record.capture().truncated
