"""The agent's place in an SFU room: nothing is said or heard there that is not sealed."""

from .livekit_seat import LiveKitSeat
from .notices import (
    FrameReceived,
    ParticipantGone,
    ParticipantHere,
    PublicationRefused,
    Reconnected,
    Reconnecting,
    Seat,
    SeatBroken,
    SeatLost,
    SeatNotice,
    Speaker,
    Undecryptable,
    UserAudio,
    VoiceSubscribed,
)

__all__ = [
    "FrameReceived",
    "LiveKitSeat",
    "ParticipantGone",
    "ParticipantHere",
    "PublicationRefused",
    "Reconnected",
    "Reconnecting",
    "Seat",
    "SeatBroken",
    "SeatLost",
    "SeatNotice",
    "Speaker",
    "Undecryptable",
    "UserAudio",
    "VoiceSubscribed",
]
