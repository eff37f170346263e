"""Waits at the backend for calls, one after the other."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

from oracle_calls.protocol import OracleCallError

from ..backend import WaitingCall
from ..clock import Clock

log = logging.getLogger("oracle_calls.agent")

#: Between two looks whether a full worker has room again, in ms.
_FULL_PAUSE_MS: Final = 500
#: Pause after a failure, in ms; it doubles while the backend does not answer.
_RETRY_FIRST_MS: Final = 500
_RETRY_MAX_MS: Final = 15_000


class StandbyPort(Protocol):
    async def standby(self, load: float) -> WaitingCall | None: ...


class Standby:
    """Runs until it is cancelled, and raises nothing else: without it the SFU dispatches."""

    def __init__(
        self,
        backend: StandbyPort,
        *,
        load: Callable[[], float],
        take: Callable[[WaitingCall], Awaitable[bool]],
        clock: Clock,
    ) -> None:
        """`load` is the share of its calls that the worker holds, from 0 to 1; at 1 it waits for none. `take` takes a call on."""
        self._backend, self._load, self._take, self._clock = backend, load, take, clock

    async def run(self) -> None:
        pause_ms = _RETRY_FIRST_MS
        while True:
            try:
                await self._next()
                pause_ms = _RETRY_FIRST_MS
            except asyncio.CancelledError:
                raise
            except Exception as error:  # noqa: BLE001
                # Once per outage.
                if pause_ms == _RETRY_FIRST_MS:
                    code = error.code if isinstance(error, OracleCallError) else "ERR_INTERNAL"
                    log.warning("cannot wait at the backend; the SFU dispatches", extra={"code": code})
                await self._clock.sleep(pause_ms)
                pause_ms = min(_RETRY_MAX_MS, pause_ms * 2)

    async def _next(self) -> None:
        share = self._load()
        if share >= 1:
            await self._clock.sleep(_FULL_PAUSE_MS)
            return
        call = await self._backend.standby(share)
        if call is not None and not await self._take(call):
            log.warning("the SFU gave no job for a call", extra={"sfu_room_name": call.room_id})
