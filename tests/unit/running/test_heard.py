"""The order of two streams, and live output: whole, in order, bounded."""

from __future__ import annotations

from judge.model.event import Event, OutputChunk
from judge.running.heard import (
    LIVE_BYTES_MAX,
    LIVE_CHUNK_BYTES_MAX,
    LIVE_CHUNK_COST_BYTES,
    PIECES_MAX,
    ArrivalOrder,
    LiveOutput,
)


def pieces_of(order: ArrivalOrder) -> list[tuple[int, int]]:
    return [(piece.stream, piece.size_bytes) for piece in order.pieces]


def chunks_of(*written: tuple[int, bytes]) -> list[OutputChunk]:
    events: list[Event] = []
    live = LiveOutput(events.append, "id")
    live.begin_run()
    for stream, data in written:
        live.send(stream, data)
    return [event for event in events if isinstance(event, OutputChunk)]


def test_bytes_of_one_stream_in_a_row_are_one_piece() -> None:
    order = ArrivalOrder()
    for stream, data in ((1, b"a"), (1, b"bc"), (2, b"d"), (1, b"e")):
        order.note(stream, data)
    assert pieces_of(order) == [(1, 3), (2, 1), (1, 1)]


def test_pieces_end_at_their_bound_and_never_tell_a_wrong_order() -> None:
    order = ArrivalOrder()
    for index in range(3 * PIECES_MAX):
        order.note(1 + index % 2, b"x")
    last = PIECES_MAX % 2 + 1
    order.note(last, b"more")
    assert pieces_of(order) == [(1 + index % 2, 1) for index in range(PIECES_MAX)]


def test_live_output_has_an_offset_in_each_stream() -> None:
    chunks = chunks_of((1, b"ab"), (2, b"c"), (1, b"de"))
    assert [(chunk.stream, chunk.offset, chunk.content) for chunk in chunks] == [
        (1, 0, b"ab"),
        (2, 0, b"c"),
        (1, 2, b"de"),
    ]
    assert not any(chunk.last for chunk in chunks)


def test_much_at_once_is_several_events() -> None:
    data = bytes(range(256)) * 300
    chunks = chunks_of((1, data))
    assert max(len(chunk.content) for chunk in chunks) == LIVE_CHUNK_BYTES_MAX
    assert b"".join(chunk.content for chunk in chunks) == data


def test_live_output_ends_at_its_bound_and_says_so() -> None:
    chunks = chunks_of((1, bytes(LIVE_BYTES_MAX)), (2, b"unheard"))
    assert [chunk.last for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    assert sum(len(chunk.content) for chunk in chunks) <= LIVE_BYTES_MAX


def test_byte_by_byte_the_number_of_events_is_bounded() -> None:
    chunks = chunks_of(*[(1 + index % 2, b"x") for index in range(20_000)])
    assert len(chunks) <= LIVE_BYTES_MAX // LIVE_CHUNK_COST_BYTES + 1
    assert chunks[-1].last


def test_each_repeat_starts_at_0_again() -> None:
    events: list[Event] = []
    live = LiveOutput(events.append, "id")
    for _ in range(2):
        live.begin_run()
        live.send(1, b"ab")
    assert [(event.run, event.offset) for event in events if isinstance(event, OutputChunk)] == [(1, 0), (2, 0)]
