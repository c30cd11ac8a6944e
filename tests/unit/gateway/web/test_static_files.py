"""Static files: their address has the digest of them all."""

from __future__ import annotations

import gzip

import pytest

from judge.gateway.web.static_files import StaticFiles
from judge.gateway.web.texts import Texts, catalogue


def test_an_address_has_the_digest_of_all_files() -> None:
    one = StaticFiles({"en": Texts("en", {"common": {"a": "A"}})})
    other = StaticFiles({"en": Texts("en", {"common": {"a": "B"}})})
    assert one.address("css/base.css") == f"/static/{one.digest}/css/base.css"
    assert one.digest != other.digest
    assert one.digest == StaticFiles({"en": Texts("en", {"common": {"a": "A"}})}).digest


def test_a_page_that_names_a_file_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError, match="css/nothing"):
        StaticFiles(catalogue()).address("css/nothing.css")


def test_nothing_but_files_for_browsers_is_served() -> None:
    names = StaticFiles(catalogue()).files
    assert {name.partition("/")[0] for name in names} == {"css", "js", "built", "texts"}
    assert not any(name.endswith((".py", ".toml", ".html")) for name in names)


def test_large_files_are_packed_and_small_ones_are_not() -> None:
    files = StaticFiles(catalogue()).files
    assert gzip.decompress(files["built/editor.js"].packed) == files["built/editor.js"].content
    assert files["css/icon.svg"].packed == b""
