"""Which error is which problem, and where a pointer points."""

from __future__ import annotations

import msgspec
import pytest

from judge import errors
from judge.gateway.json_amount import VALUES_MAX
from judge.gateway.problems import ProblemError, decoded_json, pointer_of_field, problem_of, validation_problem
from judge.http_form.requests import RunRequest
from judge.http_form.webhooks import WebhookRequest


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (b'{"a/b~c":1}', "/a~1b~0c"),
        (b'{"limits":{"x":1}}', "/limits/x"),
        (b'{"files":[{"name":"a"},{}]}', "/files/1/name"),
        (b'{"tags":[1]}', "/tags/0"),
        (b"1", ""),
    ],
)
def test_a_pointer_leads_to_the_field(body: bytes, pointer: str) -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.json.decode(body, type=RunRequest)
    assert validation_problem(caught.value).errors[0].pointer == pointer


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"url":"u","events":["work.over"]}', "Invalid enum value 'work.over': one of work.done, work.failed, "),
        (b'{"url":"u","kinds":["x"]}', "Invalid enum value 'x': one of submission, execution, evaluation, "),
        (b'{"url":"u","reports":"x"}', "Expected `bool`"),
    ],
)
def test_a_word_that_is_none_is_answered_with_those_that_there_are(body: bytes, said: str) -> None:
    with pytest.raises(ProblemError) as caught:
        decoded_json(msgspec.json.Decoder(WebhookRequest), body)
    assert caught.value.detail.startswith(said)
    assert caught.value.errors[0].detail == caught.value.detail


def test_a_text_with_more_values_than_any_honest_one_is_not_decoded() -> None:
    with pytest.raises(ProblemError) as caught:
        decoded_json(msgspec.json.Decoder(), b"[%s0]" % (b"0," * VALUES_MAX))
    assert caught.value.kind.name == "too-large"


def test_our_own_names_of_fields_become_pointers() -> None:
    assert pointer_of_field("files[2].name") == "/files/2/name"
    assert pointer_of_field("") == ""


@pytest.mark.parametrize(
    ("error", "name", "retry"),
    [
        (errors.QueueFullError(10, 2.5), "queue-full", "3"),
        (errors.RateLimitError("t", 0.1), "too-many", "1"),
        (errors.MaintenanceError("soon", 600), "maintenance", "600"),
        (errors.QueueError("redis://secret"), "unavailable", "1"),
        (errors.BlobStoreError("s3://secret"), "unavailable", "1"),
        (errors.NoSuchRecord("no submission"), "not-found", None),
        (errors.IdTaken("id"), "other-work", None),
        (errors.LanguageError("no language"), "language", None),
        (errors.BlobTooLarge("large"), "too-large", None),
        (errors.BlobQuotaError("full"), "quota", None),
        (errors.WorkError("odd", "keep"), "bad-field", None),
        (errors.WireError("tags: odd"), "bad-field", None),
    ],
)
def test_each_error_is_its_problem(error: Exception, name: str, retry: str | None) -> None:
    problem = problem_of(error)
    assert problem is not None
    assert (problem.kind.name, problem.headers.get("retry-after")) == (name, retry)


@pytest.mark.parametrize("error", [errors.QueueError("redis://secret"), errors.BlobStoreError("s3://secret")])
def test_what_our_hosts_are_called_is_not_told(error: Exception) -> None:
    problem = problem_of(error)
    assert problem is not None
    assert "secret" not in problem.detail


def test_what_nobody_foresaw_is_none() -> None:
    assert problem_of(ZeroDivisionError()) is None
