"""Server-sent events in pieces."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from judge.client.http.event_frames import Frame, Frames

STREAM = (
    b': ping\n\nid: 1-0\nevent: a\ndata: {"x":1}\n\nid: 2-0\r\ndata: a\r\ndata:b\r\n\r\n'
    b"retry: 5\rdata: c\r\r\nid: 3\n\ndata: d"
)
WHOLE = [Frame("1-0", b'{"x":1}'), Frame("2-0", b"a\nb"), Frame("2-0", b"c")]


@given(st.lists(st.integers(min_value=0, max_value=len(STREAM)), max_size=8))
def test_however_it_is_cut_the_events_are_the_same(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(STREAM)]
    frames = Frames()
    found = [frame for begin, end in pairwise(edges) for frame in frames.take(STREAM[begin:end])]
    assert found == WHOLE


@given(st.lists(st.binary(max_size=40), max_size=10))
def test_any_bytes_are_taken(chunks: list[bytes]) -> None:
    frames = Frames()
    for chunk in chunks:
        frames.take(chunk)
