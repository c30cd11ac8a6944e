"""The settings of the gateway."""

from __future__ import annotations

from typing import Annotated, Literal

from judge.config.section import Section, says


class GatewaySettings(Section, frozen=True, kw_only=True):
    """The gateway: the judge over HTTP"""

    enabled: Annotated[bool, says("`judge up` starts one, when its extra is installed.", variable="GATEWAY")] = True
    host: Annotated[str, says("Where it listens.", variable="GATEWAY_HOST")] = "127.0.0.1"
    port: Annotated[int, says("Its port (0 = any free one).", variable="GATEWAY_PORT", ge=0, le=65535)] = 8090
    no_key: Annotated[
        Literal["loopback", "never", "always"],
        says(
            "Who needs no key: programs on this machine, nobody, everybody (within the limits of `anonymous_...`).",
            variable="GATEWAY_NO_KEY",
        ),
    ] = "loopback"
    origins: Annotated[
        tuple[str, ...],
        says(
            "Pages (`https://example.org`) whose scripts may ask (CORS); `*` = all, for requests with a key.",
            variable="GATEWAY_ORIGINS",
        ),
    ] = ()
    trusted_proxies: Annotated[
        tuple[str, ...],
        says(
            "Addresses and networks of proxies whose `X-Forwarded-For` and `-Proto` are believed.",
            variable="GATEWAY_TRUSTED_PROXIES",
        ),
    ] = ()
    body_bytes_max: Annotated[
        int, says("Size of a request's body, unpacked; blobs have their own.", variable="GATEWAY_BODY_BYTES_MAX", ge=1)
    ] = 32 << 20
    head_bytes_max: Annotated[
        int, says("Size of a request's line and headers.", variable="GATEWAY_HEAD_BYTES_MAX", ge=1024)
    ] = 32 << 10
    request_s_max: Annotated[
        int,
        says(
            "How long a request's head, a silence in its body, or a reader that takes nothing may last.",
            variable="GATEWAY_REQUEST_S",
            ge=1,
        ),
    ] = 20
    wait_s_max: Annotated[int, says("The longest that `wait` waits.", variable="GATEWAY_WAIT_S_MAX", ge=0)] = 60
    streams_max: Annotated[
        int, says("Open streams and waits of one key, in one gateway.", variable="GATEWAY_STREAMS_MAX", ge=1)
    ] = 1000
    batch_lines_max: Annotated[int, says("Lines of a batch.", variable="GATEWAY_BATCH_LINES_MAX", ge=1)] = 100_000
    batch_line_bytes_max: Annotated[
        int, says("Size of one line of a batch.", variable="GATEWAY_BATCH_LINE_BYTES_MAX", ge=1024)
    ] = 1 << 20
    batch_bytes_max: Annotated[
        int, says("Size of a batch's body, packed or unpacked.", variable="GATEWAY_BATCH_BYTES_MAX", ge=1024)
    ] = 256 << 20
    batches_bytes_max: Annotated[
        int,
        says(
            "What all batches of one tenant may take in Redis, results included, to begin or go on with one.",
            variable="GATEWAY_BATCHES_BYTES_MAX",
            ge=1024,
        ),
    ] = 1 << 30
    tenant_streams_max: Annotated[
        int,
        says("Open streams and waits of one tenant, in one gateway.", variable="GATEWAY_TENANT_STREAMS_MAX", ge=1),
    ] = 2000
    anonymous_class: Annotated[
        Literal["contest", "run", "practice", "bulk", "rejudge"],
        says("The class of work that comes without a key, where everybody may ask.", variable="ANONYMOUS_CLASS"),
    ] = "practice"
    anonymous_time_s_max: Annotated[
        int, says("CPU seconds of a program without a key.", variable="ANONYMOUS_TIME_S_MAX", ge=1)
    ] = 5
    anonymous_memory_bytes_max: Annotated[
        int, says("Memory of a program without a key.", variable="ANONYMOUS_MEMORY_BYTES_MAX", ge=1 << 20)
    ] = 256 << 20
    anonymous_output_bytes_max: Annotated[
        int, says("What each of its two outputs may write.", variable="ANONYMOUS_OUTPUT_BYTES_MAX", ge=1)
    ] = 256 << 10
    anonymous_runs_max: Annotated[
        int, says("Tests, or repeats, of one piece of such work.", variable="ANONYMOUS_RUNS_MAX", ge=1)
    ] = 10
    anonymous_body_bytes_max: Annotated[
        int, says("Size of a request's body without a key.", variable="ANONYMOUS_BODY_BYTES_MAX", ge=1)
    ] = 128 << 10
    anonymous_streams_max: Annotated[
        int,
        says("Open streams and waits of one address without a key.", variable="ANONYMOUS_STREAMS_MAX", ge=1),
    ] = 8
    sockets_max: Annotated[
        int, says("Open WebSockets of one tenant, in one gateway.", variable="GATEWAY_SOCKETS_MAX", ge=1)
    ] = 500
    socket_message_bytes_max: Annotated[
        int,
        says(
            "Size of a message on a WebSocket; of go-judge's, that of a body.",
            variable="GATEWAY_SOCKET_MESSAGE_BYTES_MAX",
            ge=1024,
        ),
    ] = 64 << 10
    drain_s_max: Annotated[
        int, says("How long a gateway that stops lets requests end.", variable="GATEWAY_DRAIN_S_MAX", ge=0)
    ] = 30
