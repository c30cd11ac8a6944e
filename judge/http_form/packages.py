"""Problem packages as they go over HTTP."""

from __future__ import annotations

import msgspec

from judge.model.problem import Diagnostic


class PackageForm(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a tenant's problem package. ``package`` is its digest; a submission may name either, or the name
    alone: the newest version.

    ``size_bytes``: in the store. ``diagnostics``: what its check found, where it has just been checked.
    """

    package: str
    name: str
    version: str
    title: str = ""
    format: str = ""
    test_cases: int = 0
    submissions: int = 0
    size_bytes: int = 0
    published_at_ms: int = 0
    diagnostics: tuple[Diagnostic, ...] = ()


class PackagePage(msgspec.Struct, frozen=True, kw_only=True):
    """Some of the tenant's packages, newest first. ``next``: what ``after`` is to say for the page that follows."""

    items: tuple[PackageForm, ...] = ()
    next: str | None = None


class PackageCheck(msgspec.Struct, frozen=True, kw_only=True):
    """What the check of a package found. ``ok``: it would be published. ``error``: why it cannot be judged at all."""

    ok: bool
    package: str = ""
    name: str = ""
    title: str = ""
    format: str = ""
    error: str = ""
    test_cases: int = 0
    submissions: int = 0
    diagnostics: tuple[Diagnostic, ...] = ()
