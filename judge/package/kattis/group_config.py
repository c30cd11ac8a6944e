"""testdata.yaml, test_group.yaml and a test case's own .yaml -> :class:`GroupConfig`.

Every key is None when the file does not give it, so that inheritance is one question per key. The keys of all
format versions are read, whichever file they stand in; those of another version are reported.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from judge.model.problem import PackageFormat
from judge.package.files.yaml_section import YamlSection
from judge.package.files.yaml_tree import YamlMapping, YamlScalar

#: ``max_score: unbounded``
UNBOUNDED = float("inf")

#: (file, line, key) of a value, for messages about it that come up later.
Place = tuple[str, int, str]

ValidatorArgs = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class StaticConfig:
    """``static_validation_score`` (2025-09) or ``static_validation`` (draft); None = pass-fail or inferred."""

    score: float | None = None
    args: tuple[str, ...] = ()


@dataclass(frozen=True)
class GroupConfig:
    """What one file says about a group or a case; None = not given.

    ``input_validator_args``, ``answer_validator_args`` (BAPCtools' own): (validator name, arguments) pairs, the empty
    name for all validators.
    ``score_range`` and ``max_score``: infinities mean no bound. ``output_args_place`` goes with
    ``output_validator_args``.
    """

    # legacy
    on_reject_break: bool | None = None
    custom_grader: bool | None = None
    grader_flags: tuple[str, ...] | None = None
    accept_score: float | None = None
    reject_score: float | None = None
    score_range: tuple[float, float] | None = None
    # 2023-07-draft and 2025-09
    max_score: float | None = None
    aggregation: str | None = None
    require_pass: tuple[str, ...] | None = None
    static: StaticConfig | None = None
    args: tuple[str, ...] | None = None
    full_feedback: bool | None = None
    hint: str | None = None
    description: str | None = None
    # all
    input_validator_args: ValidatorArgs | None = None
    answer_validator_args: ValidatorArgs | None = None
    output_validator_args: tuple[str, ...] | None = None
    output_args_place: Place | None = None

    def over(self, parent: GroupConfig) -> GroupConfig:
        """This configuration with the parent's values for the keys that it does not give."""
        missing = [field.name for field in fields(self) if getattr(self, field.name) is None]
        return replace(self, **{name: getattr(parent, name) for name in missing})

    def inheritable(self) -> GroupConfig:
        """The part that newer formats hand down to groups and cases below: arguments and feedback, never scores."""
        return GroupConfig(
            args=self.args,
            full_feedback=self.full_feedback,
            hint=self.hint,
            description=self.description,
            input_validator_args=self.input_validator_args,
            answer_validator_args=self.answer_validator_args,
            output_validator_args=self.output_validator_args,
            output_args_place=self.output_args_place,
        )


_LEGACY_KEYS = (
    "on_reject", "grading", "grader_flags", "accept_score", "reject_score", "range",
    "input_validator_flags", "output_validator_flags",
)  # fmt: skip
_MODERN_GROUP_KEYS = (
    "max_score", "score_aggregation", "static_validation_score", "static_validator_args", "require_pass",
    "scoring", "static_validation",
)  # fmt: skip
_MODERN_KEYS = ("args", "input_validator_args", "output_validator_args", "full_feedback", "hint", "description")
_IGNORED_KEYS = ("input_visualizer_args", "output_visualizer_args")


def read_group_config(section: YamlSection, package_format: PackageFormat, *, is_case: bool = False) -> GroupConfig:
    """One file's keys. Faults become findings."""
    legacy = package_format is PackageFormat.LEGACY
    foreign = (*_MODERN_GROUP_KEYS, *_MODERN_KEYS) if legacy else _LEGACY_KEYS
    for key in foreign:
        if key in section:
            section.warning(key, f"does not belong to the {package_format} format; used all the same")
    if is_case:
        for key in (*_LEGACY_KEYS[:6], *_MODERN_GROUP_KEYS):
            if key in section:
                section.error(key, "belongs to a group, not to a test case")
    draft = _draft_scoring(section.section("scoring")) if "scoring" in section else GroupConfig()
    config = GroupConfig(
        on_reject_break=_on_reject(section),
        custom_grader=_custom_grader(section),
        grader_flags=_optional_words(section, "grader_flags"),
        accept_score=section.optional_score("accept_score"),
        reject_score=section.optional_score("reject_score"),
        score_range=read_range(section),
        max_score=_max_score(section, "max_score"),
        aggregation=_aggregation(section, "score_aggregation"),
        require_pass=_optional_words(section, "require_pass"),
        static=_static(section),
        args=_optional_words(section, "args"),
        full_feedback=section.boolean("full_feedback", False) if section.node("full_feedback") else None,
        hint=section.text("hint") if section.node("hint") else None,
        description=section.text("description") if section.node("description") else None,
        input_validator_args=_validator_args(section, "input_validator_args", "input_validator_flags"),
        answer_validator_args=_validator_args(section, "answer_validator_args"),
        output_validator_args=_output_validator_args(section),
        output_args_place=_output_args_place(section),
    )
    section.finish(_IGNORED_KEYS, strict=package_format is PackageFormat.F2025_09)
    return config.over(draft)


def _optional_words(section: YamlSection, key: str) -> tuple[str, ...] | None:
    return section.words(key) if section.node(key) is not None else None


def _on_reject(section: YamlSection) -> bool | None:
    if section.node("on_reject") is None:
        return None
    word = section.choice("on_reject", ("break", "continue", "first_error", "worst_error", "grade"), "break")
    return word in ("break", "first_error")


def _custom_grader(section: YamlSection) -> bool | None:
    if section.node("grading") is None:
        return None
    return section.choice("grading", ("default", "custom"), "default") == "custom"


def parse_range(text: str) -> tuple[float, float]:
    """Two numbers, infinities allowed, the lower first. Raises ValueError."""
    low, high = (float(word) for word in text.split())
    if not (low <= high and low < UNBOUNDED and high > -UNBOUNDED):
        raise ValueError("the range is empty")
    return low, high


def read_range(section: YamlSection) -> tuple[float, float] | None:
    if section.node("range") is None:
        return None
    text = " ".join(section.words("range"))
    try:
        return parse_range(text)
    except ValueError:
        section.block("range", f"expected two numbers, the lower first, not {text!r}")
        return None


def _max_score(section: YamlSection, key: str) -> float | None:
    node = section.node(key)
    if node is None:
        return None
    if isinstance(node, YamlScalar) and node.text == "unbounded":
        return UNBOUNDED
    return section.score(key, 0.0, at_least=0)


def _aggregation(section: YamlSection, key: str) -> str | None:
    if section.node(key) is None:
        return None
    return section.choice(key, ("pass-fail", "sum", "min"), "pass-fail")


def _draft_scoring(section: YamlSection) -> GroupConfig:
    """The ``scoring`` map of 2023-07-draft."""
    config = GroupConfig(
        max_score=_max_score(section, "score"),
        aggregation=_aggregation(section, "aggregation"),
        require_pass=_optional_words(section, "require_pass"),
    )
    section.finish()
    return config


def _static(section: YamlSection) -> StaticConfig | None:
    args = section.words("static_validator_args")
    score = section.node("static_validation_score")
    if score is not None:
        pass_fail = isinstance(score, YamlScalar) and score.text == "pass-fail"
        value = None if pass_fail else section.score("static_validation_score", 0.0, at_least=0)
        return StaticConfig(score=value, args=args)
    if args:
        section.error("static_validator_args", "means nothing without static_validation_score")
    node = section.node("static_validation")
    if node is None or (isinstance(node, YamlScalar) and node.value is False):
        return None
    if isinstance(node, YamlScalar) and node.value is True:
        return StaticConfig()
    nested = section.section("static_validation")
    static = StaticConfig(score=_max_score(nested, "score"), args=nested.words("args"))
    nested.finish()
    return static


def _validator_args(section: YamlSection, *keys: str) -> ValidatorArgs | None:
    for key in keys:
        node = section.node(key)
        if node is None:
            continue
        if not isinstance(node, YamlMapping):
            return (("", section.words(key)),)
        if key == "input_validator_flags" and node.values.keys() <= {"name", "flags"}:
            nested = section.section(key)
            return ((nested.text("name"), nested.words("flags")),)
        return tuple((name, section.words_of(value, f"{key}.{name}")) for name, value in node.values.items())
    return None


def _output_args_place(section: YamlSection) -> Place | None:
    keys = (key for key in ("output_validator_args", "output_validator_flags") if section.node(key) is not None)
    key = next(keys, None)
    return None if key is None else (section.file, section.line(key), key)


def _output_validator_args(section: YamlSection) -> tuple[str, ...] | None:
    if section.node("output_validator_args") is not None:
        return section.words("output_validator_args")
    node = section.node("output_validator_flags")
    if node is None:
        return None
    if isinstance(node, YamlMapping):
        nested = section.section("output_validator_flags")
        nested.text("name")
        return nested.words("flags")
    return section.words("output_validator_flags")
