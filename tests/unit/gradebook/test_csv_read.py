"""Tables of any spreadsheet; a row is named by its line."""

from __future__ import annotations

import pytest

from judge.errors import UsageError
from judge.gradebook.csv_read import table_of


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_row_has_the_number_of_the_line_in_which_it_begins(end: str) -> None:
    text = end.join(("name,comment", "", 'amy,"one', "two", 'three"', "ben,x", "", 'cleo,"a', 'b"', "dan,"))
    rows = table_of(text.encode(), "m.csv").rows
    assert [(line, row["name"]) for line, row in rows] == [(3, "amy"), (6, "ben"), (8, "cleo"), (10, "dan")]


def test_a_field_that_is_too_long_is_named_by_its_line() -> None:
    text = 'name\n"a\nb"\n' + "x" * 100_001
    with pytest.raises(UsageError, match=r"m.csv: .*line 4 has a field"):
        table_of(text.encode(), "m.csv")
