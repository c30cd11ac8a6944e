"""Judging again, as it goes over HTTP."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

#: Submissions that one request may name.
IDS_MAX = 1000


class RejudgeRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which finished submissions to judge again: every given condition must hold, and at least one is given.

    ``with_package``: against this package instead of their own. ``dry_run``: only count them. ``tenant``: another
    tenant's, for admins, who see everybody's without it. ``since_ms`` and ``until_ms``: handed in then or later, and
    before then (Unix milliseconds, 0 = whenever).
    """

    ids: Annotated[tuple[str, ...], Meta(max_length=IDS_MAX)] = ()
    package: str = ""
    language: str = ""
    verdict: str = ""
    tenant: str = ""
    with_package: str = ""
    dry_run: bool = False
    since_ms: Annotated[int, Meta(ge=0, le=253_402_300_799_999)] = 0
    until_ms: Annotated[int, Meta(ge=0, le=253_402_300_799_999)] = 0


class RejudgeForm(msgspec.Struct, frozen=True, kw_only=True):
    """Some submissions that are judged again: how many, of how many the new verdict is there, how many differ, and to
    how many it was applied. The old verdicts stand until then. ``id`` is empty after a dry run."""

    id: str
    count: int
    finished: int = 0
    differ: int = 0
    applied: int = 0
    started_at_ms: int = 0


class RejudgedForm(msgspec.Struct, frozen=True, kw_only=True):
    """One of them. ``judging`` is the submission that judges it again; ``after`` is empty until that is over."""

    submission: str
    judging: str
    before: str
    after: str
    applied: bool


class RejudgeReport(RejudgeForm, frozen=True, kw_only=True):
    """With all of its submissions."""

    submissions: tuple[RejudgedForm, ...] = ()


class RejudgesForm(msgspec.Struct, frozen=True, kw_only=True):
    """What was started and not dropped, newest first."""

    items: tuple[RejudgeForm, ...] = ()


class DroppedForm(msgspec.Struct, frozen=True, kw_only=True):
    """How many judgings were withdrawn before they were over."""

    withdrawn: int
