"""go-judge's series have the names that dashboards of it ask for."""

from __future__ import annotations

from judge.gateway.dialects.gojudge.series import Series


def values(series: Series) -> dict[str, float]:
    """Name (with its labels) -> value."""
    text = bytes(series.response(waiting=2, running=1).body).decode()
    lines = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}


def test_what_only_grows_has_go_judges_name_without_a_suffix() -> None:
    series = Series()
    series.failed()
    seen = values(series)
    assert seen["go_judge_exec_error_count"] == 1
    assert seen["go_judge_environment_count"] == 0
    assert (seen["go_judge_worker_queue_count"], seen["go_judge_worker_running_count"]) == (2, 1)
    assert not [name for name in seen if name.endswith("_total")]


def test_a_file_that_is_removed_is_taken_off_both_its_number_and_its_size() -> None:
    series = Series()
    series.put("A", 100)
    series.put("B", 20)
    series.removed("A")
    series.removed("put by another gateway")
    seen = values(series)
    assert (seen["go_judge_file_current_bytes_count"], seen["go_judge_file_current_bytes_sum"]) == (1, 20)
    assert seen["go_judge_file_size_bytes_count"] == 2
