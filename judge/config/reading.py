"""How packages are read by the settings."""

from __future__ import annotations

from judge.config.sections import LimitSettings, Settings
from judge.grading.scoring.score import ScoreDialect
from judge.model.units import S_NS
from judge.package.ceilings import Ceilings
from judge.package.reader import ReadOptions


def ceilings_of(settings: LimitSettings) -> Ceilings:
    """What the settings let packages ask for."""
    return Ceilings(
        time_limit_ns=settings.time_s_max * S_NS,
        memory_bytes=settings.memory_bytes_max,
        output_bytes=settings.output_bytes_max,
        code_bytes=settings.code_bytes_max,
        compilation_time_ns=settings.compilation_time_s_max * S_NS,
        validation_time_ns=settings.validation_time_s_max * S_NS,
        validation_passes=settings.validation_passes_max,
        case_files=settings.case_files_max,
        case_files_bytes=settings.case_files_bytes_max,
    )


def reading_of(settings: Settings) -> ReadOptions:
    """How packages are read: within the ceilings; as DOMjudge does when its scoring rules were asked for."""
    as_domjudge = settings.grading.score_dialect == ScoreDialect.DOMJUDGE
    return ReadOptions(ceilings=ceilings_of(settings.limits), as_domjudge=as_domjudge)
