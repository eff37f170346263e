"""Calls that the backend handed to this worker, before the SFU dispatched them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from livekit.protocol import agent, models

from ..backend import WaitingCall
from ..clock import Clock

#: The SFU answers within a round trip, in ms. Past this the backend has it dispatch the call to whomever it finds.
_ASSIGNMENT_MAX_MS: Final = 2_000


@dataclass(frozen=True, slots=True)
class _Handed:
    ticket: str
    is_asked: asyncio.Future[bool]


class HandedCalls:
    """Asks the SFU for a job in such a call's room, by the request that is there for trying agents out in a given room.

    It makes the same job as a dispatch, with the same join token, without the dispatcher's wait. The ticket stays in this process and
    its jobs'; the SFU never sees it.
    """

    def __init__(self, send: Callable[[agent.WorkerMessage], Awaitable[None]], clock: Clock) -> None:
        """`send` brings a message to the SFU."""
        self._send = send
        self._clock = clock
        self._calls: dict[str, _Handed] = {}

    async def request(self, call: WaitingCall) -> bool:
        """Whether the SFU has asked us to take the job."""
        is_asked: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._calls[call.room_id] = _Handed(call.ticket, is_asked)

        def overdue() -> None:
            if not is_asked.done():
                is_asked.set_result(False)

        timer = self._clock.after(_ASSIGNMENT_MAX_MS, overdue)
        try:
            room = models.Room(name=call.room_id)
            wanted = agent.SimulateJobRequest(type=agent.JobType.JT_ROOM, room=room)
            await self._send(agent.WorkerMessage(simulate_job=wanted))
            return await is_asked
        finally:
            timer.cancel()
            self._calls.pop(call.room_id, None)

    def ticket_of(self, sfu_room_name: str) -> str | None:
        """The ticket of a room that was asked for, once."""
        call = self._calls.pop(sfu_room_name, None)
        if call is None:
            return None
        if not call.is_asked.done():
            call.is_asked.set_result(True)
        return call.ticket
