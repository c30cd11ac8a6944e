"""The ``limits`` map of problem.yaml -> :class:`~judge.model.problem.ProblemLimits`, converted to ns and bytes once."""

from __future__ import annotations

import msgspec

from judge.model.problem import PackageFormat, ProblemLimits
from judge.model.units import KIB, MIB, S_NS, seconds_to_ns
from judge.package.section import Section

#: key -> (field, factor of its unit)
_SIZES = {
    "memory": ("memory_bytes", MIB),
    "output": ("output_bytes", MIB),
    "code": ("code_bytes", KIB),
    "compilation_time": ("compilation_time_ns", S_NS),
    "compilation_memory": ("compilation_memory_bytes", MIB),
    "validation_time": ("validation_time_ns", S_NS),
    "validation_memory": ("validation_memory_bytes", MIB),
    "validation_output": ("validation_output_bytes", MIB),
}
#: The legacy format's margins: (legacy key, its default, our field).
_LEGACY_MARGINS = (("time_multiplier", 5.0, "ac_to_time_limit"), ("time_safety_margin", 2.0, "time_limit_to_tle"))


def read_limits(section: Section, package_format: PackageFormat, *, multi_pass: bool) -> ProblemLimits:
    """All limits. A time limit of 0 ns means: compute it from the jury's submissions."""
    legacy = package_format is PackageFormat.LEGACY
    values: dict[str, int | float] = {}
    for key, (field, factor) in _SIZES.items():
        if section.node(key) is not None:
            values[field] = max(1, round(section.number(key, 1.0, above=0) * factor))
    values.update(_margins(section, legacy))
    if section.node("time_limit") is not None:
        if legacy:
            section.warning("time_limit", "is not part of the legacy format; used all the same")
        values["time_limit_ns"] = max(1, seconds_to_ns(section.number("time_limit", 1.0, above=0)))
    resolution_s = section.number("time_resolution", 1.0, above=0)
    values["time_resolution_ns"] = max(1, seconds_to_ns(resolution_s))
    values["validation_passes"] = _passes(section, multi_pass)
    section.finish(strict=package_format is PackageFormat.F2025_09)
    return msgspec.convert(values, ProblemLimits)


def _margins(section: Section, legacy: bool) -> dict[str, float]:
    """The safety margins around the time limit, in whichever spelling is there."""
    margins = {}
    multipliers = section.section("time_multipliers")
    for legacy_key, legacy_default, field in _LEGACY_MARGINS:
        default = legacy_default if legacy else getattr(ProblemLimits(), field)
        if legacy_key in section and not legacy:
            section.error(legacy_key, f"is the legacy spelling of time_multipliers.{field}")
        given = section.number(legacy_key, default, above=0)
        margins[field] = multipliers.number(field, given, at_least=1)
    multipliers.finish(strict=not legacy)
    return margins


def _passes(section: Section, multi_pass: bool) -> int:
    if "validation_passes" in section and not multi_pass:
        section.warning("validation_passes", "only means something in multi-pass problems")
    return round(section.number("validation_passes", 2, at_least=2))
