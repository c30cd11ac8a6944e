"""The file that ``judge group`` reads: a command group in its wire form, with paths and texts for what comes along."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from judge.cli.doing import Doer
from judge.cli.options import read_file
from judge.errors import UsageError
from judge.model.group import Pipe
from judge.model.work import Command, CommandGroup, Data, InputFile


class GivenData(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """As :class:`judge.model.work.Data`, or the ``path`` of a file (from the group's file), or a ``text``."""

    content: bytes = b""
    blob: str = ""
    path: str = ""
    text: str = ""

    def __post_init__(self) -> None:
        if sum(map(bool, (self.content, self.blob, self.path, self.text))) > 1:
            raise ValueError("data have one of path, text, content and blob")


_NO_DATA = GivenData()


class GivenFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """As :class:`judge.model.work.InputFile`; where none are given, name and mode are those of the path."""

    data: GivenData
    name: str = ""
    executable: bool | None = None


class GivenCommand(Command, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """As :class:`judge.model.work.Command`."""

    files: tuple[GivenFile, ...] = ()  # type: ignore[assignment]
    stdin: GivenData = _NO_DATA  # type: ignore[assignment]


class GivenGroup(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """As :class:`judge.model.work.CommandGroup`."""

    commands: tuple[GivenCommand, ...]
    pipes: tuple[Pipe, ...] = ()


def read_group(path: str) -> GivenGroup:
    """The group of a file; ``.toml`` is TOML, all else is JSON. Raises UsageError naming file and field."""
    text = read_file(path)
    try:
        if path.endswith(".toml"):
            return msgspec.toml.decode(text, type=GivenGroup)
        return msgspec.json.decode(text, type=GivenGroup)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise UsageError(f"{path}: {error}") from error


def group_of(given: GivenGroup, directory: Path, doer: Doer) -> CommandGroup:
    """The group with all that comes along; large data go ahead. Raises UsageError naming a file, BlobError."""
    return CommandGroup(
        commands=tuple(_command(command, directory, doer) for command in given.commands), pipes=given.pipes
    )


def _command(given: GivenCommand, directory: Path, doer: Doer) -> Command:
    fields = {name: getattr(given, name) for name in Command.__struct_fields__}
    fields["stdin"] = _data(given.stdin, directory, doer)
    fields["files"] = tuple(_file(file, directory, doer) for file in given.files)
    return Command(**fields)


def _file(given: GivenFile, directory: Path, doer: Doer) -> InputFile:
    path = given.data.path
    executable = given.executable
    if executable is None:
        executable = bool(path) and os.access(directory / path, os.X_OK)
    return InputFile(
        name=given.name or os.path.basename(path), data=_data(given.data, directory, doer), executable=executable
    )


def _data(given: GivenData, directory: Path, doer: Doer) -> Data:
    if given.blob:
        return Data(blob=given.blob)
    if given.path:
        return doer.data(read_file(str(directory / given.path)))
    return doer.data(given.text.encode() or given.content)
