"""What the contents of every event have in common."""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from typing import Final

from ..call_status import CALL_STATUSES, CALL_TYPES, END_REASONS
from ..errors import OracleCallError
from ..json_text import compact_json
from ..names.call_id import is_call_id, is_sfu_room_name
from ..names.did import DID_KIND
from ..schema import Kind, matching, one_of, utf16_length, where

CALL_EVENT_TYPE: Final = "m.ixo.oracles_call"

#: The only version of the fields that is spoken; a content that names none means this one.
CALL_EVENT_VERSION: Final = 1

#: Largest content that is looked at, as compact JSON in UTF-16 units.
CALL_EVENT_MAX_LENGTH: Final = 32_768

#: Largest envelope, in hex digits.
_ENCRYPTION_KEY_MAX_LENGTH = 16_384

_INSTANT = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(\.[0-9]{1,9})?Z")


def _is_instant(value: object) -> bool:
    """RFC 3339 in UTC, of a day that there is. No leap seconds: not every implementation knows them."""
    match = _INSTANT.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return False
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    # `calendar` begins with the year 1; its leap years repeat every 400 years.
    is_date = 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year + 400, month)[1]
    return is_date and hour <= 23 and minute <= 59 and second <= 59


INSTANT = where(_is_instant, "an RFC 3339 instant in UTC")
SESSION_ID = matching(r"[A-Za-z0-9._~:-]{1,128}", "a session id")
CALL_ID = where(is_call_id, "a call id eventId@roomId")
SFU_ROOM_NAME = where(is_sfu_room_name, "an SFU room name")
CALL_TYPE = one_of(*CALL_TYPES)
CALL_STATUS = one_of(*CALL_STATUSES)
END_REASON = one_of(*END_REASONS)
DID = DID_KIND
ENVELOPE_HEX = matching(r"([0-9A-Fa-f]{2})+", "bytes in hex", _ENCRYPTION_KEY_MAX_LENGTH)
#: BCP 47, shape only.
LANGUAGE = matching(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}", "a language tag")
AGENT_VOICE = matching(r"[A-Za-z0-9._-]{1,64}", "a voice name")


def _is_number(value: object, number: int) -> bool:
    """`1.0` is the same number in JSON; `true` and `"1"` are none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value == number


def version_kind(version: int) -> Kind[int]:
    """The version of some content's fields."""

    def read(value: object) -> int:
        if not _is_number(value, version):
            raise ValueError
        return version

    return Kind(str(version), read)


VERSION = version_kind(CALL_EVENT_VERSION)


def check_size_and_version(
    content: object, max_length: int = CALL_EVENT_MAX_LENGTH, version: int = CALL_EVENT_VERSION
) -> None:
    """Raises `ERR_PROTOCOL_MALFORMED` for what is no JSON, `ERR_PROTOCOL_TOO_LARGE`, `ERR_PROTOCOL_UNKNOWN_VERSION`."""
    try:
        text = compact_json(content)
    except ValueError:
        raise OracleCallError("ERR_PROTOCOL_MALFORMED", "The content is not JSON.") from None
    if utf16_length(text) > max_length:
        raise OracleCallError("ERR_PROTOCOL_TOO_LARGE", details={"limit": max_length})
    if isinstance(content, Mapping) and "v" in content and not _is_number(content["v"], version):
        raise OracleCallError("ERR_PROTOCOL_UNKNOWN_VERSION")
