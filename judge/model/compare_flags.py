"""How outputs are compared, as a value."""

from __future__ import annotations

import msgspec


class CompareFlags(msgspec.Struct, frozen=True, kw_only=True):
    """Arguments of the default output validator; tolerances None = compare as text.

    ``line_sensitive`` (the same words on the same lines, empty lines aside) is ours: no flag of the format says it, and
    the standard checkers of other judges compare so. So is ``line_by_line``: blanks inside a line count, those at its
    edges do not, nor do empty lines at the beginning and the end of a side; with ``space_change_sensitive`` only blanks
    at the end of a line and empty lines at the end do not count. ``empty_lines_count``: with ``line_sensitive`` only
    empty lines at the end do not count.
    """

    case_sensitive: bool = False
    space_change_sensitive: bool = False
    line_sensitive: bool = False
    line_by_line: bool = False
    empty_lines_count: bool = False
    float_absolute_tolerance: float | None = None
    float_relative_tolerance: float | None = None
