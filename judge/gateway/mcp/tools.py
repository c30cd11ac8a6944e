"""The tools: what an agent may give, the request of the HTTP interface that it becomes, and what is said back. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from judge.errors import UsageError
from judge.http_form.answers import LanguagesForm, WorkForm

#: How long one call waits for its report.
WAIT_S = 50

#: A longer text is cut: an agent has to read it.
_TEXT_CHARS_MAX = 20_000

_SECOND_NS = 1_000_000_000
_MIB = 1 << 20


class File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A text file in the program's working directory."""

    name: str
    content: str = ""


class Amounts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every program may be given."""

    language: Annotated[str, Meta(description="An id or alias that list_languages shows, such as python3 or cpp.")]
    source: Annotated[str, Meta(description="The whole program, in one file.")]
    cpu_time_s: Annotated[float, Meta(description="Seconds of CPU time; 0 = the service's default.", ge=0, le=3600)] = 0
    memory_mib: Annotated[int, Meta(description="Memory in MiB; 0 = the service's default.", ge=0, le=1 << 20)] = 0


class RunCode(Amounts, frozen=True, kw_only=True):
    """Arguments of run_code."""

    stdin: str = ""
    arguments: Annotated[tuple[str, ...], Meta(description="Of the program's command line.")] = ()
    files: tuple[File, ...] = ()


class Test(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One test: an input, and the output that is expected."""

    __test__ = False

    stdin: str = ""
    expected: str = ""
    name: str = ""


class Evaluate(Amounts, frozen=True, kw_only=True):
    """Arguments of evaluate."""

    tests: Annotated[tuple[Test, ...], Meta(min_length=1)]
    stop_after: Annotated[int, Meta(description="End after this many failed tests; 0 = run all.", ge=0)] = 0


class Judge(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Arguments of judge."""

    package: Annotated[str, Meta(description="The problem package: its name, or its digest (sha256:...).")]
    language: str
    source: str


class NoArguments(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing is to be given."""


class ById(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Arguments of get_report."""

    id: Annotated[str, Meta(min_length=1, max_length=200)]
    wait_s: Annotated[float, Meta(description="Wait at most this many seconds for it.", ge=0, le=WAIT_S)] = 0


@dataclass(frozen=True)
class Wanted:
    """A request of the HTTP interface: the endpoint's operationId, its path, and what goes along."""

    operation: str
    method: str
    path: str
    wait_s: float = 0.0
    body: bytes | None = None
    id: str = ""


@dataclass(frozen=True)
class Tool:
    """One tool. ``asks`` makes the request of the arguments, ``says`` what an agent reads of the answer."""

    name: str
    description: str
    arguments: type[msgspec.Struct]
    asks: Callable[[Any], Wanted]
    says: Callable[[bytes], dict[str, Any]]

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of the arguments, an object at its root."""
        (root,), others = msgspec.json.schema_components((self.arguments,), ref_template="#/$defs/{name}")
        own = dict(others.pop(root["$ref"].rpartition("/")[2]))
        return own | ({"$defs": others} if others else {})

    def wanted(self, arguments: dict[str, Any] | None) -> Wanted:
        """The request. Raises UsageError naming the argument that is wrong."""
        try:
            return self.asks(msgspec.convert(arguments or {}, self.arguments))
        except msgspec.ValidationError as error:
            raise UsageError(f"{self.name}: {error}") from error


def _program(given: Amounts) -> dict[str, Any]:
    limits = {"cpu_time_ns": round(given.cpu_time_s * _SECOND_NS), "memory_bytes": given.memory_mib * _MIB}
    return {"language": given.language, "source": given.source, "limits": limits}


def _run(given: RunCode) -> Wanted:
    files = [{"name": file.name, "content": file.content} for file in given.files]
    more = {"stdin": given.stdin, "arguments": given.arguments, "files": files}
    return _create("createRun", "runs", _program(given) | more)


def _evaluate(given: Evaluate) -> Wanted:
    return _create(
        "createEvaluation", "evaluations", _program(given) | {"tests": given.tests, "stop_after": given.stop_after}
    )


def _judge(given: Judge) -> Wanted:
    return _create("createSubmission", "submissions", msgspec.structs.asdict(given))


def _create(operation: str, resource: str, body: dict[str, Any]) -> Wanted:
    return Wanted(operation, "POST", f"/api/v1/{resource}", WAIT_S, msgspec.json.encode(body))


def _languages(_: NoArguments) -> Wanted:
    return Wanted("listLanguages", "GET", "/api/v1/languages")


def _report(given: ById) -> Wanted:
    return Wanted("getWork", "GET", "/api/v1/work", given.wait_s, id=given.id)


def _say_languages(body: bytes) -> dict[str, Any]:
    form = msgspec.json.decode(body, type=LanguagesForm)
    offered = [card for card in form.languages if card.workers]
    return {"languages": [{"id": card.id, "name": card.name, "versions": card.versions} for card in offered]}


def _say_work(body: bytes) -> dict[str, Any]:
    """What became of the work, without what is empty; long texts are cut."""
    form = msgspec.json.decode(body, type=WorkForm)
    said: dict[str, Any] = {"id": form.id, "state": form.state.value, "status": form.status}
    report = form.judging or form.report
    if report is None and form.state.value not in ("done", "cancelled"):
        said["hint"] = "not finished yet: get_report with this id waits for it"
    if report is not None:
        said["report"] = _brief(msgspec.to_builtins(report))
    return said


def _brief(value: Any) -> Any:
    if isinstance(value, dict):
        brief = {name: _brief(one) for name, one in value.items()}
        return {name: one for name, one in brief.items() if one not in (None, "", [], {})}
    if isinstance(value, list):
        return [_brief(one) for one in value]
    if isinstance(value, str) and len(value) > _TEXT_CHARS_MAX:
        return f"{value[:_TEXT_CHARS_MAX]}... ({len(value) - _TEXT_CHARS_MAX} more characters)"
    return value


TOOLS = {
    tool.name: tool
    for tool in (
        Tool("run_code", "Run a program once in a sandbox without network and see what it prints. A non-zero exit code "
             "and a time limit are results, not errors.", RunCode, _run, _say_work),
        Tool("evaluate", "Run a program against tests: each an input and the expected output. Says which were passed.",
             Evaluate, _evaluate, _say_work),
        Tool("judge", "Judge a program against a published problem package; answers with the verdict.", Judge, _judge,
             _say_work),
        Tool("list_languages", "The programming languages that programs can be in now.", NoArguments, _languages,
             _say_languages),
        Tool("get_report", "What became of earlier work, by its id.", ById, _report, _say_work),
    )
}  # fmt: skip
