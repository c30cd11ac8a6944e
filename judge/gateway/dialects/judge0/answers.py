"""Answers that are no submission: errors in Judge0's words. Pure."""

from __future__ import annotations

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from judge.gateway.endpoint import json_answer
from judge.gateway.problems import ProblemError

QUEUE_FULL = "queue is full"
TOO_FEW = "there should be at least one submission in a batch"

_NOT_TEXT = "cannot be converted to UTF-8, use base64_encoded=true query parameter"


def error_answer(status: int, message: str) -> Response:
    """An error in its usual form."""
    return json_answer({"error": message}, status)


def too_many(most: int) -> Response:
    """A batch is too large."""
    return error_answer(400, f"number of submissions in a batch should be less than or equal to {most}")


def not_text(status: int, *, token: str = "", several: bool = False) -> Response:
    """What is to be shown is no text. ``token``: of a submission that was made just now."""
    about = "one or more submissions" if several else "this submission"
    said = {"error": f"some attributes for {about} {_NOT_TEXT}"}
    return json_answer(said | ({"token": token} if token else {}), status)


def of_framework(status: int) -> Response:
    """What Judge0's framework answers by itself."""
    return json_answer({"status": status, "error": HTTPStatus(status).phrase}, status)


def of_problem(error: ProblemError, request: Request) -> Response:
    """An error of the gateway."""
    del request
    match error.kind.name:
        case "no-key" | "bad-key":
            return Response(status_code=401)
        case "no-scope" | "foreign-page" | "class-too-urgent":
            return Response(status_code=403)
        case "not-found" | "no-method":
            answer = of_framework(404)
        case "bad-json" | "bad-request" | "internal":
            answer = of_framework(error.kind.status)
        case _:
            answer = error_answer(error.kind.status, words_of(error))
    answer.headers.update(error.headers)
    return answer


def words_of(error: ProblemError) -> str:
    """Such an error in a word."""
    return QUEUE_FULL if error.kind.name == "queue-full" else error.detail or error.kind.title
