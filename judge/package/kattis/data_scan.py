"""The ``data/`` directory as it lies on disk: groups, cases and their configuration, before any scoring rule.

::

    data/
      testdata.yaml | test_group.yaml
      sample/1.in 1.ans [1.files/ 1.yaml 1.args 1.hint 1.desc 1.out ...]
      secret/group/...
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from judge.model.problem import PackageFormat
from judge.package.ceilings import DEFAULT_CEILINGS, Ceilings
from judge.package.encoding import HEAD_BYTES, odd_encoding
from judge.package.files.file_names import conforming
from judge.package.files.package_dir import Entry, PackageDir
from judge.package.files.yaml_section import YamlSection, split_words
from judge.package.files.yaml_tree import YAML_BYTES_MAX, parse_yaml
from judge.package.findings import Findings
from judge.package.kattis.constants import substitute
from judge.package.kattis.group_config import GroupConfig, read_group_config
from judge.text import shown

GROUP_FILES = ("test_group.yaml", "testdata.yaml")
_IMAGES = ("png", "jpg", "jpeg", "svg")
#: Endings of files that belong to a test case, besides .in and .ans.
_COMPANIONS = (
    "ans", "out", "yaml", "args", "hint", "desc", "interaction", *_IMAGES,
    "in.statement", "ans.statement", "in.download", "ans.download",
)  # fmt: skip
#: What samples may show without being run: the ways of a conversation or of several passes.
_WITHOUT_INPUT = (".interaction", ".in.statement", ".ans.statement", ".in.download", ".ans.download")
#: What statements show of a sample instead of its answer.
_OVERRIDING = ("out", "ans.statement", "interaction")
_ANNOTATION_BYTES_MAX = 64 << 10


@dataclass(frozen=True)
class RawCase:
    """One .in file and what belongs to it. ``name`` is relative to data/; ``answer`` None = there is none.

    ``answer_overridden``: statements show something else.
    """

    name: str
    input: Entry
    answer: Entry | None
    output: Entry | None
    files: tuple[tuple[str, str], ...]
    config: GroupConfig
    answer_overridden: bool = False


@dataclass(frozen=True)
class RawGroup:
    """One directory. ``line_of`` finds the configuration's file and line of a key for messages."""

    name: str
    config: GroupConfig
    cases: tuple[RawCase, ...]
    groups: tuple[RawGroup, ...]
    config_file: str = ""


@dataclass(frozen=True)
class DataScanner:
    """Reads directories below data/. ``constants`` are substituted in group files of newer formats; ``ceilings`` bound
    the files of a test case."""

    package: PackageDir
    package_format: PackageFormat
    constants: tuple[tuple[str, str], ...]
    findings: Findings
    ceilings: Ceilings = DEFAULT_CEILINGS

    def scan(self, relative: str, name: str) -> RawGroup:
        """The group at ``relative`` (a path in the package) with everything below it."""
        entries = self.package.entries(relative)
        files = {entry.name: entry for entry in entries if not entry.is_directory}
        directories = {entry.name: entry for entry in entries if entry.is_directory}
        for entry in entries:
            self._check_name(entry)
        stems = sorted(file[: -len(".in")] for file in files if file.endswith(".in"))
        cases = tuple(self._case(stem, name, files, directories) for stem in stems)
        for stem in stems:
            if stem in directories:
                self.findings.error(directories[stem].shown, "a group and a test case have the same name")
        config, config_file = self._group_config(relative, files)
        self._check_strays(relative, files, directories, set(stems))
        groups = tuple(
            self.scan(entry.relative, f"{name}/{shown(entry.name)}" if name else shown(entry.name))
            for entry in directories.values()
            if not entry.name.endswith((".files", ".download"))
        )
        return RawGroup(name=name, config=config, cases=cases, groups=groups, config_file=config_file)

    def _check_name(self, entry: Entry) -> None:
        if not conforming(entry.name, self.package_format):
            self.findings.warning(entry.shown, "has a name that the format does not allow; used all the same")

    def _case(self, stem: str, group: str, files: dict[str, Entry], directories: dict[str, Entry]) -> RawCase:
        name = f"{group}/{shown(stem)}" if group else shown(stem)
        config = GroupConfig()
        if (entry := files.get(f"{stem}.yaml")) and entry.name not in GROUP_FILES:
            config = self._config(entry, is_case=True)
        if (entry := files.get(f"{stem}.args")) and config.args is None:
            words = split_words(self._text(entry))
            config = GroupConfig(args=words).over(config)
        for ending, setter in _ANNOTATIONS.items():
            if entry := files.get(f"{stem}.{ending}"):
                config = config.over(setter(self._text(entry)))
        return RawCase(
            name=name,
            input=files[f"{stem}.in"],
            answer=files.get(f"{stem}.ans"),
            output=files.get(f"{stem}.out"),
            files=self._case_files(directories.get(f"{stem}.files")),
            config=config,
            answer_overridden=any(f"{stem}.{ending}" in files for ending in _OVERRIDING),
        )

    def _case_files(self, directory: Entry | None) -> tuple[tuple[str, str], ...]:
        if directory is None:
            return ()
        skip = len(directory.relative) + 1
        entries = tuple(self.package.files(directory.relative))
        size_bytes = sum(self.package.size_bytes(entry) for entry in entries)
        for amount, most, what, setting in (
            (len(entries), self.ceilings.case_files, "files", "limit_case_files_max"),
            (size_bytes, self.ceilings.case_files_bytes, "bytes", "limit_case_files_bytes_max"),
        ):
            if amount > most:
                self.findings.block(
                    directory.shown, f"has {amount} {what}; the operator's ceiling is {most} ({setting})"
                )
        return tuple((shown(entry.relative[skip:]), entry.path) for entry in entries)

    def _text(self, entry: Entry) -> str:
        data = self.package.read(entry, _ANNOTATION_BYTES_MAX)
        if what := odd_encoding(data[:HEAD_BYTES]):
            self.findings.warning(entry.shown, what)
        return data.decode("utf-8-sig", "replace").strip()

    def _group_config(self, relative: str, files: dict[str, Entry]) -> tuple[GroupConfig, str]:
        present = [files[name] for name in GROUP_FILES if name in files]
        if len(present) > 1:
            self.findings.warning(shown(relative), "has both test_group.yaml and testdata.yaml")
        if not present:
            return GroupConfig(), ""
        wanted = 1 if self.package_format is PackageFormat.LEGACY else 0
        entry = next((entry for entry in present if entry.name == GROUP_FILES[wanted]), present[0])
        return self._config(entry, is_case=False), entry.shown

    def _config(self, entry: Entry, *, is_case: bool) -> GroupConfig:
        data = self.package.read(entry, YAML_BYTES_MAX)
        if not is_case and self.package_format is not PackageFormat.LEGACY:
            data = substitute(data, self.constants)
        section = YamlSection(parse_yaml(data, entry.shown, self.findings), entry.shown, self.findings)
        return read_group_config(section, self.package_format, is_case=is_case)

    def _check_strays(
        self, relative: str, files: dict[str, Entry], directories: dict[str, Entry], stems: set[str]
    ) -> None:
        """Report files that belong to no test case."""
        for name, entry in (files | directories).items():
            if name.endswith(".in") or name in GROUP_FILES or (entry.is_directory and not name.endswith(".files")):
                continue
            stem = next((name[: -len(end) - 1] for end in (*_COMPANIONS, "files") if name.endswith(f".{end}")), None)
            if stem is None:
                self.findings.warning(entry.shown, "is no part of any test case")
            elif stem not in stems and not name.endswith(_WITHOUT_INPUT):
                report = self.findings.error if name.endswith((".ans", ".files")) else self.findings.warning
                report(entry.shown, f"belongs to a test case without an input: {shown(stem)}.in is missing")


_ANNOTATIONS: dict[str, Callable[[str], GroupConfig]] = {
    "hint": lambda text: GroupConfig(hint=text),
    "desc": lambda text: GroupConfig(description=text),
}
