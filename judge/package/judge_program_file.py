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
from judge.model.program import DEFAULT_QUOTAS, ProgramQuotas
from judge.model.units import MIB, S_NS
from judge.package.ceilings import Bound
from judge.package.files.package_dir import Entry, PackageDir
from judge.package.files.yaml_section import YamlSection
from judge.package.files.yaml_tree import YAML_BYTES_MAX, YamlMapping, YamlNode, YamlScalar, parse_yaml
from judge.package.findings import Findings
from judge.package.kattis.program_files import program_at
from judge.text import shown

FILE = "judge_program.yaml"

#: A key of ``quotas`` -> the field of :class:`ProgramQuotas`, its unit, and the operator's setting that bounds it;
#: empty = none does.
_QUOTAS = {
    "cpu_time": ("cpu_time_ns", S_NS, "program_cpu_s_max"),
    "wall_time": ("wall_time_ns", S_NS, "program_wall_s_max"),
    "runs": ("runs", 1, "program_runs_max"),
    "programs": ("programs", 1, "program_compiled_max"),
    "at_once": ("at_once", 1, "program_at_once_max"),
    "calls": ("calls", 1, ""),
    "data": ("data_bytes", MIB, "program_data_bytes_max"),
    "handles": ("handles", 1, ""),
    "kept": ("kept_bytes", MIB, "program_kept_bytes_max"),
    "kept_files": ("kept_files", 1, ""),
    "cases": ("cases", 1, ""),
    "text": ("text_bytes", MIB, ""),
    "state": ("state_bytes", MIB, "state_bytes_max"),
    "own_cpu_time": ("own_cpu_time_ns", S_NS, "program_own_cpu_s_max"),
    "own_memory": ("own_memory_bytes", MIB, "program_own_memory_bytes_max"),
    "own_processes": ("own_processes", 1, ""),
}
_STATE_CHARS_MAX = 100


def read_judge_program(
    package: PackageDir, findings: Findings, most: ProgramQuotas = DEFAULT_QUOTAS
) -> JudgeProgram | None:
    """The judge program that a package names; None when it names none, or, with a finding, one that is not there.

    ``most``: what the operator lets any have. More is a finding; a usual quota that is beyond is lowered.
    """
    entry = package.find(FILE)
    if entry is None or entry.is_directory:
        return None
    section = YamlSection(parse_yaml(package.read(entry, YAML_BYTES_MAX), FILE, findings), FILE, findings)
    return _NamingFile(package, section, most).judge_program()


@dataclass(frozen=True)
class _NamingFile:
    package: PackageDir
    section: YamlSection
    most: ProgramQuotas

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
        given = {
            field: section.amount(key, usual, unit, Bound(0, most, setting))
            for key, (field, unit, setting) in _QUOTAS.items()
            for usual, most in [(getattr(DEFAULT_QUOTAS, field), getattr(self.most, field))]
        }
        section.finish()
        lowered = {field: min(amount, getattr(self.most, field)) for field, amount in given.items()}
        return ProgramQuotas(**lowered)

    def _entry(self, name: str, key: str, *, directories: bool = False) -> Entry | None:
        inside = not name.startswith("/") and ".." not in name.split("/")
        entry = self.package.find(name.rstrip("/")) if name and inside else None
        if entry is None or (entry.is_directory and not directories):
            self.section.block(key, f"there is no file {shown(name)[:200]!r} in the package")
            return None
        return entry
