"""``problem.yaml`` of every format version -> :class:`Metadata`.

The keys that only people read (credits, source, licence...) are checked and dropped; the ones that
judging needs are typed. Sources: the specification's versions legacy, legacy-icpc, 2023-07-draft and 2025-09.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from judge.model.problem import PackageFormat, ProblemLimits
from judge.package.ceilings import DEFAULT_CEILINGS, Ceilings
from judge.package.files.yaml_section import YamlSection
from judge.package.files.yaml_tree import YamlMapping, YamlScalar, YamlSequence, parse_yaml
from judge.package.findings import Findings
from judge.package.kattis.group_config import read_range
from judge.package.kattis.limits_section import read_limits
from judge.package.kattis.people import check_legacy_people, check_modern_people

FILE = "problem.yaml"

#: What people write in problem_format_version, and which reader it means.
_VERSIONS = {
    "legacy": PackageFormat.LEGACY,
    "legacy-icpc": PackageFormat.LEGACY,
    "2023-07": PackageFormat.DRAFT_2023_07,
    "2023-07-draft": PackageFormat.DRAFT_2023_07,
    "draft": PackageFormat.F2025_09,
    "2025-09-draft": PackageFormat.F2025_09,
    "2025-09": PackageFormat.F2025_09,
}
_TYPES = ("pass-fail", "scoring", "multi-pass", "interactive", "submit-answer")
_LEGACY_TYPES = ("pass-fail", "scoring", "interactive", "multi-pass")
_INCOMPATIBLE = (("multi-pass", "submit-answer"), ("interactive", "submit-answer"))
_VALIDATION_WORDS = ("score", "interactive", "multi-pass")
_LICENSES = ("unknown", "public domain", "cc0", "cc by", "cc by-sa", "educational", "permission")

#: Keys without a meaning for judging: those of the legacy format, and what later tools added to it.
_LEGACY_KNOWN = ("uuid", "author", "source", "source_url", "keywords", "credits", "languages", "version")
_MODERN_KNOWN = ("version", "credits", "source", "embargo_until", "keywords", "author", "source_url")


@dataclass(frozen=True)
class LegacyGrading:
    """The legacy ``grading`` map. Everything but ``objective`` predates testdata.yaml and overrides it."""

    minimize: bool = False
    accept_score: float | None = None
    reject_score: float | None = None
    score_range: tuple[float, float] | None = None
    on_reject: str = ""


@dataclass(frozen=True)
class Metadata:
    """What problem.yaml says, the same for all formats.

    ``custom_validator``: the legacy ``validation`` begins with custom (in newer formats the directory decides).
    ``validator_flags`` (on that line of the file) go to every validator run, before those of the group.
    """

    format: PackageFormat
    title: str = ""
    limits: ProblemLimits = field(default_factory=ProblemLimits)
    scoring: bool = False
    interactive: bool = False
    multi_pass: bool = False
    submit_answer: bool = False
    custom_validator: bool = False
    custom_score: bool = False
    validator_flags: tuple[str, ...] = ()
    validator_flags_line: int = 0
    grading: LegacyGrading = LegacyGrading()
    languages: tuple[str, ...] = ()
    allow_file_writing: bool = True
    constants: tuple[tuple[str, str], ...] = ()


def read_metadata(data: bytes, findings: Findings, ceilings: Ceilings = DEFAULT_CEILINGS) -> Metadata:
    """The content of problem.yaml. Raises PackageError when it is no YAML; other faults become findings."""
    section = YamlSection(parse_yaml(data, FILE, findings), FILE, findings)
    package_format = _format(section)
    if package_format is PackageFormat.LEGACY:
        return _read_legacy(section, ceilings)
    return _read_modern(section, package_format, ceilings)


def _format(section: YamlSection) -> PackageFormat:
    version = section.text("problem_format_version", "legacy")
    if version not in _VERSIONS:
        section.choice("problem_format_version", tuple(_VERSIONS), "legacy")
    return _VERSIONS.get(version, PackageFormat.LEGACY)


def _read_legacy(section: YamlSection, ceilings: Ceilings) -> Metadata:
    types = _legacy_types(section)
    scoring = "scoring" in types
    words, flags = _legacy_validation(section)
    custom = words[0] == "custom"
    if words[0] not in ("default", "custom"):
        section.block("validation", f"must begin with default or custom, not {words[0]!r}")
    for word in words[1:]:
        if not custom or word not in _VALIDATION_WORDS:
            section.block("validation", f"{word!r} has no meaning after {words[0]!r}")
    if "score" in words and not scoring:
        section.error("validation", "score needs type: scoring")
    _check_license(section)
    check_legacy_people(section)
    multi_pass = "multi-pass" in (*words, *types)
    interactive = "interactive" in (*words, *types)
    metadata = Metadata(
        format=PackageFormat.LEGACY,
        title=_title(section),
        limits=read_limits(section.section("limits"), PackageFormat.LEGACY, ceilings, multi_pass=multi_pass),
        scoring=scoring,
        interactive=interactive,
        multi_pass=multi_pass,
        custom_validator=custom or interactive or multi_pass,
        custom_score=custom and "score" in words,
        validator_flags=section.words("validator_flags") or flags,
        validator_flags_line=section.line("validator_flags") or section.line("validation"),
        grading=_legacy_grading(section.section("grading"), scoring),
    )
    section.finish(_LEGACY_KNOWN, strict=False)
    return metadata


def _legacy_validation(section: YamlSection) -> tuple[list[str], tuple[str, ...]]:
    """The words of ``validation``, and flags for the validator that converters of other formats put below it."""
    if not isinstance(section.node("validation"), YamlMapping):
        return section.text("validation", "default").split() or ["default"], ()
    section.warning("validation", "expected text; its parts are used all the same")
    nested = section.section("validation")
    talks = [word for word in _VALIDATION_WORDS if nested.boolean(word, False)]
    flags = nested.words("validator_flags")
    nested.finish(strict=False)
    return ["custom", *talks] if talks else ["default"], flags


def _legacy_types(section: YamlSection) -> frozenset[str]:
    """The legacy ``type``: pass-fail or scoring; newer types are taken as newer formats mean them, as DOMjudge does."""
    node = section.node("type")
    words = ("pass-fail",) if node is None else section.words_of(node, "type")
    for word in words:
        if word not in _LEGACY_TYPES:
            section.block("type", f"expected one of {', '.join(_LEGACY_TYPES)}, not {word!r}")
    if "pass-fail" in words and "scoring" in words:
        section.error("type", "pass-fail and scoring exclude each other; scoring counts")
    if set(words) - set(_LEGACY_TYPES[:2]):
        section.warning("type", "the legacy format says interactive and multi-pass in validation; used all the same")
    return frozenset(words)


def _legacy_grading(section: YamlSection, scoring: bool) -> LegacyGrading:
    if section.keys() and not scoring:
        section.warning(section.keys()[0], "only scoring problems may have a grading map")
    section.boolean("show_test_data_groups", False)
    for key in ("accept_score", "reject_score", "range", "on_reject"):
        if key in section:
            section.warning(key, "deprecated: belongs into testdata.yaml")
    grading = LegacyGrading(
        minimize=section.choice("objective", ("max", "min"), "max") == "min",
        accept_score=section.optional_score("accept_score"),
        reject_score=section.optional_score("reject_score"),
        score_range=read_range(section),
        on_reject=section.choice("on_reject", ("", "first_error", "worst_error", "grade"), ""),
    )
    section.finish(strict=False)
    return grading


def _read_modern(section: YamlSection, package_format: PackageFormat, ceilings: Ceilings) -> Metadata:
    types = _types(section) | _validation_types(section)
    for key, use in (("validation", "used"), ("validator_flags", "used"), ("author", "fine"), ("source_url", "fine")):
        if key in section:
            section.warning(key, f"belongs to the legacy format, not to {package_format}; {use} all the same")
    if "grading" in section:
        section.error("grading", f"belongs to the legacy format and means nothing in {package_format}")
        section.node("grading")
    if section.node("uuid") is None:
        section.warning("uuid", "is missing")
    if "name" not in section:
        section.warning("name", "is missing")
    _check_license(section)
    check_modern_people(section)
    metadata = Metadata(
        format=package_format,
        title=_title(section),
        limits=read_limits(section.section("limits"), package_format, ceilings, multi_pass="multi-pass" in types),
        scoring="scoring" in types,
        interactive="interactive" in types,
        multi_pass="multi-pass" in types,
        submit_answer="submit-answer" in types,
        validator_flags=section.words("validator_flags"),
        validator_flags_line=section.line("validator_flags"),
        languages=_languages(section),
        allow_file_writing=section.boolean("allow_file_writing", False),
        constants=_constants(section),
    )
    section.finish(_MODERN_KNOWN, strict=package_format is PackageFormat.F2025_09)
    return metadata


def _types(section: YamlSection) -> frozenset[str]:
    node = section.node("type")
    words = ("pass-fail",) if node is None else section.words_of(node, "type")
    if isinstance(node, YamlScalar) and len(words) > 1:
        section.warning("type", "several types should be a list; used all the same")
    for word in words:
        if word not in _TYPES:
            section.block("type", f"expected one of {', '.join(_TYPES)}, not {word!r}")
    for one, other in _INCOMPATIBLE:
        if one in words and other in words:
            section.block("type", f"{one} and {other} exclude each other")
    if "pass-fail" in words and "scoring" in words:
        section.error("type", "pass-fail and scoring exclude each other; scoring counts")
    if len(set(words)) < len(words) or not words:
        section.error("type", "is empty or names a type twice")
    return frozenset(words)


def _validation_types(section: YamlSection) -> frozenset[str]:
    """The types that a legacy ``validation`` beside the newer ``type`` adds, as packages have that were moved to a
    newer version by their version alone."""
    node = section.node("validation")
    words = section.words_of(node, "validation") if isinstance(node, YamlScalar) else ()
    if isinstance(node, YamlMapping):
        nested = section.section("validation")
        words = tuple(word for word in _VALIDATION_WORDS if nested.boolean(word, False))
    return frozenset(words) & {"interactive", "multi-pass"}


def _title(section: YamlSection) -> str:
    """The name; of several languages the English one, else the first."""
    node = section.node("name")
    if isinstance(node, YamlMapping):
        names = {key: value.text for key, value in node.values.items() if isinstance(value, YamlScalar)}
        return names.get("en", next(iter(names.values()), ""))
    return node.text if isinstance(node, YamlScalar) else ""


def _languages(section: YamlSection) -> tuple[str, ...]:
    """Language codes that may be used; empty = all."""
    node = section.node("languages")
    if node is None or (isinstance(node, YamlScalar) and node.text == "all"):
        return ()
    words = section.words_of(node, "languages")
    if not words:
        section.block("languages", "must be 'all' or name at least one language")
    return words


def _constants(section: YamlSection) -> tuple[tuple[str, str], ...]:
    """(tag, text) pairs. A constant with variants is a map: ``{{n}}`` is its "value", ``{{n.word}}`` its "word"."""
    mapping = section.section("constants").mapping
    constants: list[tuple[str, str]] = []
    for name, node in mapping.values.items():
        variants = {"value": node}
        if isinstance(node, YamlMapping):
            variants = node.values
            if "value" not in variants:
                section.block_at(mapping.lines[name], f"constants.{name}", 'has variants but no "value"')
        for variant, leaf in variants.items():
            key = f"{name}.{variant}" if isinstance(node, YamlMapping) else name
            if not all(re.fullmatch(r"[a-zA-Z_][a-zA-Z0-9_]*", part) for part in (name, variant)):
                section.block_at(mapping.lines[name], f"constants.{key}", "is not a valid name of a constant")
            elif not isinstance(leaf, YamlScalar) or leaf.value is None or isinstance(leaf.value, bool):
                section.block_at(mapping.lines[name], f"constants.{key}", "must be a number or a string")
            else:
                constants += [(name, leaf.text)] if variant == "value" else []
                constants += [(key, leaf.text)] if key != name else []
    return tuple(constants)


def _check_license(section: YamlSection) -> None:
    license_name = section.text("license", "unknown")
    if license_name not in _LICENSES:
        section.warning("license", f"expected one of {', '.join(_LICENSES)}, not {license_name!r}")
    owner = section.node("rights_owner")
    if license_name == "public domain" and owner is not None:
        section.warning("rights_owner", "public domain has no rights owner")
    if license_name in _LICENSES[2:] and owner is None and not _has_author(section):
        section.warning("license", f"{license_name!r} needs rights_owner, an author or a source")


def _has_author(section: YamlSection) -> bool:
    nodes = [section.mapping.values.get(key) for key in ("author", "credits", "source")]
    return any(
        isinstance(node, YamlSequence | YamlMapping) or (isinstance(node, YamlScalar) and node.text) for node in nodes
    )
