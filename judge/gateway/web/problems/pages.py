"""Problem packages: the list of them, one problem, and handing in without a script."""

from __future__ import annotations

import re

import msgspec
from starlette.responses import Response

from judge.gateway.api.handing_in import WaitQuery
from judge.gateway.api.package_contents import StatementQuery, digest_of, samples_view
from judge.gateway.api.packages import PackageListQuery, tenant_of
from judge.gateway.api.submissions import create_submission
from judge.gateway.problems import field_problem
from judge.gateway.statements.shown import statement_view
from judge.gateway.web.page import Page, Visit, sent_to
from judge.gateway.web.problems.assignment import course_of
from judge.gateway.web.problems.shown import languages_of, shown_samples, shown_statement, summary_of
from judge.http_form.problems import problem_view
from judge.http_form.requests import SubmissionRequest
from judge.queue import packages
from judge.queue.api_keys import Scope
from judge.render.report_text import moment

#: How long a page waits for a statement that is being converted; its script asks again.
_STATEMENT_WAIT_S = 2.0

#: The language that is chosen for who has chosen none.
_USUAL_LANGUAGE = "python3"

#: In the place of a name, for packages that have none: its version is a digest.
_BY_DIGEST = "package"


async def problems(visit: Visit) -> Response:
    """The packages that may be handed in to."""
    given = visit.asked.request.query_params
    after = given.get("after", "")
    query = PackageListQuery(after=after if re.fullmatch("[0-9]{1,16}", after) else "", tenant=given.get("tenant", ""))
    asked = msgspec.structs.replace(visit.asked, query=query)
    items = await packages.page(asked.service.queue, tenant_of(asked), int(query.after or 0), query.limit + 1)
    shown = items[: query.limit]
    following = str(shown[-1].position) if len(items) > query.limit else ""
    return visit.show("problems/problems.html", items=shown, following=following, first=not query.after)


async def problem(visit: Visit) -> Response:
    """One problem: statement, samples, limits, and a place to write."""
    given = visit.asked.request.query_params
    query = StatementQuery(language=given.get("language", ""), tenant=given.get("tenant", ""))
    asked = msgspec.structs.replace(visit.asked, query=query, path={"package": reference_of(visit)})
    digest = await digest_of(asked)
    part = await asked.service.public_parts.part(digest, asked.caller.tenant)
    view = problem_view(digest, part)
    statement = await statement_view(asked, digest, query.language, _STATEMENT_WAIT_S)
    samples = await samples_view(asked, digest)
    choices = languages_of(view, (await asked.service.languages.current()).cards)
    return visit.show(
        "problems/problem.html",
        problem=view,
        name="" if asked.path["package"] == digest else asked.path["package"],
        summary=summary_of(view, visit.texts.text),
        statement=shown_statement(statement),
        samples=shown_samples(samples),
        comparison=msgspec.to_builtins(samples.compare),
        choices=choices,
        usual_language=_USUAL_LANGUAGE,
        endings={one.id: one.endings for one in choices},
        course=await course_of(asked, digest, part),
        moment=moment,
        may_run=visit.caller.may(Scope.RUN) and not (view.interactive or view.multi_pass or view.submit_answer),
        may_submit=visit.caller.may(Scope.SUBMIT),
    )


async def submit(visit: Visit) -> Response:
    """Hand in what the form has, for browsers without scripts; on to the submission."""
    form = await visit.form()
    if not form.get("source"):
        raise field_problem("there is nothing to hand in", "/source")
    request = SubmissionRequest(
        package=reference_of(visit), language=form.get("language", ""), source=form["source"].replace("\r\n", "\n")
    )
    asked = msgspec.structs.replace(visit.asked, body=request, query=WaitQuery())
    answer = await create_submission(asked)
    return sent_to("/submissions/" + answer.headers["location"].rpartition("/")[2])


def reference_of(visit: Visit) -> str:
    """The package that the address names."""
    name, version = visit.asked.path["name"], visit.asked.path["version"]
    return version if name == _BY_DIGEST else f"{name}@{version}"


PAGES = (
    Page("/problems", "problems", problems, scope=Scope.READ, section="problems"),
    Page("/problems/{name}/{version}", "problem", problem, scope=Scope.READ, section="problems"),
    Page("/problems/{name}/{version}", "submit", submit, scope=Scope.SUBMIT, method="POST", section="problems"),
)
