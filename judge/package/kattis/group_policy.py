"""Scoring rules of a group, from what its files say. Pure.

Legacy groups inherit as :class:`~judge.package.reader.Inheritance` says: every key they do not give from the nearest
ancestor that gives it, or nothing once they have a file. Newer formats hand down arguments, never scores.
"""

from __future__ import annotations

from collections.abc import Sequence

from judge.model.problem import ScoreAggregation, ScorePolicy
from judge.package.kattis.group_config import UNBOUNDED, GroupConfig
from judge.package.reader import Inheritance

_SCORE_MODES = {mode.value: mode for mode in ScoreAggregation if mode is not ScoreAggregation.PASS_FAIL}
_VERDICT_MODES = {
    "worst_error": "worst_error",
    "no_errors": "worst_error",
    "first_error": "first_error",
    "always_accept": "always_accept",
}
_GRADER_SWITCHES = ("ignore_sample", "accept_if_any_accepted")

#: What a legacy package means when no file says otherwise.
LEGACY_DEFAULTS = GroupConfig(
    on_reject_break=True,
    custom_grader=False,
    grader_flags=(),
    accept_score=1.0,
    reject_score=0.0,
    score_range=(-UNBOUNDED, UNBOUNDED),
)


def inherit_legacy(own: GroupConfig, parent: GroupConfig, *, inheritance: Inheritance, has_file: bool) -> GroupConfig:
    """The configuration in force in a legacy group; ``parent`` is complete, so the result is too."""
    if not has_file:
        return parent
    return own.over(LEGACY_DEFAULTS if inheritance is Inheritance.FILES else parent)


def legacy_policy(config: GroupConfig, *, is_root: bool) -> ScorePolicy:
    """The policy of a legacy group from its complete configuration. ``ignore_sample`` counts at the root only."""
    flags = config.grader_flags or ()
    low, high = config.score_range or (-UNBOUNDED, UNBOUNDED)
    aggregation = ScoreAggregation.SUM
    verdict_mode = "worst_error"
    for flag in flags:
        aggregation = _SCORE_MODES.get(flag, aggregation)
        verdict_mode = _VERDICT_MODES.get(flag, verdict_mode)
    return ScorePolicy(
        aggregation=aggregation,
        on_reject_break=bool(config.on_reject_break),
        accept_score=_or(config.accept_score, 1.0),
        reject_score=_or(config.reject_score, 0.0),
        range_min=low,
        range_max=high,
        ignore_sample=is_root and "ignore_sample" in flags,
        accept_if_any_accepted="accept_if_any_accepted" in flags,
        verdict_mode=verdict_mode,
        custom_grader=bool(config.custom_grader),
        grader_flags=flags,
    )


def unknown_grader_flags(flags: Sequence[str]) -> tuple[str, ...]:
    """Flags that the default grader has never heard of."""
    known = (*_SCORE_MODES, *_VERDICT_MODES, *_GRADER_SWITCHES)
    return tuple(flag for flag in flags if flag not in known)


def modern_root_policy(*, scoring: bool) -> ScorePolicy:
    """Of the data directory: a pass-fail problem needs sample and secret, a scoring problem's score is secret's."""
    return ScorePolicy(on_reject_break=not scoring, ignore_sample=scoring)


def modern_policy(config: GroupConfig, *, scoring: bool, is_secret: bool, is_sample: bool) -> ScorePolicy:
    """Of sample, secret or a group below secret. Pass-fail problems end a group at its first rejected case."""
    if not scoring or is_sample:
        return ScorePolicy(aggregation=ScoreAggregation.PASS_FAIL, max_score=0.0 if is_sample else None)
    aggregation = ScoreAggregation(config.aggregation or ("sum" if is_secret else "pass-fail"))
    max_score = _or(config.max_score, 100.0 if is_secret else UNBOUNDED)
    return ScorePolicy(
        aggregation=aggregation,
        on_reject_break=aggregation is not ScoreAggregation.SUM and not is_secret,
        max_score=None if max_score == UNBOUNDED else max_score,
        required_groups=config.require_pass or (),
    )


def _or(value: float | None, default: float) -> float:
    return default if value is None else value
