"""What a user sent."""

from __future__ import annotations

import msgspec

STUDENT_CHARS_MAX = 200


class SourceFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file of a submission. ``name`` is a relative POSIX path, ``content`` raw bytes (base64 on the wire)."""

    name: str
    content: bytes


class HandIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Work that is handed in to an assignment: who by, when, and which attempt it is.

    Times are Unix milliseconds, 0 = not known, so that it is in time. ``due_at_ms``: of this student, where it is not
    the assignment's. ``attempt`` from 1 on.
    """

    student: str = ""
    handed_in_at_ms: int = 0
    attempt: int = 1
    due_at_ms: int = 0

    def __post_init__(self) -> None:
        if len(self.student) > STUDENT_CHARS_MAX:
            raise ValueError(f"student has at most {STUDENT_CHARS_MAX} letters")
        if self.attempt < 1:
            raise ValueError("attempt must be at least 1")
        for name in ("handed_in_at_ms", "due_at_ms"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must not be negative")


class Submission(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A program to be judged against one problem package.

    ``id`` names the submission for ever (the idempotency key: the same id is the same submission);
    ``package`` is how a worker finds the problem package: a path, or ``sha256:<digest>``;
    ``language`` is a language id or empty to detect it from the file names; ``main`` names the
    main file, empty to detect. ``priority_class``, ``tenant`` and ``tags`` (what the worker must offer, such as
    "aarch64" or "gpu") only steer the queue. ``hand_in``: of work on an assignment; left out on the wire where there
    is none, for workers of versions that do not know it.
    """

    id: str
    package: str
    sources: tuple[SourceFile, ...]
    language: str = ""
    main: str = ""
    priority_class: str = "practice"
    tenant: str = ""
    tags: tuple[str, ...] = ()
    hand_in: HandIn | msgspec.UnsetType = msgspec.UNSET

    @property
    def handed_in(self) -> HandIn:
        """What is known of the handing in; where nothing is, it is the first attempt and in time."""
        return self.hand_in if isinstance(self.hand_in, HandIn) else HandIn()
