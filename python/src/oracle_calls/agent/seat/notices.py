"""What a seat in an SFU room tells its owner, and what else it offers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from livekit import rtc

from oracle_calls.protocol import OracleCallError, SecretBytes

from ..link.ports import FrameKeys
from .evidence import TrackEvidence

#: Why a publication is not listened to.
RefusalReason: TypeAlias = Literal["stranger", "not-encrypted", "not-audio"]
#: What else somebody can send into a room. Dropped unread, and counted.
DroppedKind: TypeAlias = Literal["other-topic", "stream", "transcription", "dtmf"]


@dataclass(frozen=True, slots=True)
class ParticipantHere:
    """Somebody is in the room: told of everybody, admitted or not."""

    participant_identity: str


@dataclass(frozen=True, slots=True)
class ParticipantGone:
    participant_identity: str
    #: Its client said goodbye, as opposed to falling silent.
    is_deliberate: bool


@dataclass(frozen=True, slots=True)
class VoiceSubscribed:
    """Somebody receives our voice track."""


@dataclass(frozen=True, slots=True)
class UserAudio:
    """An admitted participant's sound, decrypted: nothing in it came before the track's frame cryptor."""

    participant_identity: str
    frames: AsyncIterator[rtc.AudioFrame]


@dataclass(frozen=True, slots=True)
class PublicationRefused:
    """A publication is not listened to. Nobody is a stranger before somebody is admitted."""

    participant_identity: str
    reason: RefusalReason


@dataclass(frozen=True, slots=True)
class FrameReceived:
    """A data packet of the one topic, unopened. Without an identity: the SFU names no participant."""

    participant_identity: str | None
    frame: bytes


@dataclass(frozen=True, slots=True)
class Reconnecting:
    """The connection is interrupted; the voice is silent from now on, whatever the speaker is told."""


@dataclass(frozen=True, slots=True)
class Reconnected:
    """It is back, and the voice was seen to be sealed again."""


@dataclass(frozen=True, slots=True)
class Undecryptable:
    """Sound of this participant comes in and does not open."""

    participant_identity: str
    error: OracleCallError


@dataclass(frozen=True, slots=True)
class SeatBroken:
    """The SFU broke a rule that protects the call. The seat closes."""

    error: OracleCallError


@dataclass(frozen=True, slots=True)
class SeatLost:
    is_deliberate: bool


SeatNotice: TypeAlias = (
    ParticipantHere
    | ParticipantGone
    | VoiceSubscribed
    | UserAudio
    | PublicationRefused
    | FrameReceived
    | Reconnecting
    | Reconnected
    | Undecryptable
    | SeatBroken
    | SeatLost
)

#: Returns at once, does not raise.
Observe: TypeAlias = Callable[[SeatNotice], None]


class Speaker(Protocol):
    """Where the oracle's sound goes: a queue that plays in real time, mono."""

    @property
    def sample_rate(self) -> int: ...

    @property
    def queued_s(self) -> float: ...

    async def play(self, frame: rtc.AudioFrame) -> None:
        """Queues a frame; returns when there is room for the next. Frames are dropped while muted."""
        ...

    async def drained(self) -> None:
        """Returns when everything queued has been played, or was cleared."""
        ...

    def clear(self) -> None:
        """Drops what is queued and not yet played."""
        ...

    def set_muted(self, is_muted: bool) -> None:
        """The owner's wish. Unmuted, frames are still dropped until the seat has seen its own frame cryptor."""
        ...


class Seat(Protocol):
    """The agent's place in the SFU room, whatever protocol the call speaks."""

    @property
    def identity(self) -> str:
        """Own SFU identity, as the join token says it."""
        ...

    @property
    def speaker(self) -> Speaker: ...

    @property
    def dropped(self) -> Mapping[DroppedKind, int]:
        """What was dropped so far, by kind."""
        ...

    @property
    def frame_keys(self) -> FrameKeys:
        """After `join`. Of a call of the older protocol there are none."""
        ...

    async def join(self, observe: Observe) -> None:
        """Enters the room; what happens there is told from then on, who is already there included.

        Raises `ERR_MEDIA_CONNECT`, `ERR_MEDIA_SIGNALLING`, `ERR_MEDIA_IDENTITY`.
        """
        ...

    async def send_frame(self, frame: bytes, participant_identity: str) -> None:
        """A reliable data packet of the one topic to this participant alone."""
        ...

    def admit(self, participant_identity: str) -> None:
        """From now on this participant's encrypted sound is heard. Who was admitted before stays so."""
        ...

    async def share_key(self, participant_identity: str, call_key: SecretBytes) -> None:
        """Of a call of the older protocol: one key for both directions, and this participant is admitted."""
        ...

    async def sample_evidence(self) -> Sequence[TrackEvidence]:
        """What can be known now about the encryption of the tracks. Raises when the room is not connected any more."""
        ...

    async def close(self) -> None:
        """Leaves the room. Idempotent."""
        ...
