"""`eventId@roomId`: the name of one call."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

from ..errors import OracleCallError

# Only characters that RFC 3986, section 3.3 allows unescaped in a path segment; neither half can hold the `@` between them.
_SFU_ROOM_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_MATRIX_EVENT_ID = re.compile(r"\$[A-Za-z0-9_-]{1,128}")

#: Random bytes in a new SFU room name: 128 bits, so that names neither collide nor can be guessed.
_SFU_ROOM_NAME_RANDOM_BYTES = 16


def is_sfu_room_name(value: object) -> bool:
    return isinstance(value, str) and _SFU_ROOM_NAME.fullmatch(value) is not None


def is_matrix_event_id(value: object) -> bool:
    """An event id of room version 4 or later (Matrix spec, "Room version 4: event IDs")."""
    return isinstance(value, str) and _MATRIX_EVENT_ID.fullmatch(value) is not None


@dataclass(frozen=True, slots=True)
class CallId:
    """A call id in its two halves. It is looked up, never trusted: the room name is a claim until then."""

    event_id: str
    sfu_room_name: str

    def __post_init__(self) -> None:
        if not is_matrix_event_id(self.event_id) or not is_sfu_room_name(self.sfu_room_name):
            raise OracleCallError("ERR_PROTOCOL_CALL_ID")

    def __str__(self) -> str:
        return f"{self.event_id}@{self.sfu_room_name}"


def parse_call_id(value: object) -> CallId:
    """Checks text from outside against the grammar. Raises `ERR_PROTOCOL_CALL_ID`."""
    if not isinstance(value, str):
        raise OracleCallError("ERR_PROTOCOL_CALL_ID")
    event_id, _, sfu_room_name = value.partition("@")
    return CallId(event_id, sfu_room_name)


def is_call_id(value: object) -> bool:
    try:
        parse_call_id(value)
    except OracleCallError:
        return False
    return True


def create_sfu_room_name() -> str:
    """A fresh random SFU room name; it says nothing about who calls whom."""
    return f"lk-{secrets.token_hex(_SFU_ROOM_NAME_RANDOM_BYTES)}"
