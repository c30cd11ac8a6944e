"""Where a form may send a browser."""

from __future__ import annotations

import pytest

from judge.gateway.web.choices import local_path


@pytest.mark.parametrize("path", ["/", "/problems?x=1&y=%2f", "/a//b", "/a:b"])
def test_paths_of_this_server_are_taken(path: str) -> None:
    assert local_path(path) == path


@pytest.mark.parametrize("path", ["", "x", "//a.example", "/\\a.example", "https://a.example", "/a\r\nb", "/é"])
def test_all_else_is_the_first_page(path: str) -> None:
    assert local_path(path) == "/"
    assert local_path("/" + "x" * 3000) == "/"
