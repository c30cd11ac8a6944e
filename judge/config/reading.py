"""How packages are read by the settings, and what their judge programs may have."""

from __future__ import annotations

from judge.config.sections import LimitSettings, Settings
from judge.grading.scoring.score import ScoreDialect
from judge.model.program import ProgramQuotas
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
    return ReadOptions(
        ceilings=ceilings_of(settings.limits), quotas=program_quotas_of(settings), as_domjudge=as_domjudge
    )


def program_quotas_of(settings: Settings) -> ProgramQuotas:
    """The most that a judge program may have."""
    programs = settings.programs
    return ProgramQuotas(
        cpu_time_ns=programs.cpu_s_max * S_NS,
        wall_time_ns=programs.wall_s_max * S_NS,
        runs=programs.runs_max,
        programs=programs.compiled_max,
        at_once=programs.at_once_max,
        data_bytes=programs.data_bytes_max,
        kept_bytes=programs.kept_bytes_max,
        state_bytes=settings.states.bytes_max,
        own_cpu_time_ns=programs.own_cpu_s_max * S_NS,
        own_memory_bytes=programs.own_memory_bytes_max,
    )
