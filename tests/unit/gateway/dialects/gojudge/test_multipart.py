"""A form's one file. Pure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge.gateway.dialects.gojudge.multipart import UploadedFile, file_in

TYPE = "multipart/form-data; boundary=XX"
HEAD = b'Content-Disposition: form-data; name="file"; filename="a"'


def form(*parts: bytes) -> bytes:
    return b"".join(b"--XX\r\n" + part + b"\r\n" for part in parts) + b"--XX--\r\n"


def part(content: bytes, head: bytes = HEAD) -> bytes:
    return head + b"\r\n\r\n" + content


@given(content=st.binary(max_size=200).filter(lambda content: b"--XX" not in content))
def test_the_content_comes_out_as_it_went_in(content: bytes) -> None:
    assert file_in(form(part(content)), TYPE, "file") == UploadedFile("a", content)


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b'content-disposition: form-data; name=file; filename="b c"', "b c"),
        (b'Content-Type: x/y\r\nContent-Disposition: form-data; filename="../../c"; name="file"', "c"),
        (b'Content-Disposition: form-data; name="file"; filename=""', ""),
        ('Content-Disposition: form-data; name="file"; filename="é"'.encode(), "é"),
    ],
)
def test_names(head: bytes, name: str) -> None:
    assert file_in(form(part(b"x", head)), TYPE, "file") == UploadedFile(name, b"x")


def test_other_fields_are_passed_over() -> None:
    other = part(b"y", b'Content-Disposition: form-data; name="other"; filename="o"')
    text = part(b"z", b'Content-Disposition: form-data; name="file"')
    assert file_in(form(other, text, part(b"x")), TYPE, "file") == UploadedFile("a", b"x")
    assert file_in(form(other), TYPE, "file") is None


@given(body=st.binary(max_size=300), said=st.text(max_size=60))
def test_whatever_comes_is_a_form_or_none(body: bytes, said: str) -> None:
    for content_type in (TYPE, said, f"multipart/form-data; boundary={said}"):
        file_in(body, content_type, "file")
