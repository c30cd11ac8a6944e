"""Submissions, and all other work: lists, reports as they grow, comparisons."""

from __future__ import annotations

from judge.gateway.web.page import Page
from judge.gateway.web.submissions.lists import submissions
from judge.gateway.web.submissions.one import comparison, submission
from judge.queue.api_keys import Scope

PAGES = (
    Page("/submissions", "submissions", submissions, scope=Scope.READ, section="submissions"),
    Page("/submissions/compare", "comparison", comparison, scope=Scope.READ, section="submissions"),
    Page("/submissions/{id}", "submission", submission, scope=Scope.READ, section="submissions"),
)
