"""The part of the HTTP client that publishes problem packages and judges submissions again."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Literal

import msgspec

from judge.blobs.content import content_of
from judge.blobs.package_store import pack
from judge.client.http.transport import API, Ask, Transport, segment
from judge.client.http.values import decoded
from judge.http_form.packages import PackageCheck, PackageForm, PackagePage
from judge.http_form.rejudges import (
    DroppedForm,
    RejudgeForm,
    RejudgeReport,
    RejudgeRequest,
    RejudgesForm,
)
from judge.package.source import package_directory

#: What makes a package refused: what forbids judging, errors in its format as well, or warnings too.
Refuse = Literal["blocking", "errors", "warnings"]

#: A directory, a zip file, ``PATH@REVISION`` of a git repository; or the bytes of a zip file.
PackageSource = str | Path | bytes

_PATH = f"{API}/packages"
_REJUDGES = f"{API}/rejudges"
_ZIP = "application/zip"


class HttpPackages:
    """Packages and rejudges over HTTP."""

    transport: Transport

    def publish(
        self, package: PackageSource, *, name: str = "", version: str = "", refuse: Refuse = "errors"
    ) -> PackageForm:
        """Check a problem package and publish it under a name (default: its own) and a version (the next number).

        Raises PackageError with what is wrong with it, PackageNameTaken, PackageQuotaError, UsageError, AccessError.
        """
        with _zip_of(package) as (file, own_name):
            query = {"name": name or own_name, "version": version, "refuse": refuse}
            return decoded(self.transport.ask(_zipped("", query, file)).body, PackageForm)

    def check_package(self, package: PackageSource, *, refuse: Refuse = "errors") -> PackageCheck:
        """What a check of a package finds; nothing is kept. Raises as :meth:`publish`."""
        with _zip_of(package) as (file, _):
            return decoded(self.transport.ask(_zipped("/check", {"refuse": refuse}, file)).body, PackageCheck)

    def packages(self, *, tenant: str = "") -> Iterator[PackageForm]:
        """The packages of the key's tenant, newest first; of another ``tenant`` for admins."""
        after: str | None = ""
        while after is not None:
            query: dict[str, object] = {"tenant": tenant, "after": after, "limit": 500}
            page = decoded(self.transport.ask(Ask("GET", _PATH, query)).body, PackagePage)
            yield from page.items
            after = page.next

    def package(self, reference: str, *, tenant: str = "") -> PackageForm:
        """A package by its digest, NAME or NAME@VERSION. Raises UsageError when there is none."""
        return decoded(self.transport.ask(_named("GET", reference, tenant)).body, PackageForm)

    def remove_package(self, reference: str, *, tenant: str = "") -> None:
        """Take a version away: no submission can name it any more. Raises UsageError when there is none."""
        self.transport.ask(_named("DELETE", reference, tenant))

    def rejudge(self, wanted: RejudgeRequest) -> RejudgeForm:
        """Judge finished submissions again, or count them (``dry_run``). The old verdicts stand until it is applied.

        Sent once: when the answer is lost it raises ServerError, and :meth:`rejudges` says whether it was begun.
        Raises UsageError when none is selected.
        """
        asked = Ask("POST", _REJUDGES, body=msgspec.json.encode(wanted), repeat=wanted.dry_run)
        return decoded(self.transport.ask(asked).body, RejudgeForm)

    def rejudges(self) -> tuple[RejudgeForm, ...]:
        """What was started and not dropped, newest first."""
        return decoded(self.transport.ask(Ask("GET", _REJUDGES)).body, RejudgesForm).items

    def rejudged(self, rejudge: str) -> RejudgeReport:
        """Old verdicts against new ones. Raises UsageError when there is none of this id."""
        return decoded(self.transport.ask(_rejudge("GET", rejudge)).body, RejudgeReport)

    def apply_rejudge(self, rejudge: str) -> RejudgeReport:
        """Make the new verdicts count; may be repeated. Raises UsageError when some are not there yet."""
        return decoded(self.transport.ask(_rejudge("POST", rejudge, "/apply")).body, RejudgeReport)

    def drop_rejudge(self, rejudge: str) -> int:
        """Withdraw what is not over, and forget it; how many were withdrawn."""
        return decoded(self.transport.ask(_rejudge("DELETE", rejudge)).body, DroppedForm).withdrawn


def _zipped(path: str, query: Mapping[str, object], file: IO[bytes]) -> Ask:
    return Ask("POST", _PATH + path, query, file, _ZIP, thing="package")


def _named(method: str, reference: str, tenant: str) -> Ask:
    address = f"{_PATH}/{segment(reference)}"
    return Ask(method, address, {"tenant": tenant}, about=reference, thing="package")


def _rejudge(method: str, name: str, then: str = "") -> Ask:
    return Ask(method, f"{_REJUDGES}/{segment(name)}{then}", about=name, thing="rejudge")


@contextmanager
def _zip_of(package: PackageSource) -> Iterator[tuple[IO[bytes], str]]:
    """The package as a zip file, and its name when that is not in the file. Raises UsageError, PackageError."""
    if isinstance(package, bytes) or Path(package).is_file():
        with content_of(Path(package) if isinstance(package, str) else package) as content:
            with open(content.fd, "rb", closefd=False) as file:
                yield file, ""
                content.check_unchanged()
        return
    with tempfile.TemporaryFile(prefix="judge-") as file, package_directory(os.fspath(package)) as root:
        pack(root, file.fileno())
        yield file, os.path.basename(os.path.realpath(root))
