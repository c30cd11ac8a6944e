"""Problems as exceptions."""

from __future__ import annotations

import pytest

from judge import errors
from judge.client.http.problems import error_of, problem_in, retry_s_of
from judge.http_form.answers import FieldError, Problem
from judge.model.problem import Diagnostic


def _problem(name: str, status: int = 422, detail: str = "why", *fields: FieldError) -> Problem:
    return Problem(type=f"/problems/{name}", title="Title", status=status, detail=detail, errors=fields)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("no-key", errors.AccessError),
        ("bad-key", errors.AccessError),
        ("no-scope", errors.AccessError),
        ("foreign-page", errors.AccessError),
        ("class-too-urgent", errors.AccessError),
        ("not-found", errors.NoSuchRecord),
        ("other-work", errors.IdTaken),
        ("language", errors.LanguageError),
        ("too-large", errors.WorkError),
        ("bad-field", errors.WorkError),
        ("bad-json", errors.QueueAnswerError),
        ("of-tomorrow", errors.QueueAnswerError),
    ],
)
def test_a_problem_is_the_same_exception_as_over_redis(name: str, kind: type[Exception]) -> None:
    assert type(error_of(_problem(name), asked_for="x")) is kind


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("not-found", errors.NoSuchBlob),
        ("gone", errors.BlobExpired),
        ("too-large", errors.BlobTooLarge),
        ("quota", errors.BlobQuotaError),
    ],
)
def test_a_problem_of_a_blob(name: str, kind: type[Exception]) -> None:
    assert type(error_of(_problem(name), asked_for="x", thing="blob")) is kind


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("not-found", errors.UsageError),
        ("name-taken", errors.PackageNameTaken),
        ("bad-package", errors.PackageError),
        ("quota", errors.PackageQuotaError),
        ("no-store", errors.BlobStoreUnset),
        ("unfinished", errors.UsageError),
    ],
)
def test_a_problem_of_a_package(name: str, kind: type[Exception]) -> None:
    assert type(error_of(_problem(name), asked_for="x", thing="package")) is kind


def test_what_is_wrong_with_a_package_is_told_with_its_place() -> None:
    found = Diagnostic(level="error", file="problem.yaml", line=3, key="name", message="is missing")
    problem = Problem(type="/problems/bad-package", title="T", status=422, detail="1 findings", diagnostics=(found,))
    assert "problem.yaml:3: is missing" in str(error_of(problem))


def test_maintenance_has_its_message_and_time() -> None:
    error = error_of(_problem("maintenance", 503, "back at noon"), retry_s=60)
    assert isinstance(error, errors.MaintenanceError) and error.retry_s == 60 and str(error) == "back at noon"


def test_a_full_queue_has_its_numbers() -> None:
    text = str(errors.QueueFullError(12, 34.0))
    error = error_of(_problem("queue-full", 503, text), retry_s=34)
    assert isinstance(error, errors.QueueFullError)
    assert (error.length, error.wait_s, str(error)) == (12, 34.0, text)


def test_a_rate_has_its_time() -> None:
    error = error_of(_problem("too-many", 429, "too fast"), retry_s=7)
    assert isinstance(error, errors.RateLimitError) and error.retry_s == 7 and str(error) == "too fast"


def test_a_field_is_named_as_our_own_errors_name_it() -> None:
    error = error_of(_problem("bad-field", 422, "why", FieldError(detail="why", pointer="/files/2/na~1me")))
    assert isinstance(error, errors.WorkError) and error.field == "files[2].na/me"


def test_words_of_others_are_told_in_short() -> None:
    problem = problem_in(502, "text/html", b"<html>" * 1000)
    error = error_of(problem)
    assert type(error) is errors.ServerError and str(error) == "the server answered 502"
    assert problem_in(400, "text/plain", b"Invalid HTTP request").detail == "Invalid HTTP request"
    assert problem_in(500, "application/problem+json", b"{").type == ""


@pytest.mark.parametrize(
    ("header", "seconds"), [(None, 1.0), ("3", 3.0), (" 4 ", 4.0), ("Wed, 21 Oct 2026", 1.0), ("-1", 1.0),
                            ("9" * 50, 3600.0)]
)  # fmt: skip
def test_when_to_come_again(header: str | None, seconds: float) -> None:
    assert retry_s_of(header) == seconds
