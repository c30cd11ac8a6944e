"""A ``custom_judge`` of DMOJ: a grader in Python that can run as a validator, in a process of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass

from judge.kernel.files import open_resolved
from judge.package.dmoj.problem_files import DmojFiles
from judge.package.files.yaml_section import YamlSection
from judge.package.files.yaml_tree import YAML_BYTES_MAX

#: What a grader in Python may be to run as a validator, and what it must not replace then.
_GRADER_CLASS = re.compile(r"^[ \t]*class[ \t]+Grader[ \t]*\([ \t]*(?:\w+\.)*(\w+)[ \t]*\)[ \t]*:", re.MULTILINE)
_GRADER_BASES = {"InteractiveGrader": True, "StandardGrader": False}
_GRADER_INSIDES = re.compile(
    r"^[ \t]+def[ \t]+(grade|_interact_with_process|_launch_process|_generate_binary|update_feedback|__init__)\b",
    re.MULTILINE,
)


@dataclass(frozen=True)
class CustomJudge:
    """(name, host path) of its script, whether it talks to the submission, and whether it looks at answers, which DMOJ
    reads when it is asked for them."""

    script: tuple[str, str]
    interactive: bool
    reads_answers: bool = True


def read_custom_judge(section: YamlSection, files: DmojFiles) -> CustomJudge | None:
    """The custom judge that init.yml names; None when it names none, or, with a finding, one that cannot run here."""
    name = section.text("custom_judge")
    path = files.path(name, section, "custom_judge") if name else ""
    if not path:
        return None
    with open(path, "rb", opener=open_resolved) as file:
        text = file.read(YAML_BYTES_MAX).decode("utf-8", "replace")
    found = _GRADER_CLASS.search(text)
    base = found[1] if found else ""
    inside = _GRADER_INSIDES.search(text)
    if base in _GRADER_BASES and not inside:
        return CustomJudge(script=(name, path), interactive=_GRADER_BASES[base], reads_answers="output_data" in text)
    what = f"its method {inside[1]}" if inside and base in _GRADER_BASES else "it"
    section.block(
        "custom_judge",
        f"{what} would have to run inside DMOJ's judge; supported are a class Grader that is an "
        "InteractiveGrader with interact, or a StandardGrader with nothing but check_result",
    )
    return None
