"""Which errors of Redis pass, and which stay."""

from __future__ import annotations

import pytest
from redis.exceptions import (
    AuthenticationError,
    ConnectionError,
    DataError,
    OutOfMemoryError,
    RedisError,
    ResponseError,
)

from judge.errors import QueueAnswerError, QueueError
from judge.queue.link import Backoff


@pytest.mark.parametrize(
    "error",
    [
        ResponseError("WRONGTYPE Operation against a key holding the wrong kind of value"),
        ResponseError("Protocol error: invalid bulk length"),
        ResponseError("user_script:12: attempt to compare nil with number script: 12ab, on @user_script:12."),
        DataError("Invalid input of type: 'NoneType'."),
    ],
)
def test_an_error_that_stays_is_told_from_those_that_pass(error: RedisError) -> None:
    with pytest.raises(QueueAnswerError):
        Backoff(60).delay_s(error, "here")


@pytest.mark.parametrize(
    "error",
    [
        OutOfMemoryError("command not allowed when used memory > 'maxmemory'. script: 12ab, on @user_script:12."),
        ResponseError("MISCONF Redis is configured to save RDB snapshots, but cannot persist to disk."),
        ResponseError("NOREPLICAS Not enough good replicas to write."),
        AuthenticationError("WRONGPASS invalid username-password pair"),
        ConnectionError("Connection refused"),
    ],
)
def test_how_the_server_is_passes(error: RedisError) -> None:
    with pytest.raises(QueueError) as raised:
        Backoff(0).delay_s(error, "here")
    assert not isinstance(raised.value, QueueAnswerError)
