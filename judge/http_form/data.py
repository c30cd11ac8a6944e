"""Bytes in JSON: as text where they are text, else in base64, or the name of a blob."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from judge.model.submission import SourceFile
from judge.model.work import NO_DATA, Data, InputFile
from judge.model.work_report import KeptFile, Output

_SAYS_BLOB = "A blob that holds them: `sha256:` and 64 hexadecimal digits."


class GivenBytes(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Bytes that come along, in one of three forms."""

    text: Annotated[str, Meta(description="As text, in UTF-8.")] = ""
    base64: Annotated[bytes, Meta(description="In base64.")] = b""
    blob: Annotated[str, Meta(description=_SAYS_BLOB)] = ""

    def __post_init__(self) -> None:
        if bool(self.text) + bool(self.base64) + bool(self.blob) > 1:
            raise ValueError("give one of text, base64 and blob")


#: A plain string is its text.
Given = str | GivenBytes


def data_of(given: Given) -> Data:
    """The model's form of it."""
    if isinstance(given, str):
        return Data(content=_utf8(given)) if given else NO_DATA
    if given.blob:
        return Data(blob=given.blob)
    return Data(content=given.base64 or _utf8(given.text))


class GivenFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file that a program finds in its working directory."""

    name: Annotated[str, Meta(description="A relative path.", max_length=4096)]
    content: Annotated[Given, Meta(description="What is in it.")] = ""
    executable: bool = False


def file_of(given: GivenFile) -> InputFile:
    """The model's form of it."""
    return InputFile(name=given.name, data=data_of(given.content), executable=given.executable)


class GivenSource(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A source file: its name, and its text, its bytes in base64, or a blob that holds them (not for submissions)."""

    name: Annotated[str, Meta(description="A relative path.", max_length=4096)]
    text: str = ""
    base64: bytes = b""
    blob: Annotated[str, Meta(description=_SAYS_BLOB)] = ""

    def __post_init__(self) -> None:
        if bool(self.text) + bool(self.base64) + bool(self.blob) > 1:
            raise ValueError("give one of text, base64 and blob")


def source_of(given: GivenSource) -> SourceFile:
    """The model's form of one that comes along."""
    return SourceFile(name=given.name, content=given.base64 or _utf8(given.text))


class OutputForm(msgspec.Struct, frozen=True, kw_only=True):
    """What was written to one stream. ``text`` is readable in any case: where the bytes are no UTF-8 it has
    replacement characters, and ``base64`` has the bytes themselves. A large output is a ``blob``."""

    text: str = ""
    base64: bytes = b""
    blob: str = ""
    size_bytes: int = 0
    truncated: bool = False


def output_form(output: Output) -> OutputForm:
    """As it goes over HTTP."""
    text, exact = text_and_bytes(output.content)
    return OutputForm(
        text=text, base64=exact, blob=output.blob, size_bytes=output.size_bytes, truncated=output.truncated
    )


def output_of(form: OutputForm) -> Output:
    """The model's form of it."""
    return Output(
        content=form.base64 or _utf8(form.text),
        blob=form.blob,
        size_bytes=form.size_bytes,
        truncated=form.truncated,
    )


def text_and_bytes(content: bytes) -> tuple[str, bytes]:
    """Bytes as text, and themselves where the text is not exactly they."""
    try:
        return content.decode(), b""
    except UnicodeDecodeError:
        return content.decode("utf-8", "replace"), content


#: Files go over HTTP as the model has them: a name and a blob.
FileForm = KeptFile


def _utf8(text: str) -> bytes:
    """Raises UnicodeEncodeError for half a surrogate pair, which JSON can write."""
    return text.encode()
