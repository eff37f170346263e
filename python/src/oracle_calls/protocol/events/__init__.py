"""`m.ixo.oracles_call`: the user's call event and the oracle's answer."""

from .call_answer import CallAnswer, is_call_answer, parse_call_answer
from .call_event import CallEvent, find_forbidden_edit, parse_call_event
from .event_content import CALL_EVENT_MAX_LENGTH, CALL_EVENT_TYPE, CALL_EVENT_VERSION

__all__ = [
    "CALL_EVENT_MAX_LENGTH",
    "CALL_EVENT_TYPE",
    "CALL_EVENT_VERSION",
    "CallAnswer",
    "CallEvent",
    "find_forbidden_edit",
    "is_call_answer",
    "parse_call_answer",
    "parse_call_event",
]
