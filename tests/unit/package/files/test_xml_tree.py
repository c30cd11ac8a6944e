"""Any bytes are XML or one error."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from judge.errors import PackageError
from judge.package.files.xml_tree import parse_xml


@given(st.one_of(st.binary(), st.text(st.sampled_from("<>/ab=\"' &;!-[]?")).map(str.encode)))
def test_any_bytes_are_xml_or_one_error(data: bytes) -> None:
    try:
        parse_xml(data, "problem.xml")
    except PackageError as error:
        assert error.where.startswith("problem.xml")
