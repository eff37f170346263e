"""What the backend answers an agent, as it goes over the wire."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from oracle_calls.protocol import ErrorCode, OracleCallError
from oracle_calls.protocol.errors.error_table import ERROR_TABLE
from oracle_calls.protocol.events.event_content import CALL_ID, CALL_TYPE, SESSION_ID, SFU_ROOM_NAME
from oracle_calls.protocol.names.did import DID_KIND
from oracle_calls.protocol.schema import Kind, matching, read_fields

#: Hex of any length: what is wrong with an envelope is the envelope's to say.
_HEX: Final = matching(r"([0-9a-fA-F]{2})+", "bytes in hex")
_TEXT: Final = matching(r"(?s:.*)", "string")
_IDENTITY: Final = matching(r"[A-Za-z0-9_-]{1,64}", "an SFU identity")
_TICKET: Final = matching(r"[A-Za-z0-9_-]{20,128}", "a ticket")
_TRACEPARENT: Final = matching(r"00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]", "a traceparent")


@dataclass(frozen=True, slots=True)
class SealedKey:
    """The envelope in hex, exactly as the Matrix event carries it, and between whom."""

    encryption_key: str
    user_did: str
    oracle_did: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedCall:
    """A call that a ticket was traded for."""

    call_id: str
    call_type: str
    session_id: str
    #: SFU identity of the user.
    user_identity: str
    agent_voice: str | None = None
    language: str | None = None
    #: What the key request would answer now; `None` when it would refuse.
    key: SealedKey | None = None
    #: W3C Trace Context, with the backend's decision about recording it.
    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class WaitingCall:
    """A call to be claimed."""

    ticket: str
    room_id: str


def read_sealed_key(value: object) -> SealedKey:
    """Raises `ERR_PROTOCOL_MALFORMED`."""
    return SealedKey(**read_fields(value, {"encryptionKey": _HEX, "userDid": DID_KIND, "oracleDid": DID_KIND}))


def _nested(expectation: str, read: Any) -> Kind[Any]:
    def read_or_refuse(value: object) -> Any:
        try:
            return read(value)
        except OracleCallError:
            raise ValueError from None

    return Kind(expectation, read_or_refuse)


def read_claimed_call(value: object) -> ClaimedCall:
    """Raises `ERR_PROTOCOL_MALFORMED`."""
    required = {"callId": CALL_ID, "callType": CALL_TYPE, "sessionId": SESSION_ID, "userIdentity": _IDENTITY}
    optional = {
        "agentVoice": _TEXT,
        "language": _TEXT,
        "key": _nested("a sealed key", read_sealed_key),
        "traceparent": _TRACEPARENT,
    }
    return ClaimedCall(**read_fields(value, required, optional))


def read_waiting_call(value: object) -> WaitingCall | None:
    """The call that a worker waited for, if one came. Raises `ERR_PROTOCOL_MALFORMED`."""

    def read(call: object) -> WaitingCall:
        return WaitingCall(**read_fields(call, {"ticket": _TICKET, "roomId": SFU_ROOM_NAME}))

    fields = read_fields(value, {}, {"call": _nested("a ticket and a room", read)})
    return cast("WaitingCall | None", fields.get("call"))


def try_read_problem(value: object) -> OracleCallError | None:
    """A problem document (RFC 9457) of ours, as the error that it tells."""
    if not isinstance(value, Mapping):
        return None
    code, detail, status, issues = (value.get(name) for name in ("code", "detail", "status", "issues"))
    row = ERROR_TABLE.get(cast("ErrorCode", code)) if isinstance(code, str) else None
    # A code that never crosses HTTP is none of the backend's to say.
    if row is None or row.http_status is None:
        return None
    if not isinstance(value.get("title"), str) or not isinstance(status, (int, float)):
        return None
    details: dict[str, Any] = {"status": status}
    if isinstance(issues, list) and all(isinstance(issue, str) for issue in issues):
        details["issues"] = issues
    message = detail if isinstance(detail, str) else None
    return OracleCallError(cast("ErrorCode", code), message, details=details)


def try_json(data: bytes) -> object:
    try:
        value: object = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return value
