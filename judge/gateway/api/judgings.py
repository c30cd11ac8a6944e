"""What was handed in, and the judgings of a submission: to be looked at and compared."""

from __future__ import annotations

import msgspec
from starlette.responses import Response

from judge.gateway.access.roles import role_at
from judge.gateway.api.handing_in import PREFIX
from judge.gateway.api.work import record_of
from judge.gateway.endpoint import Answer, Asked, Endpoint, json_answer
from judge.gateway.problems import ProblemError
from judge.gateway.work_forms import form_in_role, form_of_record, now_ms
from judge.http_form.answers import WorkForm, standing_of
from judge.http_form.judgings import JudgingForm, JudgingsForm, ProgramForm, program_form, source_form
from judge.model.report import Report
from judge.model.submission import Submission
from judge.model.work import WorkKind
from judge.queue.api_keys import Scope
from judge.queue.judgings import Again, again_call, before, handed_in
from judge.queue.records import records_call, summary_of
from judge.queue.values import SubmissionView
from judge.render.record_view import record_view_of

#: The names of judgings that are no rejudge's.
NOW, BEFORE = "now", "before"


async def show_program(asked: Asked) -> Response:
    """The sources that came along."""
    record = await record_of(asked)
    return json_answer(await program_of(asked, record))


async def program_of(asked: Asked, record: SubmissionView) -> ProgramForm:
    """The program of work that the caller sees."""
    sent = await handed_in(asked.service.queue, record.id)
    if isinstance(sent, Submission):
        sources = tuple(map(source_form, sent.sources))
        return ProgramForm(language=record.language or sent.language, main=sent.main, sources=sources)
    program = None if sent is None else getattr(sent.task, "program", None)
    return ProgramForm(language=record.language) if program is None else program_form(record.language, program)


async def list_judgings(asked: Asked) -> Response:
    """All that are there for this caller."""
    return json_answer(await judgings_of(asked, await record_of(asked, WorkKind.SUBMISSION)))


async def judgings_of(asked: Asked, record: SubmissionView) -> JudgingsForm:
    """The same of a submission that the caller sees."""
    was = await before(asked.service.queue, record.id)
    now = msgspec.structs.replace(await _listed(asked, record, NOW), counts=True)
    applied = was.amended_by if was else ""
    items = []
    for again, view in await _again(asked, record):
        one, judging = await _listed(asked, view, again.batch), asked.caller.public_id(view.id)
        counts = judging == asked.caller.public_id(applied)
        items.append(msgspec.structs.replace(one, rejudge=again.batch, judging=judging, counts=counts))
    if was is not None:
        items.append(await _listed(asked, _as_it_was(record, was.report), BEFORE))
    items.sort(key=lambda one: -one.finished_at_ms)
    return JudgingsForm(items=(now, *items))


async def _listed(asked: Asked, record: SubmissionView, name: str) -> JudgingForm:
    seen = record_view_of(record, await role_at(asked, record))
    return JudgingForm(
        name=name,
        state=standing_of(seen.state),
        status=seen.verdict,
        score=seen.summary.score,
        finished_at_ms=seen.finished_at_ms,
    )


async def _again(asked: Asked, record: SubmissionView) -> list[tuple[Again, SubmissionView]]:
    """New judgings with their records: for who may judge again, of rejudges that are there for them."""
    caller = asked.caller
    if not caller.may(Scope.PACKAGES):
        return []
    found = await asked.service.queue.run(again_call(record.id))
    seen = {one.new_id: one for one in found if caller.is_admin or one.tenant == caller.tenant}
    views = await asked.service.queue.run(records_call(tuple(seen))) if seen else ()
    return [(seen[view.id], view) for view in views]


async def show_judging(asked: Asked) -> Response:
    """One of them, with its report."""
    record, name = await record_of(asked, WorkKind.SUBMISSION), asked.path["judging"]
    return json_answer(await judging_of(asked, record, name))


async def judging_of(asked: Asked, record: SubmissionView, name: str) -> WorkForm:
    """The judging of this name as the caller sees it. Raises ProblemError: there is none."""
    if name == BEFORE:
        return await _before(asked, record)
    if name != NOW:
        found = [view for again, view in await _again(asked, record) if again.batch == name]
        if not found:
            raise ProblemError("not-found")
        record = found[0]
    report = await asked.service.queue.answer(record.id) if record.state.final else None
    return await form_of_record(asked, record, report)


async def _before(asked: Asked, record: SubmissionView) -> WorkForm:
    was = await before(asked.service.queue, record.id)
    if was is None:
        raise ProblemError("not-found")
    role = await role_at(asked, record, was.report)
    as_it_was = _as_it_was(record, was.report)
    return form_in_role(as_it_was, was.report, role, asked.caller.public_id(record.id), now_ms())


def _as_it_was(record: SubmissionView, report: Report) -> SubmissionView:
    """The record when this report was its own."""
    return msgspec.structs.replace(
        record,
        verdict=report.verdict.value,
        worker=report.judged_by,
        attempt=report.attempt,
        claimed_at_ms=report.claimed_at_ms,
        finished_at_ms=report.finished_at_ms,
        summary=summary_of(report),
    )


_ONE = f"{PREFIX}/submissions/{{id}}/judgings"

ENDPOINTS = (
    Endpoint("GET", f"{PREFIX}/work/{{id}}/program", "getWorkProgram", "The program that work brought along.",
             show_program, "work", (Answer(200, "Its sources.", ProgramForm),), problems=("not-found",)),
    Endpoint("GET", _ONE, "listJudgings",
             "The judgings of a submission that are kept; new ones of rejudges for who may start them.", list_judgings,
             "submissions", (Answer(200, "All.", JudgingsForm),), problems=("not-found",)),
    Endpoint("GET", f"{_ONE}/{{judging}}", "getJudging", "A judging of a submission, by its name in the list.",
             show_judging, "submissions", (Answer(200, "The submission as it judged it.", WorkForm),),
             problems=("not-found",)),
)  # fmt: skip
