"""Carries signalling both ways between the media library and the server."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

import aiohttp
from aiohttp import WSCloseCode, WSMsgType, web
from livekit.protocol.models import DisconnectReason
from livekit.protocol.rtc import LeaveRequest, SignalRequest

from oracle_calls.protocol import OracleCallError

from .guard_request import guard_request
from .guard_response import guard_response
from .own_name import OwnName


class SignalRelay:
    """One connection of the library. What neither end may say ends it, and `on_refused` is told."""

    def __init__(
        self,
        library: web.WebSocketResponse,
        server: aiohttp.ClientWebSocketResponse[bool],
        own: OwnName,
        on_refused: Callable[[OracleCallError], None],
    ) -> None:
        self._library = library
        self._server = server
        self._own = own
        self._on_refused = on_refused
        self._ways: list[asyncio.Future[None]] = []

    async def run(self) -> None:
        """Until either end is gone. Closes both."""
        ways = self._ways = [asyncio.ensure_future(self._up()), asyncio.ensure_future(self._down())]
        try:
            done, _ = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in done:
                error = None if way.cancelled() else way.exception()
                if isinstance(error, OracleCallError):
                    await self._refuse(error)
                elif error is not None and not isinstance(error, (aiohttp.ClientError, OSError)):
                    raise error
        finally:
            self.stop()
            await asyncio.gather(*ways, return_exceptions=True)
            await asyncio.gather(self._library.close(), self._server.close(), return_exceptions=True)

    def stop(self) -> None:
        """Nothing passes any more, and `run` ends."""
        for way in self._ways:
            way.cancel()

    async def _up(self) -> None:
        async for message in self._library:
            if message.type is not WSMsgType.BINARY:
                continue
            guarded = guard_request(message.data)
            if guarded is not None:
                await self._server.send_bytes(guarded)

    async def _down(self) -> None:
        while True:
            message = await self._server.receive()
            if message.type is WSMsgType.BINARY:
                guarded = guard_response(message.data, self._own)
                if guarded is not None:
                    await self._library.send_bytes(guarded)
            elif message.type is WSMsgType.TEXT:
                # LiveKit sends text to clients that speak JSON; ours does not, so this is not an answer to anything it said.
                raise OracleCallError("ERR_MEDIA_SIGNALLING", "The media server sent text.")
            elif message.type is WSMsgType.ERROR:
                if getattr(message.data, "code", None) == WSCloseCode.MESSAGE_TOO_BIG:
                    raise OracleCallError("ERR_MEDIA_SIGNALLING", "A message of the media server is too large.")
                return
            elif message.type in (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED):
                return

    async def _refuse(self, error: OracleCallError) -> None:
        # The library cannot say goodbye any more, and the room would wait for it to come back.
        goodbye = SignalRequest(leave=LeaveRequest(reason=DisconnectReason.CLIENT_INITIATED))
        with contextlib.suppress(aiohttp.ClientError, OSError):
            await self._server.send_bytes(goodbye.SerializeToString())
        self._on_refused(error)
        await self._library.close(code=WSCloseCode.POLICY_VIOLATION, message=error.code.encode())
