"""What is asked of the converter, and what its answer is taken for."""

from __future__ import annotations

import gzip

from judge.gateway.statements.conversion import HTML_BYTES_MAX, conversion, conversion_id, unpacked
from judge.model.public_part import StatementForm


def test_a_conversion_is_known_by_package_language_source_and_converter() -> None:
    one = conversion_id("sha256:1", "en", b"x", ("2.17",))
    assert one == conversion_id("sha256:1", "en", b"x", ("2.17",))
    others = {
        conversion_id("sha256:2", "en", b"x", ("2.17",)),
        conversion_id("sha256:1", "de", b"x", ("2.17",)),
        conversion_id("sha256:1", "en", b"y", ("2.17",)),
        conversion_id("sha256:1", "en", b"x", ("3.1",)),
    }
    assert len(others | {one}) == 5


def test_the_statement_travels_as_a_file_and_never_in_the_command() -> None:
    source = b"$(touch /tmp/x) `id` ; --filter=x"
    for form, names in (
        (StatementForm.MARKDOWN, ["statement.md"]),
        (StatementForm.TEX, ["statement.tex", "macros.tex"]),
    ):
        task = conversion(source, form, "2025-09")
        assert [file.name for file in task.files] == names
        assert task.files[0].data.content == source
        assert all("touch" not in word for word in task.argv)
        assert "--sandbox" in task.argv[2] and 0 < task.limits.cpu_time_ns <= 10**10


def test_places_of_samples_are_left_out_and_dmoj_formulas_are_read() -> None:
    task = conversion(b"a {{nextsample}} b {{remainingsamples}} ~n~", StatementForm.MARKDOWN, "2025-09")
    assert task.files[0].data.content == b"a  b  ~n~"
    task = conversion(b"\\nextsample a ~n^2~ b", StatementForm.MARKDOWN, "dmoj")
    assert task.files[0].data.content == b" a $n^2$ b"


def test_an_answer_is_unpacked_within_bounds() -> None:
    assert unpacked(gzip.compress(b"<p>\xff</p>")) == "<p>\ufffd</p>"
    assert unpacked(b"") is None and unpacked(b"no zip") is None
    assert unpacked(gzip.compress(b"<p>x</p>")[:-9]) is None
    assert unpacked(gzip.compress(b"x" * (HTML_BYTES_MAX + 1))) is None
    assert unpacked(gzip.compress(b"x" * HTML_BYTES_MAX)) == "x" * HTML_BYTES_MAX


def test_headings_stand_below_the_title_of_the_page() -> None:
    for source, form, shifted in (
        (b"## Input", StatementForm.MARKDOWN, False),
        (b"text\n# Input", StatementForm.MARKDOWN, True),
        (b"Input\n=====", StatementForm.MARKDOWN, True),
        (b"\\section*{Input}", StatementForm.TEX, True),
    ):
        assert ("shift-heading" in conversion(source, form, "legacy").argv[2]) is shifted, source
