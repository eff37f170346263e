"""Who is listened to. Nothing of anybody is subscribed before."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, Final

from livekit import rtc

from oracle_calls.protocol import OracleCallError

from ..clock import Clock
from ..turns import Background
from .ear_gate import STATISTICS_AGE_MS, EarGate, PacketCounts
from .notices import Observe, PublicationRefused, RefusalReason, UserAudio
from .room_facts import frame_cryptors_of, inbound_flow_of, inbound_packets_of
from .voice_gate import Cryptor

#: Hertz of what is heard, mono: what recognisers and models of speech take.
EAR_SAMPLE_RATE: Final = 24_000


class _RoomTrack:
    def __init__(self, room: rtc.Room, identity: str, track_sid: str) -> None:
        self._room = room
        self.identity = identity
        self.track_sid = track_sid

    def cryptors(self) -> Sequence[Cryptor]:
        return frame_cryptors_of(self._room)

    async def packets(self) -> PacketCounts:
        return await inbound_packets_of(self._room)


class Admission:
    def __init__(
        self,
        room: rtc.Room,
        *,
        observe: Observe,
        clock: Clock,
        background: Background,
        open_stream: Callable[[Any], AsyncIterator[rtc.AudioFrame]] | None = None,
    ) -> None:
        """`open_stream` makes another stream of a track, for tests."""
        self._room = room
        self._observe = observe
        self._clock = clock
        self._background = background
        self._open_stream = open_stream or frames_of
        self._admitted: set[str] = set()
        #: Of everybody who was ever heard.
        self._ears: list[EarGate] = []
        #: What had come in when a track was asked for, by the track's id.
        self._before: dict[str, PacketCounts] = {}
        #: Samples that had been heard in the room when nothing of before the cryptor could be left of a track, by the track's id.
        self._sealed_from: dict[str, int] = {}
        room.on("track_published", self._consider)
        room.on("track_subscribed", self._subscribed)

    def is_admitted(self, participant_identity: str) -> bool:
        return participant_identity in self._admitted

    def admit(self, participant_identity: str) -> None:
        """Raises `ERR_INTERNAL` when the seat is not in the room."""
        if not self._room.isconnected():
            raise OracleCallError("ERR_INTERNAL", "The agent is not in the room.")
        is_first = not self._admitted
        self._admitted.add(participant_identity)
        for participant in list(self._room.remote_participants.values()):
            # Whoever published before anybody was admitted is told as a stranger now.
            if is_first or participant.identity == participant_identity:
                for publication in list(participant.track_publications.values()):
                    self._consider(publication, participant)

    def opened_of(self, track_sid: str, heard_samples: int) -> int:
        """How many of the samples heard in the room can only be of frames that this track's cryptor opened."""
        sealed_from = self._sealed_from.get(track_sid)
        return 0 if sealed_from is None else max(0, heard_samples - sealed_from)

    def close(self) -> None:
        """Nobody is heard any more."""
        self._admitted.clear()
        for gate in self._ears:
            gate.close()

    def _consider(self, publication: rtc.RemoteTrackPublication, participant: rtc.RemoteParticipant) -> None:
        # Nobody is a stranger as long as nobody was admitted.
        if not self._admitted:
            return
        reason = self._refusal(publication, participant.identity)
        if reason is None:
            self._background.start(self._subscribe(publication))
        else:
            self._observe(PublicationRefused(participant.identity, reason))

    async def _subscribe(self, publication: rtc.RemoteTrackPublication) -> None:
        self._before[publication.sid] = await inbound_packets_of(self._room)
        publication.set_subscribed(True)

    def _subscribed(
        self, track: rtc.Track, publication: rtc.RemoteTrackPublication, participant: rtc.RemoteParticipant
    ) -> None:
        if self._refusal(publication, participant.identity) is not None:
            return
        gate = EarGate(_RoomTrack(self._room, participant.identity, publication.sid), self._clock)
        self._ears.append(gate)
        # When it fails, the room is gone, and its sound with it.
        self._background.start(self._open(gate, publication, participant.identity))
        self._observe(UserAudio(participant.identity, gate.through(self._open_stream(track))))

    async def _open(self, gate: EarGate, publication: rtc.RemoteTrackPublication, identity: str) -> None:
        if not await gate.open(self._before.get(publication.sid, {})):
            self._observe(PublicationRefused(identity, "not-encrypted"))
            return
        await self._clock.sleep(STATISTICS_AGE_MS)
        self._sealed_from[publication.sid] = (await inbound_flow_of(self._room)).heard_samples

    def _refusal(self, publication: rtc.RemoteTrackPublication, identity: str) -> RefusalReason | None:
        if identity not in self._admitted:
            return "stranger"
        if publication.kind != rtc.TrackKind.KIND_AUDIO:
            return "not-audio"
        return None if publication.encryption_type == rtc.EncryptionType.GCM else "not-encrypted"


async def frames_of(track: rtc.Track) -> AsyncIterator[rtc.AudioFrame]:
    """What is heard of a track, until it ends."""
    stream = rtc.AudioStream(track, sample_rate=EAR_SAMPLE_RATE, num_channels=1)
    try:
        async for event in stream:
            yield event.frame
    finally:
        await stream.aclose()
