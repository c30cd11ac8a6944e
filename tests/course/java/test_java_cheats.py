"""Cheats in Java: each is a class of one student's work, and is asked in a test of its own. ``cheats/java/work``."""

from __future__ import annotations

from pathlib import Path

import needs
from course_harness import CourseStand, part_of, statuses, write

CHEATS = Path(__file__).parents[1] / "cheats" / "java"
COUNT_MIN = 15

_ASSIGNMENT = """
assignment: 1
title: Cheats
languages: [java]
limits: {time: 1500ms, memory: 128 MiB}
parts:
  - {name: units, kind: unit_tests, framework: junit5, files: [CheatsTest.java], reference: [Task.java], points: 100}
"""


def test_no_cheat_gets_a_point(course: CourseStand, tmp_path: Path) -> None:
    needs.tool("javac")
    work = {str(path.relative_to(CHEATS / "work")): path.read_text() for path in (CHEATS / "work").rglob("*.java")}
    promised = dict(_promise(name, text) for name, text in work.items() if text.startswith("// "))
    assert len(promised) > COUNT_MIN
    tests = "\n".join(
        f'  @Test void {name}() throws Throwable {{ assertEquals(42, Task.answer("{name}")); }}' for name in promised
    )
    write(
        tmp_path,
        {
            "assignment.yaml": _ASSIGNMENT,
            "Task.java": (CHEATS / "solution" / "Task.java").read_text(),
            "CheatsTest.java": "import static org.junit.jupiter.api.Assertions.assertEquals;\n"
            f"import org.junit.jupiter.api.Test;\nclass CheatsTest {{\n{tests}\n}}\n",
        },
    )
    part = part_of(course.grade_files(tmp_path, work), "units")
    found = {name.rpartition("::")[2]: status for name, status in statuses(part).items()}
    assert found == promised, [(test.name, test.message) for test in part.tests]
    assert [test.points for test in part.tests if test.points] == [100 / len(promised)]


def _promise(name: str, text: str) -> tuple[str, str]:
    """A cheat's name, and the status that its first line says it gets."""
    return Path(name).stem, text.removeprefix("// ").partition(":")[0]
