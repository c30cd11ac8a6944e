"""A ``signature_grader`` of DMOJ: the setter's main program, which calls a function that the submission defines."""

from __future__ import annotations

import re
from dataclasses import dataclass

from judge.package.dmoj.problem_files import DmojFiles
from judge.package.files.file_names import ending
from judge.package.files.yaml_section import YamlSection

#: What the submission's own ``main`` is called where the setter's is the one that runs.
_HIDDEN_MAIN = "main_of_submission"
#: Under which name the setter's main program lies beside a submission; a name that no submission has.
_ENTRY = "dmoj_signature_entry"
_SOURCES_OF_C = ("c", "cc", "cpp", "cxx", "c++")


@dataclass(frozen=True)
class Signature:
    """What is compiled with a submission; both fields as in :class:`~judge.model.problem.Problem`."""

    include: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    preambles: tuple[tuple[str, str], ...] = ()

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that submissions may be in; empty = any."""
        return tuple(language for language, _ in self.include)


NO_SIGNATURE = Signature()


def read_signature(top: YamlSection, files: DmojFiles) -> Signature:
    """The setter's main program and header beside the submission, which includes the header and whose own ``main`` is
    renamed. The main program is compiled in the submission's language, C or C++."""
    if "signature_grader" not in top:
        return NO_SIGNATURE
    section = top.section("signature_grader")
    names = {key: section.text(key) for key in ("entry", "header")}
    allow_main = section.boolean("allow_main", False)
    section.finish()
    for key, name in names.items():
        if not name:
            section.block(key, "is missing")
    if ending(names["entry"]) not in _SOURCES_OF_C and names["entry"]:
        section.block("entry", f"{names['entry'][:80]!r} is neither C nor C++; others are not supported")
    if re.search(r'["\\\n]', names["header"]):
        section.block("header", "is no name for an #include")
    paths = {key: files.path(name, section, key) for key, name in names.items() if name}
    hide_main = "" if allow_main else f"#define main {_HIDDEN_MAIN}\n"
    preamble = f'#define SIGNATURE_GRADER 1\n#include "{names["header"]}"\n{hide_main}#line 1\n'
    include = tuple(
        (language, ((f"{_ENTRY}.{language}", paths.get("entry", "")), (names["header"], paths.get("header", ""))))
        for language in ("c", "cpp")
    )
    return Signature(include, tuple((language, preamble) for language, _ in include))
