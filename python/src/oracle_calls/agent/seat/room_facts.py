"""What the media library knows of a room beside its events: frame cryptors and statistics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from livekit import rtc

from oracle_calls.protocol import OracleCallError

from .ear_gate import PacketCounts
from .voice_gate import Cryptor
from .watchdog import InboundFlow


def frame_cryptors_of(room: rtc.Room) -> Sequence[Cryptor]:
    """Those that there are at this moment, of both directions. Raises `ERR_INTERNAL` when the room is not connected."""
    check_connected(room)
    return room.e2ee_manager.frame_cryptors()


def check_connected(room: rtc.Room) -> None:
    """The media library ends the process when it is asked about the encryption of a room that is not there."""
    if not room.isconnected():
        raise OracleCallError("ERR_INTERNAL", "The room is not connected.")


async def _inbound_sound(room: rtc.Room) -> list[Any]:
    """Newer servers use one connection for both directions, and everything then stands in the first list."""
    check_connected(room)
    statistics = await room.get_rtc_stats()
    every = [*statistics.publisher_stats, *statistics.subscriber_stats]
    inbound = [one.inbound_rtp for one in every if one.WhichOneof("stats") == "inbound_rtp"]
    return [one for one in inbound if one.stream.kind == "audio"]


async def inbound_packets_of(room: rtc.Room) -> PacketCounts:
    """RTP packets of sound that came in so far, by stream. Raises when the room is not connected any more."""
    return {one.stream.ssrc: one.received.packets_received for one in await _inbound_sound(room)}


async def inbound_flow_of(room: rtc.Room) -> InboundFlow:
    """What came in as sound so far, of everybody. Raises when the room is not connected any more."""
    sound = await _inbound_sound(room)
    packets = sum(one.received.packets_received for one in sound)
    return InboundFlow(packets, sum(one.inbound.jitter_buffer_emitted_count for one in sound))
