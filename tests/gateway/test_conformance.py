"""The gateway keeps to its own OpenAPI document, whatever is asked: no fault of ours, no answer that is not in it.

Requests are made by schemathesis from the document: right ones, and wrong ones of every field.
"""

from __future__ import annotations

import contextlib
import io
import time
import zipfile
from collections.abc import Callable
from typing import Any

import hypothesis.strategies as st
import pytest
import schemathesis
from gateway_harness import RUN, Gateway
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import (
    CheckFunction,
    content_type_conformance,
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.specs.openapi.checks import response_headers_conformance
from service_harness import Worker

from judge.gateway.describe.openapi import document
from judge.gateway.endpoint import BYTES, JSON, Endpoint
from judge.gateway.table import ENDPOINTS

#: Of each operation, of each kind of request.
_FEW, _MANY = 4, 300

_CHECKS: list[CheckFunction] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]

_WRONG = schemathesis.GenerationMode.NEGATIVE


def _packed(*files: tuple[str, str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in files:
            archive.writestr(name, text)
    return file.getvalue()


#: Bodies that are no JSON: some that mean something, and any bytes.
_SOME = (_packed(), _packed(("problem.yaml", "name: x\n")), _packed(("../x", "")), b'{"custom_id": "a"}\n', b"\n")
_BODIES = st.sampled_from(_SOME) | st.binary(max_size=200)


def _as_they_are(context: schemathesis.SerializationContext, value: object) -> bytes:
    del context
    return value if isinstance(value, bytes) else str(value).encode(errors="replace")


for _media in sorted({endpoint.takes for endpoint in ENDPOINTS} - {"", BYTES, JSON}):
    schemathesis.openapi.media_type(_media, _BODIES)
    schemathesis.serializer(_media)(_as_they_are)

_schema = schemathesis.openapi.from_dict(document(ENDPOINTS))
_operations = {(endpoint.method, endpoint.path): _schema[endpoint.path][endpoint.method] for endpoint in ENDPOINTS}


@pytest.fixture(scope="module")
def asked(start_gateway: Callable[..., Gateway], worker: Worker) -> Gateway:
    """A gateway that does not let anybody wait for long."""
    del worker
    return start_gateway(gateway_wait_s_max=1)


def _ask(asked: Gateway, key: str, cases: st.SearchStrategy[schemathesis.Case[Any]], most: int, seconds: float) -> None:
    """Up to ``most`` requests, none begun after that many seconds."""
    until_s = time.monotonic() + seconds

    @given(case=cases)
    @settings(
        max_examples=most,
        deadline=None,
        database=None,
        derandomize=most == _FEW,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: schemathesis.Case[Any]) -> None:
        if time.monotonic() < until_s:
            headers = {"authorization": f"Bearer {key}"}
            case.call_and_validate(base_url=asked.address, headers=headers, checks=_CHECKS, timeout=30)

    ask()


def _ask_all(asked: Gateway, endpoint: Endpoint, key: str, most: int, seconds: float) -> None:
    """Right requests, right ones about a thing that is there, wrong ones."""
    operation = _operations[endpoint.method, endpoint.path]
    _ask(asked, key, operation.as_strategy(), most, seconds)
    if "{id}" in endpoint.path:
        run = asked.post("/api/v1/runs?wait=1", RUN, key=key).json()["id"]
        _ask(asked, key, operation.as_strategy(path_parameters={"id": run}), most, seconds)
    with contextlib.suppress(Unsatisfiable):  # nothing can be wrong: there are no parameters, and there is no body
        _ask(asked, key, operation.as_strategy(_WRONG), most, seconds)


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_every_answer_is_one_that_the_document_has(asked: Gateway, endpoint: Endpoint, admin: str) -> None:
    _ask_all(asked, endpoint, admin, _FEW, 0.3)


@pytest.mark.slow
@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_every_answer_to_many_requests_is_one_that_the_document_has(
    asked: Gateway, endpoint: Endpoint, admin: str
) -> None:
    _ask_all(asked, endpoint, admin, _MANY, 20)
