"""What the commands of a group are joined by and leave: parts of :class:`judge.model.work.CommandGroup` on the wire."""

from __future__ import annotations

import msgspec

#: Of one group.
COMMANDS_MAX = 16


class InputLink(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A symbolic link that a command finds in /work. ``name`` is a relative POSIX path, ``target`` any text."""

    name: str
    target: str


class OutputStream(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A descriptor (3 to 19) whose output is in the report. More than ``bytes_max`` ends the run as too much output.

    ``blob``: as in :class:`Command`.
    """

    descriptor: int
    bytes_max: int
    blob: str = ""


class WantedFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A file below /work to be taken out by its name, and in the report why that failed. No link is followed.

    Of one larger than ``bytes_max`` (0 = the operator's ceiling) nothing is taken, or with ``cut`` its beginning.
    ``blob``: as in :class:`Command`.
    """

    name: str
    bytes_max: int = 0
    cut: bool = False
    blob: str = ""


class Endpoint(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A descriptor (0 to 19) of a command; ``command`` counts from 0."""

    command: int
    descriptor: int


class Pipe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is written to ``source`` is read from ``target``, a descriptor of another command.

    Up to ``record_bytes_max`` of it are in the report. Who writes more than ``limit_bytes`` is ended for too much
    output; 0 = the limit of the command's standard output (of descriptor 2: standard error). ``swallow``: what is
    written when nobody reads any more is lost, instead of an error to the writer (SIGPIPE). ``record_blob``: the name
    of a blob that the record becomes.

    A pipe that asks for none of the three is handed over to both commands as it is: faster, not counted, not limited.
    """

    source: Endpoint
    target: Endpoint
    record_bytes_max: int = 0
    limit_bytes: int = 0
    swallow: bool = False
    record_blob: str = ""
