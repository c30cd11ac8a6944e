"""``judge_program.yaml``: the file that names a package's judge program; other tools pass it over.

::

    program: referee.py          # or a directory; paths are relative to the package
    language: python3            # else by the files' names
    data: {board: data/board.txt}
    beside: [data/words.txt]     # in its working directory, under their own last names
    parameters: {rounds: 3}
    state: standings             # what is carried from one submission of a tenant to the next
    quotas: {cpu_time: 120, runs: 500}
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from judge.model.problem import JudgeProgram, Program
from judge.model.program import ProgramQuotas
from judge.model.units import MIB, S_NS
from judge.package.ceilings import Bound
from judge.package.files.package_dir import Entry, PackageDir
from judge.package.files.yaml_section import YamlSection
from judge.package.files.yaml_tree import YAML_BYTES_MAX, YamlMapping, YamlNode, YamlScalar, parse_yaml
from judge.package.findings import Findings
from judge.package.kattis.program_files import program_at
from judge.text import shown

FILE = "judge_program.yaml"

#: A key of ``quotas`` -> the field of :class:`ProgramQuotas`, and its unit.
_QUOTAS = {
    "cpu_time": ("cpu_time_ns", S_NS),
    "wall_time": ("wall_time_ns", S_NS),
    "runs": ("runs", 1),
    "programs": ("programs", 1),
    "at_once": ("at_once", 1),
    "calls": ("calls", 1),
    "data": ("data_bytes", MIB),
    "handles": ("handles", 1),
    "kept": ("kept_bytes", MIB),
    "kept_files": ("kept_files", 1),
    "cases": ("cases", 1),
    "text": ("text_bytes", MIB),
    "state": ("state_bytes", MIB),
    "own_cpu_time": ("own_cpu_time_ns", S_NS),
    "own_memory": ("own_memory_bytes", MIB),
    "own_processes": ("own_processes", 1),
}
#: A slip of the hand is found here; what may be had is the operator's to say when it runs.
_TIMES_THE_USUAL_MAX = 100
_STATE_CHARS_MAX = 100


def read_judge_program(package: PackageDir, findings: Findings) -> JudgeProgram | None:
    """The judge program that a package names; None when it names none, or, with a finding, one that is not there."""
    entry = package.find(FILE)
    if entry is None or entry.is_directory:
        return None
    section = YamlSection(parse_yaml(package.read(entry, YAML_BYTES_MAX), FILE, findings), FILE, findings)
    return _NamingFile(package, section).judge_program()


@dataclass(frozen=True)
class _NamingFile:
    package: PackageDir
    section: YamlSection

    def judge_program(self) -> JudgeProgram | None:
        section = self.section
        program = self._program()
        found = JudgeProgram(
            program=program or Program(name="", files=()),
            beside=tuple((entry.name, entry.path) for entry in self._beside()),
            data=tuple(self._data()),
            parameters=tuple(self._parameters()),
            state=self._state(),
            quotas=self._quotas(section.section("quotas")),
        )
        section.finish()
        return found if program is not None else None

    def _program(self) -> Program | None:
        name = self.section.text("program")
        language = self.section.text("language")
        if not name:
            self.section.block_at(self.section.line("program") or 1, "program", "names no program")
            return None
        entry = self._entry(name, "program", directories=True)
        if entry is None:
            return None
        program = program_at(self.package, entry)
        if not program.files:
            self.section.block("program", f"there is no file in {shown(name)[:200]!r}")
            return None
        return Program(name=program.name, files=program.files, language=language or program.language)

    def _beside(self) -> Iterator[Entry]:
        seen: set[str] = set()
        for name in self.section.words("beside"):
            entry = self._entry(name, "beside")
            if entry is None:
                continue
            if entry.name in seen:
                self.section.block("beside", f"there are two files called {shown(entry.name)[:200]!r}")
            seen.add(entry.name)
            yield entry

    def _data(self) -> Iterator[tuple[str, str]]:
        for key, node in self._mapping("data"):
            entry = self._entry(node.text, "data") if isinstance(node, YamlScalar) else None
            if entry is not None:
                yield key, entry.path
            elif not isinstance(node, YamlScalar):
                self.section.block_at(node.line, "data", "expected the path of a file")

    def _parameters(self) -> Iterator[tuple[str, str]]:
        for key, node in self._mapping("parameters"):
            if not isinstance(node, YamlScalar):
                self.section.block_at(node.line, "parameters", "expected text or a number")
                continue
            yield key, node.text

    def _mapping(self, key: str) -> Iterator[tuple[str, YamlNode]]:
        node = self.section.node(key)
        if isinstance(node, YamlMapping):
            yield from node.values.items()
        elif node is not None:
            self.section.block(key, "expected a map of names to values")

    def _state(self) -> str:
        state = self.section.text("state")
        if len(state) > _STATE_CHARS_MAX or not state.isprintable():
            self.section.block("state", f"expected a name of at most {_STATE_CHARS_MAX} letters")
            return ""
        return state

    def _quotas(self, section: YamlSection) -> ProgramQuotas:
        usual = ProgramQuotas()
        given = {
            field: section.amount(
                key, getattr(usual, field), unit, Bound(0, _TIMES_THE_USUAL_MAX * getattr(usual, field))
            )
            for key, (field, unit) in _QUOTAS.items()
        }
        section.finish()
        return ProgramQuotas(**given)

    def _entry(self, name: str, key: str, *, directories: bool = False) -> Entry | None:
        inside = not name.startswith("/") and ".." not in name.split("/")
        entry = self.package.find(name.rstrip("/")) if name and inside else None
        if entry is None or (entry.is_directory and not directories):
            self.section.block(key, f"there is no file {shown(name)[:200]!r} in the package")
            return None
        return entry
