"""A WebSocket's connection: uvicorn's, which leaves open how long a client that takes nothing is waited for, and in how
many pieces a message may come. An application that accepts a connection may say how large its messages may be."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.websockets import WebSocket
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame

#: Pieces of one message; empty ones would cost memory for ever.
_PIECES_MAX = 1000
_SIZE = "message_bytes_max"


async def accept_up_to(socket: WebSocket, message_bytes_max: int) -> None:
    """Accept it; messages may be as large, whatever the server takes else. Raises WebSocketDisconnect."""
    await socket.receive()  # that it wants to be accepted
    await socket.send({"type": "websocket.accept", "headers": [], _SIZE: message_bytes_max})


def bounded_socket_protocol(closing_s_max: float) -> type[asyncio.Protocol]:
    """A protocol whose connections are cut off this many seconds after they were closed here."""
    return type("BoundedSocket", (_BoundedSocket,), {"closing_s_max": closing_s_max})


class _BoundedSocket(WebSocketsSansIOProtocol):
    closing_s_max = 0.0
    _cutting: asyncio.TimerHandle | None = None

    def handle_cont(self, event: Frame) -> None:
        if len(self.frames) >= _PIECES_MAX:
            self.conn.fail(CloseCode.MESSAGE_TOO_BIG, "too many pieces")
            self.handle_parser_exception()
            return
        super().handle_cont(event)

    async def send(self, message: Any) -> None:
        if _SIZE in message:
            self.conn.max_message_size = message[_SIZE]
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and not message.get("more_body", False):
            self.handshake_complete = True  # by a refusal; uvicorn would log it as a fault of the application

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        super().on_task_complete(task)
        self._cutting = self.loop.call_later(self.closing_s_max, self.transport.abort)

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._cutting is not None:
            self._cutting.cancel()
        super().connection_lost(exc)
