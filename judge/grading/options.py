"""How grading behaves where the problem package leaves it open. Values only."""

from __future__ import annotations

import msgspec

from judge import defaults
from judge.grading.scoring.score import ScoreDialect


class GradingOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Choices of the operator.

    ``dialect``: whose scoring rules hold for legacy packages; None = DOMjudge's for those that say so, else the
    specification's.

    ``run_all``: judge every case even when the verdict is settled. ``near_limit_share``: a CPU time within this
    share of the time limit, on either side, is measured again on a quiet machine; ``near_limit_runs`` is how
    often at most a case is run then, the first included (1 = never again). ``fresh_containers``: one for each run of
    a submission. ``transcript_bytes`` and ``feedback_bytes`` cap what a report keeps of one case.
    """

    dialect: ScoreDialect | None = None
    run_all: bool = False
    near_limit_share: float = defaults.NEAR_LIMIT_SHARE
    near_limit_runs: int = defaults.NEAR_LIMIT_RUNS
    fresh_containers: bool = False
    transcript_bytes: int = 64 << 10
    feedback_bytes: int = 64 << 10
