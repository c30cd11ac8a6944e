"""Content policies: none lets anything in that stands in a page."""

from __future__ import annotations

import pytest

from judge.gateway.web.policy import FOREIGN_FILE, STRICT, Policy, embedded
from judge.gateway.web.table import PAGES


@pytest.mark.parametrize(
    "policy", [STRICT, embedded("https://course.example"), *{id(p.policy): p.policy for p in PAGES}.values()]
)
def test_scripts_and_styles_are_files_of_this_server(policy: Policy) -> None:
    content = policy.headers["content-security-policy"]
    assert content.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in content
    assert "*" not in content.partition("frame-ancestors")[0]


def test_only_who_is_listed_frames_a_page() -> None:
    assert "frame-ancestors 'none'" in STRICT.headers["content-security-policy"]
    assert (
        "frame-ancestors https://course.example"
        in embedded("https://course.example").headers["content-security-policy"]
    )


def test_a_file_of_somebody_runs_nothing_and_has_no_origin() -> None:
    content = FOREIGN_FILE.headers["content-security-policy"]
    assert "default-src 'none'" in content
    assert "sandbox" in content
    assert "allow-" not in content


def test_names_of_pages_are_unique() -> None:
    rows = [(page.method, page.path) for page in PAGES]
    assert len(set(rows)) == len(rows)
    assert len({page.name for page in PAGES}) == len(PAGES)
