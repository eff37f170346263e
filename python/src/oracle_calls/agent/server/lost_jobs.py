"""Takes the agents of job processes that died out of their rooms."""

from __future__ import annotations

import logging
from typing import Final, Literal, Protocol, TypeAlias

from livekit import api

from ..clock import Clock

log = logging.getLogger("oracle_calls.agent")

#: Tries in all, and the pause between two, in ms. LiveKit itself notices after 20 s.
_REMOVE_TRIES: Final = 4
_REMOVE_PAUSE_MS: Final = 1_000

#: `absent`: there is no such room or participant any more.
Removed: TypeAlias = Literal["removed", "absent", "failed"]


class Removal(Protocol):
    async def remove(self, sfu_room_name: str, identity: str) -> Removed:
        """Never raises."""
        ...


class SeatRemoval:
    """By the SFU's keys, which a worker has in its environment."""

    async def remove(self, sfu_room_name: str, identity: str) -> Removed:
        try:
            async with api.LiveKitAPI() as sfu:
                await sfu.room.remove_participant(api.RoomParticipantIdentity(room=sfu_room_name, identity=identity))
        except api.TwirpError as error:
            return "absent" if error.code == api.TwirpErrorCode.NOT_FOUND else "failed"
        except Exception:  # noqa: BLE001
            return "failed"
        return "removed"


class LostJobs:
    """The kernel closes a dead process's connections, and LiveKit then waits for somebody to come back who never will.

    The backend calls another agent only when it has seen the old one go.
    """

    def __init__(self, removal: Removal, clock: Clock) -> None:
        self._removal, self._clock = removal, clock

    async def died(self, sfu_room_name: str, identity: str) -> None:
        """A process that held this seat is gone, and did not end in order."""
        log.warning("job process died", extra={"sfu_room_name": sfu_room_name})
        for attempt in range(_REMOVE_TRIES):
            if attempt:
                await self._clock.sleep(_REMOVE_PAUSE_MS)
            outcome = await self._removal.remove(sfu_room_name, identity)
            if outcome != "failed":
                facts = {"sfu_room_name": sfu_room_name, "was_there": outcome == "removed"}
                log.info("dead agent taken out of its room", extra=facts)
                return
        log.error(
            "a dead agent could not be taken out of its room",
            extra={"sfu_room_name": sfu_room_name, "code": "ERR_UPSTREAM_SFU"},
        )
