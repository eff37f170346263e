"""Rings: an oracle calls a person."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from ..schema import Kind, WireRecord, read_fields, read_integer, utf16_length, where
from .event_content import CALL_EVENT_TYPE, CALL_TYPE, DID, INSTANT, SESSION_ID, check_size_and_version, version_kind

RING_EVENT_TYPE: Final = f"{CALL_EVENT_TYPE}.ring"
#: Always there: no ring was sent before it.
RING_EVENT_VERSION: Final = 1
#: Largest content of a ring or an answer, as compact JSON in UTF-16 units.
RING_EVENT_MAX_LENGTH: Final = 4_096
RING_LIFETIME_MIN_MS: Final = 5_000
RING_LIFETIME_MAX_MS: Final = 120_000
#: How far the oracle's clock and a person's may be apart for a ring.
RING_CLOCK_SKEW_MS: Final = 15_000
RING_REASON_MAX_LENGTH: Final = 200

#: No control characters, and none that turn the direction of the text around them; no half of a pair.
_REASON = re.compile(r"[ -~\u00a0-\u2027\u202f-\u2065\u206a-\ud7ff\ue000-\U0010ffff]+")
#: What every implementation calls white space in a name.
_SPACE = re.compile(r"[\t-\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]")
_USER_ID_PART_MAX_LENGTH = 200
#: The first day of the Unix epoch, as Python numbers days.
_EPOCH = date(1970, 1, 1).toordinal()


def _is_reason(value: object) -> bool:
    is_plain = isinstance(value, str) and _REASON.fullmatch(value) is not None
    return is_plain and utf16_length(str(value)) <= RING_REASON_MAX_LENGTH


def _is_user_id(value: object) -> bool:
    """Compared, never looked up, so the grammar only bounds it."""
    if not isinstance(value, str) or not value.startswith("@") or _SPACE.search(value):
        return False
    localpart, _, server = value[1:].partition(":")
    lengths = utf16_length(localpart), utf16_length(server)
    return lengths[0] <= _USER_ID_PART_MAX_LENGTH and 1 <= lengths[1] <= _USER_ID_PART_MAX_LENGTH


def _read_lifetime(value: object) -> int:
    lifetime = read_integer(value)
    if not RING_LIFETIME_MIN_MS <= lifetime <= RING_LIFETIME_MAX_MS:
        raise ValueError
    return lifetime


RING_VERSION = version_kind(RING_EVENT_VERSION)
_REQUIRED: Final[dict[str, Kind[Any]]] = {
    "v": RING_VERSION,
    "oracleDid": DID,
    "userId": where(_is_user_id, "a Matrix user id"),
    "callType": CALL_TYPE,
    "ringStartedAt": INSTANT,
    "lifetimeMs": Kind("a lifetime within the bounds", _read_lifetime),
}
_OPTIONAL: Final[dict[str, Kind[Any]]] = {
    "sessionId": SESSION_ID,
    "reason": where(_is_reason, "up to 200 characters in one line"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RingEvent(WireRecord):
    """What the oracle's account sends into its room with a person."""

    oracle_did: str
    #: Whom it rings. Beside the room it is sent into, so that it rings nobody else.
    user_id: str
    call_type: str
    ring_started_at: str
    #: From `ring_started_at`.
    lifetime_ms: int
    session_id: str | None = None
    #: One line, the oracle's words.
    reason: str | None = None
    v: int = RING_EVENT_VERSION

    @property
    def over_at(self) -> int:
        """When a device whose clock is within the bound has stopped ringing; milliseconds since the Unix epoch."""
        return instant_ms(self.ring_started_at) + self.lifetime_ms + RING_CLOCK_SKEW_MS


def instant_ms(instant: str) -> int:
    """An instant that was checked, as milliseconds since the Unix epoch."""
    whole, _, fraction = instant.removesuffix("Z").partition(".")
    year, month, day, hour, minute, second = (int(part) for part in re.split("[-T:]", whole))
    # The calendar repeats every 400 years of 146,097 days; Python's begins with the year 1.
    days = date(year % 400 + 2_000, month, day).toordinal() + (year // 400 - 5) * 146_097 - _EPOCH
    return ((days * 24 + hour) * 60 + minute) * 60_000 + second * 1_000 + int(fraction.ljust(3, "0")[:3])


def parse_ring_event(content: object) -> RingEvent:
    """Parses the content of an oracle's ring. Unknown fields are refused.

    Raises `ERR_PROTOCOL_MALFORMED` with all issues, `ERR_PROTOCOL_TOO_LARGE`, `ERR_PROTOCOL_UNKNOWN_VERSION`.
    """
    check_size_and_version(content, RING_EVENT_MAX_LENGTH, RING_EVENT_VERSION)
    return RingEvent(**read_fields(content, _REQUIRED, _OPTIONAL, is_closed=True))
