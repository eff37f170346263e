"""What came of a ring, by either side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..names.call_id import is_matrix_event_id
from ..schema import Kind, WireRecord, one_of, read_fields, where
from .event_content import CALL_ID, INSTANT, check_size_and_version
from .ring_event import RING_EVENT_MAX_LENGTH, RING_EVENT_TYPE, RING_EVENT_VERSION, RING_VERSION

RING_ANSWER_EVENT_TYPE: Final = f"{RING_EVENT_TYPE}.answer"
#: Only the person says so.
PERSONS_RING_ANSWERS: Final = ("declined",)
#: Only the oracle's side says so.
ORACLES_RING_ANSWERS: Final = ("accepted", "lapsed", "cancelled")


@dataclass(frozen=True, slots=True, kw_only=True)
class RingAnswer(WireRecord):
    """It counts only if relation and ciphertext name the same ring, in the same room."""

    ring_event_id: str
    ring_status: str
    answered_at: str
    #: With `accepted`, and only there: the call.
    call_id: str | None = None

    def to_event(self) -> dict[str, Any]:
        """The content to send, related to the ring."""
        relation = {"rel_type": "m.reference", "event_id": self.ring_event_id}
        return {"v": RING_EVENT_VERSION, **self.to_content(), "m.relates_to": relation}


_REQUIRED: Final[dict[str, Kind[Any]]] = {
    "v": RING_VERSION,
    "ringEventId": where(is_matrix_event_id, "a Matrix event id"),
    "ringStatus": one_of(*PERSONS_RING_ANSWERS, *ORACLES_RING_ANSWERS),
    "answeredAt": INSTANT,
}
#: Left inside by some clients, and believed by nobody.
_OPTIONAL: Final[dict[str, Kind[Any]]] = {"m.relates_to": Kind("anything", lambda value: value)}


def parse_ring_answer(content: object) -> RingAnswer:
    """Parses the content of an answer to a ring. Unknown fields are refused. Raises as `parse_ring_event`."""
    check_size_and_version(content, RING_EVENT_MAX_LENGTH, RING_EVENT_VERSION)
    is_accepted = isinstance(content, Mapping) and content.get("ringStatus") == "accepted"
    required = {**_REQUIRED, "callId": CALL_ID} if is_accepted else _REQUIRED
    fields = read_fields(content, required, _OPTIONAL, is_closed=True)
    return RingAnswer(**{name: fields[name] for name in fields if name not in ("v", "m.relates_to")})
