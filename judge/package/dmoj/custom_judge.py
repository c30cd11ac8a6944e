"""A ``custom_judge`` of DMOJ: a grader in Python. One that only looks at outputs or only converses runs as a validator,
in a process of its own for each test; one that starts or feeds submissions itself as a judge program."""

from __future__ import annotations

import re
from dataclasses import dataclass

from judge.kernel.files import open_resolved
from judge.package.dmoj.judge_api import complaints
from judge.package.dmoj.problem_files import DmojFiles
from judge.package.files.yaml_section import YamlSection
from judge.package.files.yaml_tree import YAML_BYTES_MAX
from judge.text import shown

#: What a grader in Python may be to run as a validator, and what it replaces when it is a judge program.
_GRADER_CLASS = re.compile(r"^[ \t]*class[ \t]+Grader[ \t]*\([ \t]*(?:\w+\.)*(\w+)[ \t]*\)[ \t]*:", re.MULTILINE)
_GRADER_BASES = {"InteractiveGrader": True, "StandardGrader": False}
_GRADER_INSIDES = re.compile(
    r"^[ \t]+def[ \t]+"
    r"(grade|_interact_with_process|_launch_process|_generate_binary|populate_result|update_feedback|__init__)\b",
    re.MULTILINE,
)


@dataclass(frozen=True)
class CustomJudge:
    """(name, host path) of its script, whether it talks to the submission, and whether it looks at answers, which DMOJ
    reads when it is asked for them. ``is_program``: it starts or feeds the submission itself."""

    script: tuple[str, str]
    interactive: bool
    reads_answers: bool = True
    is_program: bool = False


def read_custom_judge(section: YamlSection, files: DmojFiles) -> CustomJudge | None:
    """The custom judge that init.yml names; None when it names none, or, with a finding, one that cannot run here."""
    name = section.text("custom_judge")
    path = files.path(name, section, "custom_judge") if name else ""
    if not path:
        return None
    with open(path, "rb", opener=open_resolved) as file:
        source = file.read(YAML_BYTES_MAX)
    text = source.decode("utf-8", "replace")
    found = _GRADER_CLASS.search(text)
    base = found[1] if found else ""
    inside = _GRADER_INSIDES.search(text)
    reads_answers = "output_data" in text
    if base in _GRADER_BASES and not inside:
        return CustomJudge(script=(name, path), interactive=_GRADER_BASES[base], reads_answers=reads_answers)
    wrong = list(complaints(source))
    if not found:
        wrong.append((0, "has no class Grader with a base class"))
    for line, message in wrong:
        section.block_in(shown(name), line, f"the custom judge starts submissions itself: {message}")
    judge = CustomJudge(script=(name, path), interactive=False, reads_answers=reads_answers, is_program=True)
    return None if wrong else judge
