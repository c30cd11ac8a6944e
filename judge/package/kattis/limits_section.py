"""The ``limits`` map of problem.yaml -> :class:`~judge.model.problem.ProblemLimits`, converted to ns and bytes once."""

from __future__ import annotations

import msgspec

from judge.model.problem import PackageFormat, ProblemLimits
from judge.model.units import KIB, MIB, S_NS
from judge.package.ceilings import MARGIN_MAX, Ceilings
from judge.package.files.yaml_section import YamlSection

#: key -> (field, factor of its unit)
_AMOUNTS = {
    "time_limit": ("time_limit_ns", S_NS),
    "time_resolution": ("time_resolution_ns", S_NS),
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


def read_limits(
    section: YamlSection, package_format: PackageFormat, ceilings: Ceilings, *, multi_pass: bool
) -> ProblemLimits:
    """All limits, none above ``ceilings``. A time limit of 0 ns means: compute it from the jury's submissions."""
    legacy = package_format is PackageFormat.LEGACY
    default = ceilings.lowered(ProblemLimits())
    values = {
        field: section.amount(key, getattr(default, field), unit, ceilings.bound(field))
        for key, (field, unit) in _AMOUNTS.items()
    }
    if legacy and section.node("time_limit") is not None:
        section.warning("time_limit", "is not part of the legacy format; used all the same")
    values["validation_passes"] = _passes(section, default, ceilings, multi_pass)
    limits = msgspec.structs.replace(default, **values, **_margins(section, legacy))
    section.finish(strict=package_format is PackageFormat.F2025_09)
    return limits


def _margins(section: YamlSection, legacy: bool) -> dict[str, float]:
    """The safety margins around the time limit, in whichever spelling is there."""
    margins = {}
    multipliers = section.section("time_multipliers")
    for legacy_key, legacy_default, field in _LEGACY_MARGINS:
        default = legacy_default if legacy else getattr(ProblemLimits(), field)
        if legacy_key in section and not legacy:
            section.error(legacy_key, f"is the legacy spelling of time_multipliers.{field}")
        given = section.number(legacy_key, default, above=0, at_most=MARGIN_MAX)
        margins[field] = multipliers.number(field, given, at_least=1, at_most=MARGIN_MAX)
    multipliers.finish(strict=not legacy)
    return margins


def _passes(section: YamlSection, default: ProblemLimits, ceilings: Ceilings, multi_pass: bool) -> int:
    if "validation_passes" in section and not multi_pass:
        section.warning("validation_passes", "only means something in multi-pass problems")
    return section.whole("validation_passes", default.validation_passes, ceilings.bound("validation_passes"))
