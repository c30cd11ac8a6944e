"""Jobe's other languages, and ours that it does not have, on a worker of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from gateway_harness import Gateway
from needs import language as lacking
from service_harness import RedisServer, Worker, running, until, view_of

from judge.client import Client

_NAMESPACE = "jobe"
_OURS = {"java": "java", "nodejs": "javascript", "pascal": "pascal", "php": "php", "perl": "perl"}


@pytest.fixture(scope="module")
def jobe(redis_server: RedisServer, place: Path, start_gateway: Callable[..., Gateway]) -> Iterator[Gateway]:
    """A gateway with a worker behind it that has what of these is installed."""
    worker = Worker(
        redis_server.url,
        place / "jobe-worker",
        namespace=_NAMESPACE,
        judge_factory="judge_workers.bootstrap:build_judge",
        selftest="0",
        languages=",".join(_OURS.values()),
        blob_store=place / "blobs",
    )
    with running(worker):
        with Client(msgspec.structs.replace(redis_server.broker, namespace=_NAMESPACE)) as client:
            until(lambda: view_of(client, worker.node), "the worker to register", 120)
        yield start_gateway(namespace=_NAMESPACE)


class _Case(NamedTuple):
    """A run and what of its answer is as it must be."""

    language: str
    source: str
    expected: Mapping[str, Any]
    spec: Mapping[str, Any] = {}


_JAVA = "public class Test {{\n  public static void main(String[] args) throws Exception {{\n    {}\n  }}\n}}\n"

_CASES = [
    _Case("java", _JAVA.format('System.out.println("hello " + args.length);'),
          {"outcome": 15, "stdout": "hello 1\n", "stderr": "", "cmpinfo": ""},
          {"sourcefilename": "Test.java", "parameters": {"cputime": 20, "runargs": ["a"]}}),
    _Case("java", "class Other { static int two() { return 2; } }\n" + _JAVA.format("System.out.println(Other.two());"),
          {"outcome": 15, "stdout": "2\n"}, {"sourcefilename": "prog.java", "parameters": {"cputime": 20}}),
    _Case("java", _JAVA.format("System.out.println('x);"), {"outcome": 11, "stdout": ""},
          {"parameters": {"cputime": 20}}),
    _Case("java", _JAVA.format("Object o = null; o.hashCode();"), {"outcome": 12, "stdout": ""},
          {"parameters": {"cputime": 20}}),
    _Case("nodejs", "console.log('Hello world!')", {"outcome": 15, "stdout": "Hello world!\n"}),
    _Case("nodejs", "undefined.x", {"outcome": 12}),
    _Case("php", '<p><?php echo "A paragraph"; ?></p>\n', {"outcome": 15, "stdout": "<p>A paragraph</p>\n"}),
    _Case("php", '<p><?php echo "A paragraph\' ?></p>\n', {"outcome": 11, "stdout": ""}),
    _Case("pascal", "begin\nwriteln('Hello world!');\nend.\n", {"outcome": 15, "stdout": "Hello world!\n"}),
    _Case("pascal", "begin\nwriteln('Hello world!);\nend.\n", {"outcome": 11, "stdout": ""},
          {"sourcefilename": "prog.pas"}),
    _Case("perl", 'print "got $ARGV[1], " . <STDIN>;', {"outcome": 15, "stdout": "got b c, x\n"},
          {"input": "x\n", "parameters": {"runargs": ["a 'b c'"]}}),
    _Case("perl", "print (", {"outcome": 11}),
]  # fmt: skip


@pytest.mark.parametrize("case", _CASES, ids=[f"{case.language}-{case.expected['outcome']}" for case in _CASES])
def test_each_language_ends_as_with_jobe(jobe: Gateway, case: _Case) -> None:
    offered = dict(jobe.get("/jobe/index.php/restapi/languages").json())
    if case.language not in offered:
        pytest.skip(lacking(_OURS[case.language]))
    body = {"run_spec": {"language_id": case.language, "sourcecode": case.source, **case.spec}}
    answer = jobe.post("/jobe/index.php/restapi/runs", body)
    assert answer.status == 200, answer.body
    got = answer.json()
    assert {name: got[name] for name in case.expected} == dict(case.expected), got
    assert bool(got["cmpinfo"]) == (got["outcome"] == 11)
