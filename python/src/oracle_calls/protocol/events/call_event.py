"""The call event as the user's side sends and edits it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..schema import Kind, WireRecord, read_fields
from .event_content import (
    AGENT_VOICE,
    CALL_ID,
    CALL_STATUS,
    CALL_TYPE,
    DID,
    END_REASON,
    ENVELOPE_HEX,
    INSTANT,
    LANGUAGE,
    SESSION_ID,
    SFU_ROOM_NAME,
    VERSION,
    check_size_and_version,
)

_REQUIRED: Final[dict[str, Kind[Any]]] = {
    "callType": CALL_TYPE,
    "callStatus": CALL_STATUS,
    "callStartedAt": INSTANT,
    "encryptionKey": ENVELOPE_HEX,
    "sessionId": SESSION_ID,
    "roomId": SFU_ROOM_NAME,
    "userDid": DID,
    "oracleDid": DID,
}
_OPTIONAL: Final[dict[str, Kind[Any]]] = {
    "v": VERSION,
    "callId": CALL_ID,
    "callEndedAt": INSTANT,
    "endReason": END_REASON,
    "agentVoice": AGENT_VOICE,
    "language": LANGUAGE,
}

#: As the architecture's diagram spells three fields: read where the names of its table are absent, never written.
_OTHER_SPELLINGS = {"type": "callType", "status": "callStatus", "encryptedKey": "encryptionKey"}

#: The fields that no edit may change.
IMMUTABLE_CALL_FIELDS: Final = (
    "call_type",
    "call_started_at",
    "encryption_key",
    "session_id",
    "room_id",
    "user_did",
    "oracle_did",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEvent(WireRecord):
    """The content of a call event. What it says beside the envelope is believed by nobody."""

    call_type: str
    call_status: str
    #: RFC 3339 in UTC.
    call_started_at: str
    #: The envelope in hex.
    encryption_key: str
    session_id: str
    #: The SFU room's name.
    room_id: str
    user_did: str
    oracle_did: str
    v: int | None = None
    #: Unknown when the event is first sent; the sender's first edit adds it.
    call_id: str | None = None
    call_ended_at: str | None = None
    end_reason: str | None = None
    agent_voice: str | None = None
    language: str | None = None


def _respell(content: object) -> object:
    if not isinstance(content, Mapping):
        return content
    other = {name: content[spelled] for spelled, name in _OTHER_SPELLINGS.items() if spelled in content}
    return {**other, **content}


def parse_call_event(content: object) -> CallEvent:
    """Parses the content of a caller's event, first form or edited one.

    Raises `ERR_PROTOCOL_MALFORMED` with all issues, `ERR_PROTOCOL_TOO_LARGE`, `ERR_PROTOCOL_UNKNOWN_VERSION`.
    """
    check_size_and_version(content)
    return CallEvent(**read_fields(_respell(content), _REQUIRED, _OPTIONAL))


def find_forbidden_edit(original: CallEvent, edited: CallEvent) -> str | None:
    """The first field that an edit changes although it may not, or `None` when the edit is lawful."""
    changed = (name for name in IMMUTABLE_CALL_FIELDS if getattr(original, name) != getattr(edited, name))
    return next(changed, None)
