"""Who we are in the room.

The media library looks its sending key up under the identity that the server calls it by, and a client that was renamed in
mid-call has been seen to send in the clear.
"""

from __future__ import annotations

from typing import TypeGuard

from google.protobuf.message import Message
from livekit.protocol.models import ParticipantInfo
from livekit.protocol.rtc import SignalResponse

from oracle_calls.protocol import OracleCallError

from .messages import messages_in


class OwnName:
    def __init__(self, identity: str) -> None:
        self._identity = identity
        #: The server's ids for us: a new one with each join, and whatever it calls our identity since.
        self._sids: set[str] = set()

    def check(self, response: SignalResponse) -> None:
        """Raises `ERR_MEDIA_IDENTITY` when the message calls us by another name."""
        kind = response.WhichOneof("message")
        if kind in ("join", "room_moved"):
            participant = response.join.participant if kind == "join" else response.room_moved.participant
            self._expect_own(participant.identity)
            self._note(participant)
        for message in messages_in(response):
            if not _is_participant(message):
                continue
            if message.sid in self._sids:
                self._expect_own(message.identity)
            # The library takes news of our identity for news of us, and the id in it for ours: the next could rename us under that.
            if message.identity == self._identity:
                self._note(message)

    def _note(self, participant: ParticipantInfo) -> None:
        if participant.sid:
            self._sids.add(participant.sid)

    def _expect_own(self, told: str) -> None:
        if told != self._identity:
            raise OracleCallError("ERR_MEDIA_IDENTITY")


def _is_participant(message: Message) -> TypeGuard[ParticipantInfo]:
    return message.DESCRIPTOR.full_name == ParticipantInfo.DESCRIPTOR.full_name
