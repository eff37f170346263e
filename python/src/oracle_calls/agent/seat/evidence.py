"""What can be known here about the encryption of every track that is sent or received at this moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from livekit import rtc

from .room_facts import frame_cryptors_of, sound_statistics_of


@dataclass(frozen=True, slots=True)
class TrackEvidence:
    track_sid: str
    direction: Literal["sent", "received"]
    kind: Literal["audio", "video"]
    #: The publication is marked encrypted (GCM). The SFU's word.
    is_marked_encrypted: bool
    #: This process has a frame cryptor for the track, switched on, and of what is sent with the call's key index while there is one.
    has_cryptor: bool
    #: A media key of the track's sender was set here, once in the call.
    is_key_set: bool
    #: Encryption of the whole room is switched on.
    is_room_encrypted: bool
    #: RTP packets so far, as WebRTC counts them.
    packets: int
    #: Of a received track: samples that left the jitter buffer so far. What the frame cryptor did not open never gets into it.
    opened_samples: int
    #: Between two handshakes: the key is retired, nothing that was captured leaves under it, and nothing that comes opens.
    is_resting: bool = False


@dataclass(frozen=True, slots=True)
class KeyState:
    """What is known of the keys in a room."""

    #: Identities whose media key is set, in whatever slot.
    keyed: frozenset[str]
    #: Those whose key was ever set: where one is retired, a key that nobody has takes its place, so that it stays sealed.
    was_keyed: frozenset[str]
    #: The slot that the own voice is sealed with, if any.
    sending_slot: int | None


async def sample_tracks(
    room: rtc.Room, key_state: Callable[[], KeyState], opened_of: Callable[[str, int], int]
) -> list[TrackEvidence]:
    """`opened_of` says how many of the samples heard in the room can only be of frames that a track's cryptor opened.

    Raises when the room is not connected any more.
    """
    # Packets are counted first: with claims from before it, what a key let out meanwhile would look as if it had not been sealed.
    statistics = await sound_statistics_of(room)
    keys = key_state()
    cryptors = [one for one in frame_cryptors_of(room) if one.enabled]

    def evidence() -> Iterator[TrackEvidence]:
        for identity, publication, direction in _tracks_of(room):
            is_resting = identity in keys.was_keyed and identity not in keys.keyed
            # A received frame names its slot itself; what the cryptor says is only where it began.
            has_cryptor = any(
                one.participant_identity == identity
                and one.track_sid == publication.sid
                and (direction == "received" or is_resting or one.key_index == keys.sending_slot)
                for one in cryptors
            )
            is_sent = direction == "sent"
            yield TrackEvidence(
                publication.sid,
                direction,
                "audio" if publication.kind == rtc.TrackKind.KIND_AUDIO else "video",
                publication.encryption_type == rtc.EncryptionType.GCM,
                has_cryptor,
                identity in keys.was_keyed,
                room.e2ee_manager.enabled,
                statistics.packets_sent if is_sent else statistics.packets_received,
                0 if is_sent else opened_of(publication.sid, statistics.heard_samples),
                is_resting,
            )

    return list(evidence())


def _tracks_of(room: rtc.Room) -> Iterator[tuple[str, Any, Literal["sent", "received"]]]:
    own = room.local_participant
    for sent in own.track_publications.values():
        yield own.identity, sent, "sent"
    for participant in room.remote_participants.values():
        for received in participant.track_publications.values():
            if received.track is not None:
                yield participant.identity, received, "received"
