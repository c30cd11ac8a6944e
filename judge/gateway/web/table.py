"""The one table of pages. Each part has its own rows, in a folder of its own."""

from __future__ import annotations

from judge.gateway.web.choices import choose
from judge.gateway.web.operations.pages import PAGES as OPERATIONS
from judge.gateway.web.page import Page
from judge.gateway.web.playground.pages import PAGES as PLAYGROUND
from judge.gateway.web.problems.pages import PAGES as PROBLEMS
from judge.gateway.web.set_up.pages import PAGES as SET_UP
from judge.gateway.web.submissions.pages import PAGES as SUBMISSIONS

PAGES: tuple[Page, ...] = (
    *PLAYGROUND,
    *PROBLEMS,
    *SUBMISSIONS,
    *OPERATIONS,
    *SET_UP,
    Page("/choices", "choices", choose, method="POST"),
)
