"""A relay on loopback between the media library and the SFU, which lets no signalling through that could undo encryption."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Literal

import aiohttp
from aiohttp import web
from yarl import URL

from oracle_calls.protocol import OracleCallError

from ..clock import Clock, within
from .address import GuardAddress
from .limits import CLOSE_MAX_S, CONNECT_MAX_MS, MAX_ANSWER_BYTES, MAX_MESSAGE_BYTES, PASSED_HEADERS
from .own_name import OwnName
from .relay import SignalRelay


class _OverdueError(Exception):
    """The SFU did not answer in time."""


class SignalGuard:
    """Certificates of `wss:` are checked as the platform checks them. After a refusal nothing passes any more."""

    def __init__(
        self, sfu_url: str, *, own_identity: str, clock: Clock, on_refused: Callable[[OracleCallError], None]
    ) -> None:
        """`on_refused` is told at most once: what was said to the call's harm.

        Raises `ERR_MEDIA_CONNECT` when `sfu_url` is no address of an SFU.
        """
        self._address = GuardAddress(sfu_url)
        self._own = OwnName(own_identity)
        self._clock = clock
        self._on_refused = on_refused
        self._state: Literal["open", "refused", "closed"] = "open"
        #: What each connection does: a relay, once both of its ends are there.
        self._connections: dict[asyncio.Task[object], SignalRelay | None] = {}
        self._session: aiohttp.ClientSession | None = None
        self._runner: web.ServerRunner | None = None
        self._port = 0

    async def start(self) -> None:
        """Listens on a free port of 127.0.0.1."""
        redirects = aiohttp.TraceConfig()
        redirects.on_request_redirect.append(_refuse_redirect)
        self._session = aiohttp.ClientSession(
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            trace_configs=[redirects],
            timeout=aiohttp.ClientTimeout(total=None),
        )
        # No log of requests: the path is secret, and the join token may stand behind it.
        self._runner = web.ServerRunner(web.Server(self._answer, access_log=None), shutdown_timeout=CLOSE_MAX_S)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self._port = self._runner.addresses[0][1]

    @property
    def url(self) -> str:
        """Address for the media library instead of the SFU's: a secret path on a free port of 127.0.0.1."""
        return self._address.url_on(self._port)

    async def close(self) -> None:
        """Cuts every connection. Idempotent."""
        self._state = "closed"
        current = asyncio.current_task()
        connections = [(task, relay) for task, relay in self._connections.items() if task is not current]
        for task, relay in connections:
            if relay is None:
                task.cancel()
            else:
                # It closes both its ends by itself.
                relay.stop()
        await asyncio.gather(*(task for task, _ in connections), return_exceptions=True)
        session, self._session = self._session, None
        if session is not None:
            await session.close()
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    async def __aenter__(self) -> SignalGuard:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        task = asyncio.current_task()
        if task is not None:
            self._connections[task] = None
        try:
            if request.headers.get("upgrade", "").lower() == "websocket":
                return await self._relay(request)
            return await self._relay_http(request)
        finally:
            if task is not None:
                self._connections.pop(task, None)

    async def _relay(self, request: web.BaseRequest) -> web.StreamResponse:
        target, session = self._address.web_socket_target(request.raw_path), self._session
        if target is None or session is None or self._state != "open":
            return web.Response(status=404)

        async def connect() -> aiohttp.ClientWebSocketResponse[bool]:
            return await session.ws_connect(
                URL(target, encoded=True),
                headers=_passed_headers(request),
                max_msg_size=MAX_MESSAGE_BYTES,
                compress=0,
                timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_MAX_S),
            )

        try:
            server = await within(self._clock, CONNECT_MAX_MS, connect(), _OverdueError)
        except _OverdueError:
            return web.Response(status=504)
        except aiohttp.WSServerHandshakeError as error:
            # The status decides what the library does next: after 404 it tries the older form, after 401 it gives up.
            return web.Response(status=error.status if error.status >= 300 else 502)
        except (aiohttp.ClientError, OSError):
            return web.Response(status=502)
        library = web.WebSocketResponse(timeout=CLOSE_MAX_S, max_msg_size=MAX_MESSAGE_BYTES, compress=False)
        try:
            await library.prepare(request)
        except BaseException:
            await server.close()
            raise
        relay = SignalRelay(library, server, self._own, self._refused)
        task = asyncio.current_task()
        if task is not None:
            self._connections[task] = relay
        await relay.run()
        return library

    async def _relay_http(self, request: web.BaseRequest) -> web.StreamResponse:
        """Passes on the one question that the media library asks over HTTP: why it could not join."""
        target = self._address.http_target(request.raw_path) if request.method == "GET" else None
        session = self._session
        if target is None or session is None:
            return web.Response(status=404)

        async def ask() -> web.Response:
            url, headers = URL(target, encoded=True), _passed_headers(request)
            async with session.get(url, headers=headers, allow_redirects=False) as answer:
                body = bytearray()
                async for part in answer.content.iter_any():
                    body += part
                    if len(body) > MAX_ANSWER_BYTES:
                        return web.Response(status=502)
                return web.Response(status=answer.status, body=bytes(body), content_type=answer.content_type)

        try:
            return await within(self._clock, CONNECT_MAX_MS, ask(), _OverdueError)
        except _OverdueError:
            return web.Response(status=504)
        except (aiohttp.ClientError, OSError):
            return web.Response(status=502)

    def _refused(self, error: OracleCallError) -> None:
        if self._state != "open":
            return
        self._state = "refused"
        self._on_refused(error)


async def _refuse_redirect(_session: object, _context: SimpleNamespace, _params: object) -> None:
    raise aiohttp.ClientError("The media server redirects, which is refused.")


def _passed_headers(request: web.BaseRequest) -> dict[str, str]:
    return {name: request.headers[name] for name in PASSED_HEADERS if name in request.headers}
