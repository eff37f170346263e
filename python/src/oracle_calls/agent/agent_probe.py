"""How whoever runs an oracle sees that an agent would answer (`oracle-calls doctor`).

LiveKit tells nobody which workers are registered, and a job that a worker refuses leaves no trace. So the operator makes an empty
room and dispatches this job into it; the worker refuses the job, and leaves a mark on the room.
"""

from __future__ import annotations

from typing import Final

from livekit import api

#: Dispatch metadata that stands where a call's ticket would: tickets are 256 random bits and never look like it.
AGENT_PROBE: Final = "oracle-calls-probe"
#: Metadata of the room once a worker has seen the probe.
_AGENT_PRESENT: Final = "oracle-calls-agent-present"
#: Rooms of probes begin with this, which no room of a call does: the mark is written on no other.
_PROBE_ROOM_PREFIX: Final = "oracle-calls-probe."


async def answer_probe(room: str) -> bool:
    """Marks the room of a probe, by the SFU's keys in the worker's environment; says whether it did. Never raises."""
    if not room.startswith(_PROBE_ROOM_PREFIX):
        return False
    try:
        async with api.LiveKitAPI() as sfu:
            await sfu.room.update_room_metadata(api.UpdateRoomMetadataRequest(room=room, metadata=_AGENT_PRESENT))
    except Exception:  # noqa: BLE001
        return False
    return True
