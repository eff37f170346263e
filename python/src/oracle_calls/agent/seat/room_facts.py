"""What the media library knows of a room beside its events: frame cryptors and statistics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class SoundStatistics:
    """RTP packets and samples of sound so far, of all tracks of a direction.

    The statistics name tracks by WebRTC's own ids, which the library does not tell. Each end sends one track and receives one, or
    after a reconnect of the other one after another.
    """

    packets_sent: int
    packets_received: int
    heard_samples: int


async def _statistics_of(room: rtc.Room) -> list[Any]:
    """Newer servers use one connection for both directions, and everything then stands in the first list."""
    check_connected(room)
    statistics = await room.get_rtc_stats()
    return [*statistics.publisher_stats, *statistics.subscriber_stats]


def _inbound_sound(statistics: list[Any]) -> list[Any]:
    inbound = [one.inbound_rtp for one in statistics if one.WhichOneof("stats") == "inbound_rtp"]
    return [one for one in inbound if one.stream.kind == "audio"]


async def inbound_packets_of(room: rtc.Room) -> PacketCounts:
    """RTP packets of sound that came in so far, by stream. Raises when the room is not connected any more."""
    sound = _inbound_sound(await _statistics_of(room))
    return {one.stream.ssrc: one.received.packets_received for one in sound}


async def inbound_flow_of(room: rtc.Room) -> InboundFlow:
    """What came in as sound so far, of everybody. Raises when the room is not connected any more."""
    statistics = await sound_statistics_of(room)
    return InboundFlow(statistics.packets_received, statistics.heard_samples)


async def sound_statistics_of(room: rtc.Room) -> SoundStatistics:
    """Raises when the room is not connected any more."""
    statistics = await _statistics_of(room)
    inbound = _inbound_sound(statistics)
    outbound = [one.outbound_rtp for one in statistics if one.WhichOneof("stats") == "outbound_rtp"]
    return SoundStatistics(
        sum(one.sent.packets_sent for one in outbound if one.stream.kind == "audio"),
        sum(one.received.packets_received for one in inbound),
        sum(one.inbound.jitter_buffer_emitted_count for one in inbound),
    )
