"""The events of a call: the call event and its answer, rings and theirs, transcripts."""

from .call_answer import CallAnswer, is_call_answer, parse_call_answer
from .call_event import CallEvent, find_forbidden_edit, parse_call_event
from .event_content import CALL_EVENT_MAX_LENGTH, CALL_EVENT_TYPE, CALL_EVENT_VERSION
from .ring_answer import (
    ORACLES_RING_ANSWERS,
    PERSONS_RING_ANSWERS,
    RING_ANSWER_EVENT_TYPE,
    RingAnswer,
    parse_ring_answer,
)
from .ring_event import RING_CLOCK_SKEW_MS, RING_EVENT_TYPE, RingEvent, parse_ring_event
from .transcript_event import (
    TRANSCRIPT_EVENT_TYPE,
    TranscriptBody,
    TranscriptEvent,
    TranscriptLine,
    derive_transcript_key,
    open_transcript_part,
    parse_transcript_event,
    seal_transcript_part,
)

__all__ = [
    "CALL_EVENT_MAX_LENGTH",
    "CALL_EVENT_TYPE",
    "CALL_EVENT_VERSION",
    "ORACLES_RING_ANSWERS",
    "PERSONS_RING_ANSWERS",
    "RING_ANSWER_EVENT_TYPE",
    "RING_CLOCK_SKEW_MS",
    "RING_EVENT_TYPE",
    "TRANSCRIPT_EVENT_TYPE",
    "CallAnswer",
    "CallEvent",
    "RingAnswer",
    "RingEvent",
    "TranscriptBody",
    "TranscriptEvent",
    "TranscriptLine",
    "derive_transcript_key",
    "find_forbidden_edit",
    "is_call_answer",
    "open_transcript_part",
    "parse_call_answer",
    "parse_call_event",
    "parse_ring_answer",
    "parse_ring_event",
    "parse_transcript_event",
    "seal_transcript_part",
]
