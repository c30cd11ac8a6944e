"""What a user sent."""

from __future__ import annotations

import msgspec


class SourceFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file of a submission. ``name`` is a relative POSIX path, ``content`` raw bytes (base64 on the wire)."""

    name: str
    content: bytes


class Submission(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A program to be judged against one problem package.

    ``id`` names the submission for ever (the idempotency key: the same id is the same submission);
    ``package`` is how a worker finds the problem package: a path, or ``sha256:<digest>``;
    ``language`` is a language id or empty to detect it from the file names; ``main`` names the
    main file, empty to detect. ``priority_class``, ``tenant`` and ``tags`` (what the worker must offer, such as
    "aarch64" or "gpu") only steer the queue.
    """

    id: str
    package: str
    sources: tuple[SourceFile, ...]
    language: str = ""
    main: str = ""
    priority_class: str = "practice"
    tenant: str = ""
    tags: tuple[str, ...] = ()
