"""One file of a multipart form (RFC 7578). Pure."""

from __future__ import annotations

from email.message import Message
from typing import NamedTuple

_HEAD_BYTES_MAX = 8 << 10
_PARTS_MAX = 64


class UploadedFile(NamedTuple):
    """``name`` is what its sender calls it, without directories."""

    name: str
    content: bytes


def file_in(body: bytes, content_type: str, field: str) -> UploadedFile | None:
    """The file of this field; None = there is none, or the body is no such form."""
    boundary = _boundary_of(content_type)
    if not boundary:
        return None
    mark = b"--" + boundary
    parts = (b"\r\n" + body).split(b"\r\n" + mark, _PARTS_MAX)
    for part in parts[1:]:
        if part.startswith(b"--"):
            break
        head, found, content = part.partition(b"\r\n\r\n")
        if not found or len(head) > _HEAD_BYTES_MAX:
            continue
        said = _disposition_of(head)
        name = said.get_filename()
        if said.get_param("name", header="content-disposition") == field and name is not None:
            return UploadedFile(name.replace("\\", "/").rpartition("/")[2], content)
    return None


def _boundary_of(content_type: str) -> bytes:
    about = Message()
    about["content-type"] = content_type
    if about.get_content_type() != "multipart/form-data":
        return b""
    boundary = about.get_boundary("")
    return boundary.encode("latin-1", "replace") if 0 < len(boundary) <= 200 else b""


def _disposition_of(head: bytes) -> Message:
    about = Message()
    for line in head.decode("utf-8", "replace").split("\r\n"):
        name, _, value = line.partition(":")
        if name.strip().lower() == "content-disposition":
            about["content-disposition"] = value.strip()
            break
    return about
