"""The settings of the gateway's dialects: a section of all, and one of each."""

from judge.config.dialects.every import DialectSettings
from judge.config.dialects.fusion import FusionSettings
from judge.config.dialects.gojudge import GoJudgeSettings
from judge.config.dialects.jobe import JobeSettings
from judge.config.dialects.judge0 import Judge0Settings
from judge.config.dialects.piston import PistonSettings

__all__ = (
    "DialectSettings",
    "FusionSettings",
    "GoJudgeSettings",
    "JobeSettings",
    "Judge0Settings",
    "PistonSettings",
)
