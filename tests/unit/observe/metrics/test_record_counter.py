"""From records to series: what is counted, under which labels, and that labels stay bounded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from observe_reports import case, report, run_result
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from judge.errors import QueueError
from judge.model.run import Outcome
from judge.model.verdict import Verdict
from judge.model.work import WorkKind
from judge.observe.metrics import series as metrics
from judge.observe.metrics.judged_record import judged_record
from judge.observe.metrics.pipe_records import (
    CacheMeasured,
    CacheUsed,
    Count,
    Counted,
    Judged,
    LanguageReady,
    Phase,
    Prepared,
    SelfTested,
    Settled,
    SlotChanged,
    SlotState,
)
from judge.observe.metrics.queue_state import QueueCollector, QueueState
from judge.observe.metrics.record_counter import RecordCounter
from judge.observe.metrics.samples import Samples
from judge.observe.metrics.settlement import DOUBTS_MAX
from judge.observe.metrics.vocabulary import NAMES_MAX, Vocabulary

VOCABULARY = Vocabulary(languages=frozenset({"c", "cpp"}))


class Board:
    """A recording with a registry to read it by."""

    def __init__(self) -> None:
        self.answers: dict[str, int | None] = {}
        self.queue_away = False
        self.samples = Samples(metrics.METRICS)
        self.counter = RecordCounter(self.samples, VOCABULARY, self._recorded_fence)
        self.registry = CollectorRegistry()
        self.registry.register(self.samples)

    def _recorded_fence(self, submission: str) -> int | None:
        if self.queue_away:
            raise QueueError("gone")
        return self.answers[submission]

    def __call__(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(name, labels)

    def submissions(self, language: str = "cpp", verdict: str = "AC", priority_class: str = "practice") -> float | None:
        labels = {"language": language, "verdict": verdict, "class": priority_class, "kind": "submission"}
        return self.registry.get_sample_value("judge_submissions_total", labels)


@pytest.fixture
def board() -> Board:
    return Board()


def test_a_verdict_moves_its_counters(board: Board) -> None:
    runs = (run_result(cpu_user_ns=2_000_000_000), run_result(Outcome.CPU_LIMIT, oom_kills=1, pids_peak=3))
    judged = report(case("a", run=runs[0]), case("b", Verdict.TLE, runs[1]), verdict=Verdict.TLE, attempt=2)
    board.counter.apply(
        judged_record(judged, priority_class="contest", wait_ns=10**9, judging_ns=2 * 10**9, phases_ns={Phase.CLAIM: 1})
    )
    assert board.submissions(verdict="TLE", priority_class="contest") == 1
    assert board.submissions(verdict="AC", priority_class="contest") == 0
    assert board("judge_submissions_redelivered_total", language="cpp", kind="submission") == 1
    assert board("judge_submission_wait_seconds_sum", **{"class": "contest", "kind": "submission"}) == 1.0
    assert board("judge_submission_wait_seconds_bucket", **{"class": "contest", "kind": "submission", "le": "1.0"}) == 1
    assert board("judge_submission_wait_seconds_bucket", **{"class": "contest", "kind": "submission", "le": "0.5"}) == 0
    assert board("judge_submission_judging_seconds_count", language="cpp", kind="submission") == 1
    assert board("judge_phase_seconds_count", phase="run") == 1
    assert board("judge_phase_seconds_count", phase="compile") is None
    assert board("judge_cases_total", language="cpp", verdict="TLE") == 1
    assert board("judge_runs_total", language="cpp", outcome="CPU_LIMIT") == 1
    assert board("judge_run_cpu_user_seconds_total", language="cpp") == 2.0
    assert board("judge_run_oom_kills_total", language="cpp") == 1
    assert board("judge_run_memory_peak_bytes_sum", language="cpp") == 6 << 20
    assert board("judge_run_memory_peak_bytes_count", language="cpp") == 2
    assert board("judge_run_processes_peak_count", language="cpp") == 1


@given(st.text(), st.text())
def test_no_text_of_a_client_becomes_a_label(language: str, priority_class: str) -> None:
    board = Board()
    board.counter.apply(Judged(language, Verdict.AC, priority_class))
    known_language = language if language in VOCABULARY.languages else "other"
    known_class = priority_class if priority_class in VOCABULARY.classes else "other"
    assert board.submissions(known_language, "AC", known_class) == 1
    values = {
        value for family in board.samples.collect() for sample in family.samples for value in sample.labels.values()
    }
    assert not (values & {language, priority_class}) - VOCABULARY.languages - VOCABULARY.classes - _enumerated()


def _enumerated() -> set[str]:
    return {"other", *Verdict, *Outcome, *Count, *Phase, *SlotState, *WorkKind, "judged"} | {
        le for metric in metrics.METRICS for le in _bucket_labels(metric)
    }


def _bucket_labels(metric: metrics.Metric) -> tuple[str, ...]:
    from judge.observe.metrics.samples import bucket_labels

    return bucket_labels(metric)


def test_names_of_attacks_and_caches_are_bounded_in_form_and_number(board: Board) -> None:
    board.counter.apply(SelfTested("Bad Name\n", False))
    for index in range(NAMES_MAX + 10):
        board.counter.apply(SelfTested(f"attack-{index}", True))
    assert board("judge_selftest_held", attack="attack-0") == 1
    attacks = [s for f in board.samples.collect() if f.name == "judge_selftest_held" for s in f.samples]
    assert len(attacks) == NAMES_MAX + 1


def test_slots_are_counted_by_what_they_said_last(board: Board) -> None:
    for slot, state in ((0, SlotState.STARTING), (0, SlotState.FREE), (1, SlotState.BUSY), (1, SlotState.FAILING)):
        board.counter.apply(SlotChanged(slot, state))
    assert {state: board("judge_slots", state=state) for state in SlotState} == {
        "starting": 0,
        "free": 1,
        "busy": 0,
        "failing": 1,
        "gone": 0,
        "spare": 0,
    }


def test_a_slot_that_starts_again_is_a_restart(board: Board) -> None:
    for _ in range(3):
        board.counter.apply(SlotChanged(0, SlotState.STARTING))
        board.counter.apply(SlotChanged(0, SlotState.FREE))
    assert board("judge_events_total", event="slot_restarted") == 2


def test_the_small_records(board: Board) -> None:
    for record in (
        Counted(Count.LEASE_LOST, 2),
        Counted(Count.CONTAINER_WARM, 3),
        LanguageReady("c", True),
        LanguageReady("nonsense", False),
        CacheMeasured("artifacts", 10, 0, 1),
        CacheMeasured("packages", 10, 100, 1),
        CacheUsed("packages", 4, 5),
    ):
        board.counter.apply(record)
    assert board("judge_events_total", event="lease_lost") == 2
    assert board("judge_events_total", event="swept") == 0
    assert board("judge_containers_total", start="warm") == 3
    assert board("judge_language_ready", language="c") == 1
    assert board("judge_language_ready", language="other") == 0
    assert board.submissions("c", "JE") == 0
    assert board("judge_cache_limit_bytes", cache="artifacts") is None
    assert board("judge_cache_limit_bytes", cache="packages") == 100
    assert board("judge_cache_requests_total", cache="packages", result="miss") == 5
    assert board("judge_metrics_records_total", kind="cache") == 2


def test_a_verdict_that_nobody_judged_tells_of_no_times(board: Board) -> None:
    board.counter.apply(Prepared(-1, "s", 1, Judged("cpp", Verdict.JE, "practice")))
    board.counter.apply(Settled(-1, True, 5))
    assert board.submissions(verdict="JE") == 1
    assert board("judge_submission_wait_seconds_count", **{"class": "practice", "kind": "submission"}) is None
    assert board("judge_submission_judging_seconds_count", language="cpp", kind="submission") is None


def test_the_noise_of_a_report_is_the_nodes(board: Board) -> None:
    board.counter.apply(Judged("c", Verdict.AC, noise_ratio=0.125))
    board.counter.apply(Judged("c", Verdict.AC))
    assert board("judge_host_noise_ratio") == 0.125


def test_a_settled_verdict_counts_with_its_report_phase(board: Board) -> None:
    board.counter.apply(Prepared(0, "s", 1, Judged("cpp", Verdict.AC, "practice", judging_ns=10)))
    assert board.submissions() is None
    board.counter.apply(Settled(0, True, 5_000_000_000))
    assert board.submissions() == 1
    assert board("judge_phase_seconds_sum", phase="report") == 5.0


def test_a_lost_verdict_does_not_count(board: Board) -> None:
    board.counter.apply(Prepared(0, "s", 1, Judged("cpp", Verdict.AC, "practice")))
    board.counter.apply(Settled(0, False))
    board.counter.apply(Settled(0, True))
    assert board.submissions() is None


@pytest.mark.parametrize(("recorded", "counted"), [(1, 1), (2, None), (None, None)])
def test_a_slot_killed_while_recording_is_settled_by_the_queue(
    board: Board, recorded: int | None, counted: int | None
) -> None:
    board.answers["s"] = recorded
    board.counter.apply(Prepared(0, "s", 1, Judged("cpp", Verdict.AC, "practice", attempt=1)))
    board.counter.apply(SlotChanged(0, SlotState.STARTING))
    assert board.counter.settlement.doubts == 1
    board.counter.settlement.resolve()
    assert board.counter.settlement.doubts == 0
    assert board.submissions() == counted


def test_the_settled_record_of_a_verdict_may_be_lost(board: Board) -> None:
    board.answers["s"] = 1
    board.counter.apply(Prepared(0, "s", 1, Judged("cpp", Verdict.AC, "practice")))
    board.counter.apply(Prepared(0, "t", 1, Judged("cpp", Verdict.WA, "practice")))
    board.counter.settlement.resolve()
    board.counter.apply(Settled(0, True))
    assert board.submissions() == 1
    assert board.submissions(verdict="WA") == 1


def test_doubts_wait_for_the_queue_but_not_without_end(board: Board) -> None:
    board.queue_away = True
    for slot in range(DOUBTS_MAX + 5):
        board.answers[str(slot)] = 1
        board.counter.apply(Prepared(slot, str(slot), 1, Judged("cpp", Verdict.AC, "practice")))
    board.counter.settlement.abandon_all()
    board.counter.settlement.resolve()
    assert board.counter.settlement.doubts == DOUBTS_MAX
    board.queue_away = False
    board.counter.settlement.resolve()
    assert board.counter.settlement.doubts == 0
    assert board.submissions() == DOUBTS_MAX


def test_the_exposition_parses_and_histograms_are_cumulative(board: Board) -> None:
    for cpu_ns in (1, 10**6, 10**9, 10**12):
        run = run_result(cpu_time_ns=cpu_ns)
        board.counter.apply(judged_record(report(case("a", run=run)), wait_ns=cpu_ns, judging_ns=cpu_ns))
    families = {
        family.name: family for family in text_string_to_metric_families(generate_latest(board.registry).decode())
    }
    samples = [s for s in families["judge_run_cpu_seconds"].samples if s.name.endswith("_bucket")]
    values = [sample.value for sample in samples]
    assert values == sorted(values)
    assert samples[-1].labels["le"] == "+Inf"
    assert samples[-1].value == 4


def test_buckets_of_another_version_are_refused(board: Board) -> None:
    with pytest.raises(ValueError, match="judge_run_cpu_seconds: 2 buckets"):
        board.samples.merge(metrics.RUN_CPU, ("cpp",), (1, 2), 3)


class Probe:
    """A queue that answers, or not."""

    def __init__(self) -> None:
        self.asked = 0
        self.state = QueueState(
            ready={"contest": 2, "no such class": 3}, leased=1, oldest_ns={"contest": 5 * 10**9}, recorded=7
        )
        self.away = False

    def __call__(self) -> QueueState:
        self.asked += 1
        if self.away:
            raise QueueError("connection refused")
        return self.state


def _queue_registry(probe: Probe, now_ns: list[int]) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(QueueCollector(probe, VOCABULARY, clock=lambda: now_ns[0]))
    return registry


def test_the_queue_is_asked_once_a_second_at_most() -> None:
    probe, now_ns = Probe(), [0]
    registry = _queue_registry(probe, now_ns)
    assert probe.asked == 0
    assert registry.get_sample_value("judge_queue_ready", {"class": "contest"}) == 2
    assert registry.get_sample_value("judge_queue_ready", {"class": "other"}) == 3
    assert registry.get_sample_value("judge_queue_ready", {"class": "practice"}) == 0
    assert registry.get_sample_value("judge_queue_oldest_seconds", {"class": "contest"}) == 5.0
    assert registry.get_sample_value("judge_queue_recorded_total") == 7
    assert registry.get_sample_value("judge_queue_replica_lag_seconds") is None
    assert probe.asked == 1
    now_ns[0] += 1_000_000_000
    generate_latest(registry)
    assert probe.asked == 2


def test_blobs_are_told_by_where_they_lie_and_what_was_done_with_them() -> None:
    probe, now_ns = Probe(), [0]
    counts = {"blobs_in_redis": 2, "blob_bytes_in_redis": 30, "blob_bytes_in_store": 70_000, "blobs_put_again": 4}
    probe.state = QueueState(counts=counts)
    registry = _queue_registry(probe, now_ns)
    assert registry.get_sample_value("judge_blobs", {"place": "redis"}) == 2
    assert registry.get_sample_value("judge_blobs", {"place": "store"}) == 0
    assert registry.get_sample_value("judge_blob_bytes", {"place": "redis"}) == 30
    assert registry.get_sample_value("judge_blob_bytes", {"place": "store"}) == 70_000
    assert registry.get_sample_value("judge_blob_operations_total", {"operation": "put_again"}) == 4
    assert registry.get_sample_value("judge_blob_operations_total", {"operation": "swept"}) == 0


def test_a_queue_that_does_not_answer_shows_as_down_and_nothing_stale() -> None:
    probe, now_ns = Probe(), [0]
    registry = _queue_registry(probe, now_ns)
    assert registry.get_sample_value("judge_queue_up") == 1
    probe.away = True
    now_ns[0] += 2_000_000_000
    assert registry.get_sample_value("judge_queue_up") == 0
    assert registry.get_sample_value("judge_queue_leased") is None


def test_names_follow_the_conventions() -> None:
    assert len({metric.name for metric in metrics.METRICS}) == len(metrics.METRICS)
    for metric in metrics.METRICS:
        assert metric.name.startswith("judge_")
        assert (metric.kind is metrics.Kind.COUNTER) == metric.name.endswith("_total"), metric.name
        assert metric.unit in ("", "seconds", "bytes", "ratio")
        assert metric.unit == "" or metric.unit in metric.name.removesuffix("_total").split("_"), metric.name
        assert metric.help.endswith("."), metric.name
        assert bool(metric.bounds) == (metric.kind is metrics.Kind.HISTOGRAM)


def test_each_kind_of_work_is_counted_for_itself(board: Board) -> None:
    board.counter.apply(Judged("cpp", Verdict.AC, "run"))
    board.counter.apply(Judged("cpp", Outcome.EXITED.value, "run", attempt=2, kind=WorkKind.EXECUTION))
    labels = {"language": "cpp", "class": "run"}
    assert board("judge_submissions_total", **labels, verdict="EXITED", kind="execution") == 1
    assert board("judge_submissions_total", **labels, verdict="AC", kind="submission") == 1
    assert board("judge_submissions_redelivered_total", language="cpp", kind="execution") == 1


def test_judge_errors_of_every_kind_begin_at_zero(board: Board) -> None:
    labels = {"language": "other", "class": "run", "verdict": "JE"}
    assert [board("judge_submissions_total", **labels, kind=kind) for kind in WorkKind] == [0] * len(WorkKind)
