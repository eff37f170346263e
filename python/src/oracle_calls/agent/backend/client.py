"""The oracle's backend, as its agent sees it."""

from __future__ import annotations

import asyncio
from typing import Any, Final, Literal, Protocol
from urllib.parse import quote

import aiohttp

from oracle_calls.protocol import OracleCallError
from oracle_calls.protocol.call_status import EndReason

from ..clock import Clock, SystemClock, within
from .answers import (
    ClaimedCall,
    SealedKey,
    WaitingCall,
    read_claimed_call,
    read_sealed_key,
    read_waiting_call,
    try_json,
    try_read_problem,
)
from .bearer_secret import BearerSecret

#: The backend may hold a request for the event's sake for 5 s; on top of that, a slow network.
REQUEST_MAX_MS: Final = 10_000
#: While the backend waits for a call for 10 s; on top of that, a slow network.
STANDBY_MAX_MS: Final = 15_000
#: An honest answer is an envelope and two DIDs.
RESPONSE_MAX_BYTES: Final = 65_536

#: What may stand in a segment of a path unescaped (RFC 3986, section 3.3) and stands in call ids.
_PATH_CHARACTERS: Final = "$@"


class Backend(Protocol):
    """What a job asks of the oracle's backend. Every method raises `OracleCallError`."""

    async def claim(self, ticket: str, sfu_room_name: str) -> ClaimedCall: ...

    async def fetch_key(self, call_id: str) -> SealedKey: ...

    async def end_call(self, call_id: str, end_reason: EndReason) -> None: ...


class BackendClient:
    """The backend's HTTP API for agents. Tries nothing again by itself: see `retrying`."""

    def __init__(
        self,
        base_url: str,
        api_key: BearerSecret,
        session: aiohttp.ClientSession,
        *,
        clock: Clock | None = None,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._api_key = api_key
        self._session = session
        self._clock = clock or SystemClock()
        #: The trace that requests belong to, once a call has named one.
        self._traceparent: str | None = None

    async def claim(self, ticket: str, sfu_room_name: str) -> ClaimedCall:
        """Trades the dispatch ticket for the call."""
        answer = await self._ask("POST", "/agent/claim", {"ticket": ticket, "roomId": sfu_room_name})
        call = read_claimed_call(answer)
        self._traceparent = call.traceparent
        return call

    async def fetch_key(self, call_id: str) -> SealedKey:
        return read_sealed_key(await self._ask("GET", f"/calls/{quote(call_id, safe=_PATH_CHARACTERS)}/key"))

    async def end_call(self, call_id: str, end_reason: EndReason) -> None:
        path = f"/calls/{quote(call_id, safe=_PATH_CHARACTERS)}/update"
        await self._ask("POST", path, {"callStatus": "ended", "endReason": end_reason})

    async def standby(self, load: float) -> WaitingCall | None:
        """The next call, or `None` when none came for some seconds. `load` is the share of its calls that the worker holds."""
        return read_waiting_call(await self._ask("POST", "/agent/standby", {"load": load}, STANDBY_MAX_MS))

    async def _ask(
        self,
        method: Literal["GET", "POST"],
        path: str,
        body: dict[str, Any] | None = None,
        max_ms: float = REQUEST_MAX_MS,
    ) -> object:
        work = self._exchange(method, path, body)
        status, data = await within(self._clock, max_ms, work, lambda: OracleCallError("ERR_UPSTREAM_BACKEND"))
        value = try_json(data)
        if 200 <= status < 300:
            return value
        raise try_read_problem(value) or OracleCallError("ERR_UPSTREAM_BACKEND", details={"status": status})

    async def _exchange(self, method: str, path: str, body: dict[str, Any] | None) -> tuple[int, bytes]:
        headers = {"authorization": f"Bearer {self._api_key.expose()}"}
        if self._traceparent is not None:
            headers["traceparent"] = self._traceparent
        data = bytearray()
        try:
            # A redirect could carry the key to somebody else.
            async with self._session.request(
                method, f"{self._base_url}{path}", headers=headers, json=body, allow_redirects=False
            ) as answer:
                async for part in answer.content.iter_any():
                    data += part
                    if len(data) > RESPONSE_MAX_BYTES:
                        raise OracleCallError("ERR_UPSTREAM_BACKEND", "The backend's answer is too long.")
                return answer.status, bytes(data)
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError, ValueError) as error:
            # Only what kind of failure it was: the cause may quote the request.
            message = f"The oracle's backend does not answer ({type(error).__name__})."
            raise OracleCallError("ERR_UPSTREAM_BACKEND", message) from None
