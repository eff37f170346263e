"""What the oracle's side says of a call, in a related event of the same type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..schema import Kind, WireRecord, one_of, read_fields
from .event_content import CALL_ID, END_REASON, INSTANT, VERSION, check_size_and_version


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAnswer(WireRecord):
    """An answer counts only if the event that it relates to is the one that its `call_id` names."""

    call_id: str
    call_status: str
    v: int | None = None
    call_started_at: str | None = None
    call_ended_at: str | None = None
    end_reason: str | None = None


_REQUIRED: Final[dict[str, Kind[Any]]] = {"callId": CALL_ID, "callStatus": one_of("active", "ended")}
_OPTIONAL: Final[dict[str, Kind[Any]]] = {
    "v": VERSION,
    "callStartedAt": INSTANT,
    "callEndedAt": INSTANT,
    "endReason": END_REASON,
}


def parse_call_answer(content: object) -> CallAnswer:
    """Parses the content of the oracle's related event; raises as `parse_call_event`."""
    check_size_and_version(content)
    return CallAnswer(**read_fields(content, _REQUIRED, _OPTIONAL))


def is_call_answer(content: object) -> bool:
    """Whether content looks like an answer rather than a call: only a call carries a sealed key."""
    return isinstance(content, Mapping) and not ("encryptionKey" in content or "encryptedKey" in content)
