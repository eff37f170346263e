"""Nothing of a track is heard until its frame cryptor is seen, and then until all that may have come before it was played out.

The media library decodes a track from the moment it arrives, and puts the frame cryptor before it some milliseconds later. What
the server sends in between needs no key: it waits in the jitter buffer and would be heard as the participant's.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Final, Literal, Protocol, TypeAlias, TypeVar

from ..clock import Clock
from .voice_gate import LOOK_EVERY_MS, Cryptor

T = TypeVar("T")

#: The cryptor is made when the track arrives; past this, in ms, it is not going to be.
SEALED_MAX_MS: Final = 5_000
#: WebRTC gives the same statistics again for 50 ms; after this, in ms, they are of after the question.
STATISTICS_AGE_MS: Final = 60
#: The longest sound in one packet, in ms (Opus, RFC 7587 section 4.2).
LONGEST_PACKET_MS: Final = 120
#: Packets that WebRTC's jitter buffer keeps at most.
JITTER_PACKETS_MAX: Final = 200

#: RTP packets so far, by stream.
PacketCounts: TypeAlias = Mapping[int, int]


class HeardTrack(Protocol):
    """One participant's sound as it arrives."""

    @property
    def identity(self) -> str: ...
    @property
    def track_sid(self) -> str: ...
    def cryptors(self) -> Sequence[Cryptor]: ...

    async def packets(self) -> PacketCounts:
        """Everything that has come in by now. Raises when the room is not connected any more."""
        ...


def packets_since(before: PacketCounts, now: PacketCounts) -> int:
    """Packets that came since, of whatever stream: a stream that begins anew counts from its beginning."""
    since = 0
    for stream, packets in now.items():
        known = before.get(stream, 0)
        since += packets - known if packets >= known else packets
    return since


class EarGate:
    def __init__(self, track: HeardTrack, clock: Clock) -> None:
        self._track = track
        self._clock = clock
        self._state: Literal["open", "shut", "closed"] = "shut"

    async def through(self, frames: AsyncIterator[T]) -> AsyncIterator[T]:
        """The stream without what comes while the gate is shut."""
        async for frame in frames:
            if self._state == "open":
                yield frame

    def close(self) -> None:
        """Nothing is heard any more."""
        self._state = "closed"

    async def open(self, before: PacketCounts) -> bool:
        """`before` is what had come in when the track was asked for. False when the cryptor is not seen in time: then nothing is
        ever heard. Raises when the room is not connected any more.
        """
        give_up_at = self._clock.now() + SEALED_MAX_MS
        while not self._is_sealed():
            # Whoever is not heard any more need not be seen to be sealed.
            if self._state == "closed":
                return True
            if self._clock.now() >= give_up_at:
                return False
            await self._clock.sleep(LOOK_EVERY_MS)
        await self._clock.sleep(STATISTICS_AGE_MS)
        early = packets_since(before, await self._track.packets())
        await self._clock.sleep(min(early, JITTER_PACKETS_MAX) * LONGEST_PACKET_MS)
        if self._state == "shut":
            self._state = "open"
        return True

    def _is_sealed(self) -> bool:
        identity, track_sid = self._track.identity, self._track.track_sid
        return any(
            one.participant_identity == identity and one.track_sid == track_sid and one.enabled
            for one in self._track.cryptors()
        )
