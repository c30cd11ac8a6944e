"""What a client hands in beside a program: words, environment, standard input, files. Checked, then made ready to run.

Everything here is a stranger's. A refusal is a WorkError that names the field. Other kinds of work use the same checks.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from judge.errors import PackageError, WorkError, WorkFilesError
from judge.model.work import Data, InputFile
from judge.running.runner import Runner
from judge.sandbox.run_io import Content
from judge.sandbox.spec import RunSpec
from judge.toolchain.work_files import Given, arguments_complaint, merged, parents, room_for, shortened

ARGUMENTS_MAX = 1000
ENVIRONMENT_MAX = 128
ENVIRONMENT_BYTES_MAX = 32 << 10
#: Directories above a file: each is made before each run.
DEPTH_MAX = 32

GLOBS_MAX = 16
GLOB_BYTES_MAX = 200
GLOB_PARTS_MAX = 16

#: Of a command line with its environment: what one message to a launcher holds beside the rest of it.
_COMMAND_BYTES_MAX = 140_000
#: Of each word in such a message, beside its characters.
_WORD_BYTES = 8

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def checked_words(words: Sequence[str], field: str) -> tuple[str, ...]:
    """Words of a command line. Raises WorkError when they are too many or no program can be given them."""
    if len(words) > ARGUMENTS_MAX:
        raise WorkError(f"{len(words)} words; at most {ARGUMENTS_MAX} are taken", field)
    complaint = arguments_complaint(words)
    if complaint:
        raise WorkError(complaint, field)
    return tuple(words)


def with_absolute_path(
    argv: Sequence[str], files: Sequence[InputFile], field: str = "argv", work_path: str = "/work"
) -> tuple[str, ...]:
    """A command whose program may be one of the client's files. Raises WorkError when it is neither that nor a path."""
    name = argv[0]
    if not name.startswith("/"):
        if name not in {file.name for file in files}:
            raise WorkError("neither an absolute path nor one of the files", f"{field}[0]")
        name = f"{work_path}/{name}"
    return (name, *argv[1:])


def check_command_line(spec: RunSpec, field: str) -> None:
    """Raises WorkError when the words and the environment together are more than a launcher takes."""
    words = [*spec.argv, *(word for pair in spec.env for word in pair)]
    size_bytes = sum(len(word.encode("utf-8", "surrogatepass")) + _WORD_BYTES for word in words)
    if size_bytes > _COMMAND_BYTES_MAX:
        raise WorkError("with the files' names and the environment they are too long for a command line", field)


def checked_environment(asked: Mapping[str, str], own: Collection[str], field: str = "environment") -> dict[str, str]:
    """Variables of a program; ``own`` are those that its language's runtime needs as they are. Raises WorkError."""
    if len(asked) > ENVIRONMENT_MAX:
        raise WorkError(f"{len(asked)} variables; at most {ENVIRONMENT_MAX} are taken", field)
    for name in asked:
        if not _VARIABLE.fullmatch(name):
            raise WorkError(f"{shortened(name)} is no name of a variable", field)
        if name in own:
            raise WorkError(f"{name} is set by the language", field)
    complaint = arguments_complaint([*asked, *asked.values()], ENVIRONMENT_BYTES_MAX)
    if complaint:
        raise WorkError(complaint.replace("argument", "variable"), field)
    return dict(asked)


def checked_globs(globs: Sequence[str], field: str = "keep") -> tuple[str, ...]:
    """Which files below /work to keep. What a glob costs to match is bounded by its form. Raises WorkError."""
    if len(globs) > GLOBS_MAX:
        raise WorkError(f"{len(globs)} globs; at most {GLOBS_MAX} are taken", field)
    for glob in globs:
        parts = glob.split("/")
        if "\0" in glob or not {"", ".", ".."}.isdisjoint(parts):
            raise WorkError(f"{shortened(glob)} is not relative to /work", field)
        if arguments_complaint([glob], GLOB_BYTES_MAX) or len(parts) > GLOB_PARTS_MAX or parts.count("**") > 1:
            raise WorkError(
                f"{shortened(glob)}: a glob has at most {GLOB_BYTES_MAX} bytes, {GLOB_PARTS_MAX} parts and one **",
                field,
            )
    return tuple(globs)


def content_of(stack: ExitStack, runner: Runner, tenant: str, data: Data, field: str) -> bytes | int:
    """Bytes that came along, or a descriptor of the blob that holds them, which ``stack`` closes.

    Raises WorkError, BlobStoreError.
    """
    if not data.blob:
        return data.content
    with _naming(field):
        fd = runner.blobs.open(tenant, data.blob)
    stack.callback(os.close, fd)
    return fd


def standard_input(stack: ExitStack, runner: Runner, tenant: str, data: Data, field: str = "stdin") -> bytes | int:
    """What a program reads. Raises WorkError when it is more than the operator lets a program write."""
    content = content_of(stack, runner, tenant, data, field)
    if size_of(content) > runner.ceilings.output_bytes:
        raise WorkError(f"{size_of(content)} bytes; at most {runner.ceilings.output_bytes} are taken", field)
    return content


@dataclass(frozen=True)
class OpenFiles:
    """Files for /work, to be put there as often as it is wanted. ``room``: bytes and inodes enough for them there."""

    contents: Mapping[str, Content]
    executables: tuple[str, ...]
    room: tuple[int, int]


def open_files(
    stack: ExitStack, runner: Runner, tenant: str, files: Sequence[InputFile], own: Mapping[str, bytes]
) -> OpenFiles:
    """The client's files, which win over the program's ``own``; ``stack`` closes them.

    Raises WorkError naming the file, BlobStoreError.
    """
    ceilings = runner.ceilings
    if len(files) > ceilings.case_files:
        raise WorkError(f"{len(files)} files; at most {ceilings.case_files} are taken", "files")
    contents: dict[str, Content] = {}
    for index, file in enumerate(files):
        if file.name in contents:
            raise WorkError(f"there are two files {shortened(file.name)}", f"files[{index}].name")
        if len(parents(file.name)) > DEPTH_MAX:
            raise WorkError(f"more than {DEPTH_MAX} directories deep", f"files[{index}].name")
        contents[file.name] = content_of(stack, runner, tenant, file.data, f"files[{index}].data")
    size_bytes = sum(map(size_of, contents.values()))
    if size_bytes > ceilings.case_files_bytes:
        raise WorkError(f"{size_bytes} bytes; at most {ceilings.case_files_bytes} are taken", "files")
    try:
        every = merged(Given(dict(own)), Given(contents, where="files"))
    except PackageError as error:
        raise WorkError(error.message, "files") from error
    executables = tuple(file.name for file in files if file.executable)
    size_bytes, inodes = room_for({name: size_of(content) for name, content in every.items()})
    return OpenFiles(every, executables, (size_bytes, inodes))


@contextmanager
def within(place: str) -> Iterator[None]:
    """A WorkError from below is about a field of ``place``."""
    try:
        yield
    except WorkError as error:
        raise type(error)(error.message, f"{place}.{error.field}" if error.field else place) from error


@contextmanager
def blamed_on_files() -> Iterator[None]:
    """What a run's /work cannot hold of the client's files is the client's fault. Raises WorkError."""
    try:
        yield
    except WorkFilesError as error:
        raise WorkError(f"they do not fit into /work: {error.summary}", "files") from error


def size_of(content: Content) -> int:
    """In bytes."""
    if isinstance(content, int):
        return os.fstat(content).st_size
    return len(content) if isinstance(content, bytes) else content.size_bytes


@contextmanager
def _naming(field: str) -> Iterator[None]:
    """A WorkError from below says which field it is about."""
    try:
        yield
    except WorkError as error:
        raise type(error)(error.message, field) from error
