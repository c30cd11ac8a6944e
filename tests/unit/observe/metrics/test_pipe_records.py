"""Records: their bytes are bounded and survive the pipe in any cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge.model.run import Outcome
from judge.model.verdict import Verdict
from judge.observe.metrics import buckets
from judge.observe.metrics.pipe import RecordReader, RecordWriter, open_pipe
from judge.observe.metrics.pipe_records import (
    FRAME_BYTES_MAX,
    MAGIC,
    CacheMeasured,
    CacheUsed,
    Count,
    Counted,
    Judged,
    LanguageReady,
    Phase,
    Prepared,
    Record,
    SelfTested,
    Settled,
    SlotChanged,
    SlotState,
    Spread,
    UsageSums,
    decode_payload,
    encode_frame,
)

LARGE = (1 << 64) - 1

LARGEST = Judged(
    language="x" * 10_000,
    verdict=Verdict.TLE,
    priority_class="y" * 10_000,
    attempt=LARGE,
    wait_ns=LARGE,
    judging_ns=LARGE,
    phases_ns=dict.fromkeys(Phase, LARGE),
    compiled=True,
    outcomes=dict.fromkeys(Outcome, LARGE),
    case_verdicts=dict.fromkeys(Verdict, LARGE),
    usage=UsageSums(*[LARGE] * len(UsageSums.__struct_fields__)),
    spread=Spread(
        cpu_time=(LARGE,) * (len(buckets.DURATION_BOUNDS_NS) + 1),
        wall_time=(LARGE,) * (len(buckets.DURATION_BOUNDS_NS) + 1),
        memory=(LARGE,) * (len(buckets.MEMORY_BOUNDS_BYTES) + 1),
        processes=(LARGE,) * (len(buckets.PROCESS_BOUNDS) + 1),
    ),
    dropped=LARGE,
)

RECORDS: tuple[Record, ...] = (
    Judged("cpp", Verdict.AC),
    Prepared(1, "s", 9, Judged("cpp", Verdict.WA, outcomes={Outcome.CPU_LIMIT: 2})),
    Settled(1, True, 5),
    SlotChanged(0, SlotState.BUSY),
    Counted(Count.SWEPT, 3),
    LanguageReady("cpp", False),
    SelfTested("fork-bomb", True),
    CacheMeasured("artifacts", 10, 20, 2),
    CacheUsed("packages", 1, 2),
)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_every_kind_of_record_comes_back_equal(record: Record) -> None:
    frame = encode_frame(record)
    assert frame.startswith(MAGIC)
    assert decode_payload(frame[4:]) == record


def test_the_largest_record_fits_one_atomic_write() -> None:
    assert len(encode_frame(LARGEST)) <= FRAME_BYTES_MAX
    decoded = decode_payload(encode_frame(LARGEST)[4:])
    assert isinstance(decoded, Judged)
    assert decoded.usage == LARGEST.usage
    assert decoded.language == "x" * 64


def test_a_prepared_record_of_the_largest_size_fits_too() -> None:
    frame = encode_frame(Prepared(LARGE, "s" * 256, 9, LARGEST))
    assert len(frame) <= FRAME_BYTES_MAX
    decoded = decode_payload(frame[4:])
    assert isinstance(decoded, Prepared)
    assert decoded.submission == "s" * 256


def test_an_endless_submission_id_is_refused_not_cut() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        encode_frame(Prepared(0, "s" * 10_000, 9, Judged("cpp", Verdict.AC)))


def test_a_record_that_does_not_fit_is_dropped_and_the_loss_reported_by_the_next() -> None:
    read_fd, write_fd = open_pipe()
    writer = RecordWriter(write_fd)
    assert not writer.send(Prepared(0, "s" * 10_000, 9, Judged("cpp", Verdict.AC)))
    assert writer.send(Prepared(0, "s", 9, Judged("cpp", Verdict.AC)))
    (record,) = _read(read_fd)
    assert isinstance(record, Prepared)
    assert record.judged.dropped == 1
    assert writer.dropped == 0


def test_a_full_pipe_drops_instead_of_blocking_and_counts_what_it_dropped() -> None:
    read_fd, write_fd = open_pipe()
    writer = RecordWriter(write_fd)
    sent = 0
    while writer.send(LARGEST):
        sent += 1
    assert not writer.send(LARGEST)
    assert writer.dropped == 2
    got = _read(read_fd)
    assert len(got) == sent
    assert writer.send(Counted(Count.SWEPT))
    assert writer.send(Judged("cpp", Verdict.AC))
    assert [record.dropped for record in _read(read_fd) if isinstance(record, Judged)] == [2]
    assert writer.dropped == 0


def test_a_writer_without_reader_drops() -> None:
    import os

    read_fd, write_fd = open_pipe()
    os.close(read_fd)
    writer = RecordWriter(write_fd)
    assert not writer.send(Judged("cpp", Verdict.AC))
    assert writer.dropped == 1
    os.close(write_fd)


@given(st.lists(st.integers(1, 700), max_size=20))
def test_the_reader_does_not_care_where_the_stream_is_cut(cuts: list[int]) -> None:
    stream = b"".join(encode_frame(record) for record in RECORDS) * 3
    reader = RecordReader()
    got: list[Record] = []
    at = 0
    for cut in cuts:
        got += reader.feed(stream[at : at + cut])
        at += cut
    got += reader.feed(stream[at:])
    assert got == list(RECORDS) * 3
    assert reader.invalid == 0


@given(st.binary(max_size=300).filter(lambda junk: b"\xc1" not in junk), st.integers(1, 50))
def test_garbage_is_skipped_counted_and_costs_no_record_after_it(junk: bytes, cut: int) -> None:
    stream = junk + b"".join(encode_frame(record) for record in RECORDS)
    reader = RecordReader()
    got: list[Record] = []
    for at in range(0, len(stream), cut):
        got += reader.feed(stream[at : at + cut])
    assert got == list(RECORDS)
    assert (reader.invalid > 0) == bool(junk)


@given(st.binary(max_size=2000))
def test_no_bytes_make_the_reader_raise_or_loop(junk: bytes) -> None:
    reader = RecordReader()
    list(reader.feed(junk))
    list(reader.feed(MAGIC + junk))


def test_a_frame_that_is_no_record_is_counted() -> None:
    reader = RecordReader()
    frame = MAGIC + (3).to_bytes(2, "big") + b"\x93\x01\x02"
    assert list(reader.feed(frame + encode_frame(RECORDS[0]))) == [RECORDS[0]]
    assert reader.invalid == 1


@given(st.lists(st.integers(0, 1 << 40), max_size=50))
def test_spread_puts_each_value_under_the_first_bound_not_below_it(values: list[int]) -> None:
    for bounds in (buckets.DURATION_BOUNDS_NS, buckets.MEMORY_BOUNDS_BYTES):
        counts = buckets.spread(bounds, values)
        assert sum(counts) == len(values)
        for index, bound in enumerate(bounds):
            assert sum(counts[: index + 1]) == sum(value <= bound for value in values)


def test_bounds_are_strictly_rising() -> None:
    for bounds in (
        buckets.DURATION_BOUNDS_NS,
        buckets.WAIT_BOUNDS_NS,
        buckets.MEMORY_BOUNDS_BYTES,
        buckets.PROCESS_BOUNDS,
    ):
        assert list(bounds) == sorted(set(bounds))


def _read(read_fd: int) -> list[Record]:
    import os

    reader = RecordReader()
    os.set_blocking(read_fd, False)
    got: list[Record] = []
    while True:
        try:
            data = os.read(read_fd, 1 << 16)
        except BlockingIOError:
            return got
        got += reader.feed(data)
