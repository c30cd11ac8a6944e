"""The page of one piece of work, which a script fills while it is judged; and two of them side by side."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from starlette.responses import Response

from judge.gateway.access.roles import role_at
from judge.gateway.api.judgings import program_of
from judge.gateway.api.work import record_of
from judge.gateway.web.page import Visit
from judge.gateway.web.submissions.problem_names import problem_names
from judge.gateway.work_forms import form_of_record
from judge.http_form.judgings import ProgramForm, SourceForm
from judge.model.work import WorkKind
from judge.queue import calls
from judge.queue.api_keys import Scope
from judge.render.view import Role
from judge.text import printable, printable_lines
from judge.wire import NAME_PATTERN

#: Of all source files together that are shown; the rest is in the interface.
_LINES_MAX = 5000
_LETTERS_MAX = 400_000

#: A submission, and which judging of it.
_SIDE = re.compile(f"{NAME_PATTERN}(:{NAME_PATTERN})?")

#: What withdrawing it needs, where that is not the scope of running.
_CHANGE = {WorkKind.SUBMISSION: Scope.SUBMIT, WorkKind.VERIFICATION: Scope.PACKAGES}


class ShownSource(NamedTuple):
    """A source file as lines of harmless text. ``kind``: a name by whose ending it is coloured. ``blob``: it lies
    there. ``cut``: there is more."""

    name: str
    lines: Sequence[str]
    kind: str = ""
    blob: str = ""
    cut: bool = False
    binary: bool = False


async def submission(visit: Visit) -> Response:
    """One piece of work, of any kind."""
    asked, caller = visit.asked, visit.caller
    record = await record_of(asked)
    role = await role_at(asked, record)
    is_submission = record.kind is WorkKind.SUBMISSION
    program = await program_of(asked, record)
    form = await form_of_record(asked, record)
    names = await problem_names(asked.service.queue, [form], is_admin=caller.is_admin)
    return visit.show(
        "submissions/submission.html",
        id=form.id,
        kind=form.kind.value,
        state=form.state.value,
        problem=names.get((form.tenant, form.package)),
        sees_all=role in (Role.JUDGE, Role.MARKER),
        may_cancel=caller.may(_CHANGE.get(record.kind, Scope.RUN)),
        may_judge_again=is_submission and caller.may(Scope.PACKAGES) and not record.rejudge,
        program=program,
        sources=shown_sources(program, await _ending(visit, program.language)),
    )


async def _ending(visit: Visit, language: str) -> str:
    """Of this language's files; empty = it is not known."""
    cards = await visit.asked.service.queue.run(calls.languages())
    wanted = language.partition("@")[0]
    return next((card.extensions[0] for card in cards if card.id == wanted and card.extensions), "")


def shown_sources(program: ProgramForm, ending: str) -> Sequence[ShownSource]:
    """What a page shows of a program's files. ``ending``: of those that have none."""
    letters, lines, shown = _LETTERS_MAX, _LINES_MAX, []
    for source in program.sources:
        shown.append(_shown(source, ending, letters, lines))
        letters = max(letters - len(source.content.text), 0)
        lines -= len(shown[-1].lines)
    return shown


def _shown(source: SourceForm, ending: str, letters_max: int, lines_max: int) -> ShownSource:
    text, name = source.content.text, printable(source.name)
    lines = printable_lines(text[:letters_max]) if lines_max else []
    cut = len(text) > letters_max or len(lines) > lines_max or bool(text and not lines_max)
    kind = name if "." in name else f"{name}.{ending.lstrip('.')}"
    return ShownSource(name, lines[:lines_max], kind, source.content.blob, cut, bool(source.content.base64))


async def comparison(visit: Visit) -> Response:
    """Two of them, as the list or the page of one names them: ``with=ID`` or ``with=ID:JUDGING``, twice."""
    wanted = [word.strip() for word in visit.asked.request.query_params.getlist("with") if word.strip()]
    sides = [word for word in wanted if _SIDE.fullmatch(word)]
    return visit.show(
        "submissions/comparison.html",
        200 if len(sides) in (0, 2) and sides == wanted else 422,
        sides=sides if len(sides) == 2 else [],
        given=[*wanted, "", ""][:2],
        wrong=bool(wanted) and (len(wanted) != 2 or sides != wanted),
    )
