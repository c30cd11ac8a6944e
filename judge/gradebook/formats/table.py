"""The formats that a report can be written in, by the words that commands have for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from judge.gradebook.formats import classroom, exercism, gradescope, junit, prairielearn
from judge.model.report import Report


@dataclass(frozen=True)
class Format:
    """``write`` makes the file called ``file``. ``filters``: its reader keeps hidden tests from students itself; the
    others show all, and are to be given what a student may see."""

    file: str
    write: Callable[[Report], bytes]
    filters: bool = False


FORMATS: Mapping[str, Format] = {
    "gradescope": Format("results.json", gradescope.write_results, filters=True),
    "prairielearn": Format("results.json", prairielearn.write_results),
    "exercism": Format("results.json", exercism.write_results),
    "classroom": Format("result.txt", classroom.write_result),
    "junit": Format("junit.xml", junit.write_xml),
}
