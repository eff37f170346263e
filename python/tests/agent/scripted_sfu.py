"""The server's side of signalling, without a server behind it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

import aiohttp
from aiohttp import web
from yarl import URL

from oracle_calls.agent.guard import SignalGuard
from oracle_calls.protocol import OracleCallError

from .fake_clock import FakeClock


class ScriptedSfu:
    def __init__(self) -> None:
        #: Every request: method, target, join token.
        self.asked: list[str] = []
        #: What it does with a WebSocket: takes it, refuses it with this status, sends it elsewhere, or says nothing at all.
        self.upgrade: Literal["take", "ignore"] | int = "take"
        self.location: str | None = None
        self.status, self.body = 401, b"no permissions"
        self.heard: list[bytes] = []
        self.taken: asyncio.Future[web.WebSocketResponse] = asyncio.get_running_loop().create_future()
        self._runner = web.ServerRunner(web.Server(self._answer, access_log=None), shutdown_timeout=0.1)

    async def listen(self) -> int:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        port: int = self._runner.addresses[0][1]
        return port

    async def close(self) -> None:
        await self._runner.cleanup()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self.asked.append(f"{request.method} {request.raw_path} {request.headers.get('authorization', '-')}")
        headers = {} if self.location is None else {"location": self.location}
        if request.headers.get("upgrade") is None:
            return web.Response(status=self.status, body=self.body, headers=headers)
        if isinstance(self.upgrade, int):
            return web.Response(status=self.upgrade, headers=headers)
        if self.upgrade == "ignore":
            await asyncio.sleep(3_600)
        socket = web.WebSocketResponse(compress=False, timeout=0.1)
        await socket.prepare(request)
        if not self.taken.done():
            self.taken.set_result(socket)
        async for message in socket:
            self.heard.append(message.data)
        return socket


@dataclass
class GuardScene:
    sfu: ScriptedSfu
    guard: SignalGuard
    clock: FakeClock
    refused: list[OracleCallError]
    session: aiohttp.ClientSession
    opened: list[aiohttp.ClientWebSocketResponse[bool]] = field(default_factory=list)

    async def open(self, target: str = "/rtc") -> aiohttp.ClientWebSocketResponse[bool]:
        """As the media library does it."""
        headers = {"authorization": "Bearer join", "x-other": "1"}
        return await self.session.ws_connect(
            URL(f"{self.guard.url}{target}", encoded=True), headers=headers, max_msg_size=0
        )

    async def refused_status(self, target: str = "/rtc") -> int:
        try:
            await self.open(target)
        except aiohttp.WSServerHandshakeError as error:
            return error.status
        return 101

    def http_url(self, path: str) -> str:
        return f"{self.guard.url.replace('ws:', 'http:')}{path}"


@asynccontextmanager
async def guard_scene(path_of_sfu: str = "") -> AsyncIterator[GuardScene]:
    sfu, clock, refused = ScriptedSfu(), FakeClock(), list[OracleCallError]()
    sfu_url = f"ws://127.0.0.1:{await sfu.listen()}{path_of_sfu}"
    guard = SignalGuard(sfu_url, own_identity="agent", clock=clock, on_refused=refused.append)
    async with guard, aiohttp.ClientSession() as session:
        scene = GuardScene(sfu, guard, clock, refused, session)
        yield scene
        for socket in scene.opened:
            await socket.close()
    await sfu.close()
