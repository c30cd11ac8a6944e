"""Requests and the work that they ask for."""

from __future__ import annotations

import msgspec
import pytest

from judge.http_form.data import GivenBytes, GivenFile, data_of
from judge.http_form.requests import (
    EvaluationRequest,
    GivenCommand,
    GivenTest,
    GroupRequest,
    RunRequest,
    SessionForm,
    evaluation_asked,
    execution_asked,
    group_asked,
    session_asked,
)
from judge.model.group import COMMANDS_MAX
from judge.model.work import TESTS_MAX, Command, Data, Evaluation, EvaluationTest, Execution, SessionRequest


def test_a_text_is_a_program_of_one_file() -> None:
    execution = execution_asked(RunRequest(language="c", source="int main;"))
    assert execution.program is not None
    assert [(one.name, one.content) for one in execution.program.sources] == [("main", b"int main;")]


@pytest.mark.parametrize("asked", [RunRequest(), RunRequest(source="", argv=("/bin/true",))])
def test_a_run_is_of_one_thing(asked: RunRequest) -> None:
    with pytest.raises(ValueError, match="give one of"):
        execution_asked(asked)


def test_an_evaluation_needs_a_program() -> None:
    with pytest.raises(ValueError, match="give one of"):
        evaluation_asked(EvaluationRequest())


@pytest.mark.parametrize(
    ("given", "data"),
    [
        ("text", Data(content=b"text")),
        ("", Data()),
        (GivenBytes(base64=b"\xff"), Data(content=b"\xff")),
        (GivenBytes(blob="sha256:0"), Data(blob="sha256:0")),
    ],
)
def test_bytes_have_three_forms(given: str | GivenBytes, data: Data) -> None:
    assert data_of(given) == data


def test_only_one_form_at_a_time() -> None:
    with pytest.raises(msgspec.ValidationError, match=r"give one of.*\$.stdin"):
        msgspec.json.decode(b'{"stdin":{"text":"a","base64":"YQ=="}}', type=RunRequest)


#: Fields that a request has in another form, or in its header.
_OTHERWISE = {"program", "test_set", "note"}


@pytest.mark.parametrize(
    ("model", "request_type"),
    [
        (Execution, RunRequest),
        (Evaluation, EvaluationRequest),
        (SessionRequest, SessionForm),
        (EvaluationTest, GivenTest),
        (Command, GivenCommand),
    ],
)
def test_whatever_the_model_can_do_a_request_can_ask_for(
    model: type[msgspec.Struct], request_type: type[msgspec.Struct]
) -> None:
    assert set(model.__struct_fields__) - set(request_type.__struct_fields__) - _OTHERWISE == set()


def test_each_field_arrives() -> None:
    asked = RunRequest(
        argv=("/bin/cat",), environment={"A": "b"}, stdin="x",
        files=(GivenFile(name="f", content="y", executable=True),),
        repeats=3, merge_stderr=True, pieces=True, keep=("*",), live=True, reuse=True, arguments=("z",),
        unchecked=True,
    )  # fmt: skip
    execution = execution_asked(asked)
    plain = "argv environment repeats merge_stderr pieces keep live reuse arguments unchecked"
    for name in plain.split():
        assert getattr(execution, name) == getattr(asked, name)
    assert execution.files[0].data.content == b"y"
    assert group_asked(GroupRequest(commands=())).commands == ()
    assert session_asked(SessionForm(rows=5)).rows == 5


def test_more_tests_than_any_worker_takes_are_no_evaluation() -> None:
    with pytest.raises(ValueError, match="10001 tests; at most 10000"):
        evaluation_asked(EvaluationRequest(source="x", tests=(GivenTest(),) * (TESTS_MAX + 1)))


def test_more_commands_than_any_worker_takes_are_no_group() -> None:
    with pytest.raises(ValueError, match="17 commands; at most 16"):
        group_asked(GroupRequest(commands=(GivenCommand(argv=("a",)),) * (COMMANDS_MAX + 1)))
