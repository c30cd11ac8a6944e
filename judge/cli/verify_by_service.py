"""``judge verify`` by a running service: its workers judge, this command asks, follows and collects."""

from __future__ import annotations

import argparse
import contextlib
import os
from collections.abc import Callable

from judge.cli.service import open_client, server_asked
from judge.cli.submit import package_reference
from judge.client import Client, HttpClient, Sending, work_of
from judge.errors import InfrastructureError, JudgeError, UsageError, WorkError
from judge.grading.jury_python import PYTHONS
from judge.model.event import Verifying, WorkDone
from judge.model.units import seconds_to_ns
from judge.model.verification import PackageResult, Verification, VerifyResult
from judge.model.work_report import AnyWorkReport, BlameOn, VerificationReport
from judge.package.reader import Inheritance
from judge.verify.package_run import Progress, Step


def check_options(args: argparse.Namespace) -> None:
    """Raise UsageError for what workers decide by their own settings."""
    for option, is_given in (
        ("--slots", args.slots),
        ("--inheritance", args.inheritance != Inheritance.KEYS),
        ("--python", args.python != PYTHONS[0]),
    ):
        if is_given:
            raise UsageError(f"{option} is for packages that are verified here, not by a service")


def verify_by_service(
    args: argparse.Namespace, progress: Callable[[], contextlib.AbstractContextManager[Progress]]
) -> VerifyResult:
    """All packages, each by any worker. What Ctrl-C ends is withdrawn.

    Raises UsageError, WorkError for a package that is none, InfrastructureError for a fault of the judge's.
    """
    tasks = [_task(args, package) for package in args.packages]
    with open_client(args) as client, progress() as watch:
        sent: list[str] = []
        try:
            sent += [client.send(work_of(task, Sending(tenant=args.tenant))) for task in tasks]
            results = tuple(
                _followed(client, name, package, watch) for name, package in zip(sent, args.packages, strict=True)
            )
        except BaseException:
            for name in sent:
                with contextlib.suppress(JudgeError):
                    client.cancel(name)
            raise
    return VerifyResult(ok=all(result.ok for result in results), packages=results)


def _task(args: argparse.Namespace, package: str) -> Verification:
    return Verification(
        package=_reference(package, over_http=bool(server_asked(args))),
        only=tuple(args.only),
        every_case=args.all_cases,
        check_data=not args.no_data,
        time_limit_ns=seconds_to_ns(args.time_limit),
        strict=args.strict,
    )


def _reference(package: str, *, over_http: bool) -> str:
    """How workers find it: as :func:`judge.cli.submit.package_reference`, other kinds of packages too."""
    if over_http or package.startswith("sha256:") or os.path.isdir(package):
        return package_reference(package, over_http=over_http)
    return os.path.abspath(package)


def _followed(client: Client | HttpClient, name: str, package: str, watch: Progress) -> PackageResult:
    for event in client.follow(name):
        if isinstance(event, Verifying):
            watch(Step(package, event.part, event.done, event.total, event.result))
        if isinstance(event, WorkDone):
            return _result_of(event.report)
    raise WorkError(f"the verification of {package} was cancelled")


def _result_of(report: AnyWorkReport) -> PackageResult:
    result = report.result if isinstance(report, VerificationReport) else None
    if result is not None:
        return result
    if report.blame is BlameOn.JUDGE:
        raise InfrastructureError(f"judge error: {report.reason}")
    raise WorkError(report.reason)
