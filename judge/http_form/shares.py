"""What is shared by links: a program with its input and tests, as the playground has them."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

_Word = Annotated[str, Meta(max_length=200)]
_Words = Annotated[tuple[Annotated[str, Meta(max_length=4096)], ...], Meta(max_length=64)]


class SharedFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A source file."""

    name: Annotated[str, Meta(description="A relative path.", min_length=1, max_length=255)]
    text: str = ""


class SharedTest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A test: what the program reads, and what it is to write."""

    stdin: str = ""
    expected: str = ""


class ShareContent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A program that nobody has run by sharing it. ``main``: the file that is begun with; empty = the language knows.

    All of it is somebody's text: it may say anything.
    """

    language: _Word = ""
    files: Annotated[tuple[SharedFile, ...], Meta(min_length=1, max_length=64)]
    main: Annotated[str, Meta(max_length=255)] = ""
    stdin: str = ""
    arguments: _Words = ()
    tests: Annotated[tuple[SharedTest, ...], Meta(max_length=100)] = ()


class ShareRequest(ShareContent, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Share a program by a link. ``lifetime_s`` 0 = for as long as this judge lets links be."""

    lifetime_s: Annotated[int, Meta(ge=0)] = 0


class ShareLink(msgspec.Struct, frozen=True, kw_only=True):
    """A link: all who have it see what is behind it, until then (Unix milliseconds). ``path``: of the page."""

    id: str
    path: str
    expires_at_ms: int


class ShareForm(ShareContent, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is behind a link, and until when."""

    expires_at_ms: int
