"""Everything that may travel as data in a call: closed, whatever else arrives is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Final, Literal, TypeAlias

from ..entropy import SYSTEM_ENTROPY, Entropy
from ..errors import OracleCallError
from ..json_text import compact_json, parse_json
from ..schema import FLAG, INTEGER, Kind, WireRecord, list_of, one_of, read_fields, record_of
from .frame_layout import PAYLOAD_MAX_BYTES, DataKind
from .question import (
    ANSWERS,
    QUESTIONS,
    Answer,
    Question,
)
from .texts import PAYLOAD_ID, text_of

#: Longest caption and chat message, in UTF-16 units.
CAPTION_MAX_LENGTH: Final = 2_000
CHAT_MAX_LENGTH: Final = 4_000
#: Most timed words of a caption, and the longest of them.
CAPTION_WORDS_MAX: Final = 300
_WORD_MAX_LENGTH: Final = 100

_PAYLOAD_ID_BYTES = 16

Speaker: TypeAlias = Literal["user", "oracle"]
OracleStateName: TypeAlias = Literal["listening", "thinking", "speaking"]
MemoryWish: TypeAlias = Literal["keep-nothing", "forget"]
SimpleAction: TypeAlias = Literal["interrupt", "epoch-switched", "rekey", "hang-up"]


@dataclass(frozen=True, slots=True)
class Control(WireRecord):
    """`interrupt`, `epoch-switched`, `rekey`, `hang-up`: what is said by being said."""

    kind: ClassVar[DataKind] = "control"
    id: str
    action: SimpleAction


@dataclass(frozen=True, slots=True)
class OracleState(WireRecord):
    """Oracle: what it does."""

    kind: ClassVar[DataKind] = "control"
    action: ClassVar[str] = "oracle-state"
    id: str
    state: OracleStateName


@dataclass(frozen=True, slots=True)
class Muted(WireRecord):
    """Either: its microphone was muted or opened."""

    kind: ClassVar[DataKind] = "control"
    action: ClassVar[str] = "muted"
    id: str
    is_muted: bool


@dataclass(frozen=True, slots=True)
class Received(WireRecord):
    """Either: a payload has arrived; it need not be sent again."""

    kind: ClassVar[DataKind] = "control"
    action: ClassVar[str] = "received"
    id: str
    received: str


@dataclass(frozen=True, slots=True)
class QuestionOver(WireRecord):
    """Oracle: this question waits for no answer any more."""

    kind: ClassVar[DataKind] = "control"
    action: ClassVar[str] = "question-over"
    id: str
    question: str


@dataclass(frozen=True, slots=True)
class MemoryWished(WireRecord):
    """User: nothing of this call is to be remembered; or nothing of the whole session any more, this call included."""

    kind: ClassVar[DataKind] = "control"
    action: ClassVar[str] = "memory"
    id: str
    wish: MemoryWish


@dataclass(frozen=True, slots=True)
class CaptionWord(WireRecord):
    """One word, and when it sounds: milliseconds from where the utterance's sound begins."""

    text: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Caption(WireRecord):
    """Words that were spoken, as they are recognised or said."""

    kind: ClassVar[DataKind] = "caption"
    id: str
    speaker: Speaker
    #: Captions of one utterance share it; a later one replaces the earlier.
    segment: str
    text: str
    #: True when the words of the segment change no more.
    is_final: bool
    #: The words of `text` with their times, where they are known.
    words: tuple[CaptionWord, ...] | None = None


@dataclass(frozen=True, slots=True)
class Chat(WireRecord):
    """A written message."""

    kind: ClassVar[DataKind] = "chat"
    id: str
    text: str
    #: Milliseconds since the Unix epoch, by the writer's clock.
    sent_at: int


ControlPayload: TypeAlias = Control | OracleState | Muted | Received | QuestionOver | MemoryWished
DataPayload: TypeAlias = ControlPayload | Caption | Chat | Question | Answer

_SPEAKER = one_of("user", "oracle")
_ORACLE_STATE = one_of("listening", "thinking", "speaking")
_MEMORY_WISH = one_of("keep-nothing", "forget")


#: Control action → its class and the fields besides `id`, `kind` and `action`.
_ACTIONS: Final[dict[str, tuple[type[Any], dict[str, Kind[Any]]]]] = {
    "interrupt": (Control, {}),
    "oracle-state": (OracleState, {"state": _ORACLE_STATE}),
    "muted": (Muted, {"isMuted": FLAG}),
    "received": (Received, {"received": PAYLOAD_ID}),
    "question-over": (QuestionOver, {"question": PAYLOAD_ID}),
    "memory": (MemoryWished, {"wish": _MEMORY_WISH}),
    "epoch-switched": (Control, {}),
    "rekey": (Control, {}),
    "hang-up": (Control, {}),
}
_CAPTION: Final[dict[str, Kind[Any]]] = {
    "speaker": _SPEAKER,
    "segment": PAYLOAD_ID,
    "text": text_of(1, CAPTION_MAX_LENGTH),
    "isFinal": FLAG,
}
_WORD = record_of(CaptionWord, {"text": text_of(1, _WORD_MAX_LENGTH), "startMs": INTEGER, "endMs": INTEGER})
_WORDS: Final[dict[str, Kind[Any]]] = {"words": list_of(_WORD, 0, CAPTION_WORDS_MAX)}
_CHAT: Final[dict[str, Kind[Any]]] = {"text": text_of(1, CHAT_MAX_LENGTH), "sentAt": INTEGER}
#: Kind → the field that says which of its payloads it is, and those.
_VARIANTS: Final[dict[DataKind, tuple[str, dict[str, tuple[type[Any], dict[str, Kind[Any]]]]]]] = {
    "control": ("action", _ACTIONS),
    "question": ("asks", QUESTIONS),
    "answer": ("answers", ANSWERS),
}


def create_payload_id(entropy: Entropy = SYSTEM_ENTROPY) -> str:
    """A fresh id: 128 random bits, which name a payload over all its resends."""
    return entropy(_PAYLOAD_ID_BYTES).hex()


def payload_content(payload: DataPayload) -> dict[str, Any]:
    """A payload as the JSON object that is sent."""
    content: dict[str, Any] = {"id": payload.id, "kind": payload.kind}
    if payload.kind in _VARIANTS:
        which, _ = _VARIANTS[payload.kind]
        content[which] = getattr(payload, which)
    return {**content, **payload.to_content()}


def encode_payload(payload: DataPayload) -> bytes:
    """A payload as JSON in UTF-8.

    Raises `ERR_DATA_MALFORMED` when it is none, `ERR_DATA_TOO_LARGE` when it does not fit into a frame.
    """
    content = payload_content(payload)
    _parse(payload.kind, content)
    data = compact_json(content).encode()
    if len(data) > PAYLOAD_MAX_BYTES:
        raise OracleCallError("ERR_DATA_TOO_LARGE")
    return data


def decode_payload(kind: DataKind, data: bytes) -> DataPayload:
    """Reads a payload of the kind that the frame's header says. Raises `ERR_DATA_TOO_LARGE`, `ERR_DATA_MALFORMED`."""
    if len(data) > PAYLOAD_MAX_BYTES:
        raise OracleCallError("ERR_DATA_TOO_LARGE")
    try:
        value = parse_json(data)
    except ValueError:
        raise OracleCallError("ERR_DATA_MALFORMED") from None
    return _parse(kind, value)


def _parse(kind: DataKind, value: object) -> DataPayload:
    common: dict[str, Kind[Any]] = {"id": PAYLOAD_ID, "kind": one_of(kind)}
    if kind == "caption":
        return Caption(**_read({**common, **_CAPTION}, value, _WORDS))
    if kind == "chat":
        return Chat(**_read({**common, **_CHAT}, value))
    which, variants = _VARIANTS[kind]
    name = value.get(which) if isinstance(value, dict) else None
    if not isinstance(name, str) or name not in variants:
        issue = f"{which}: {one_of(*variants).expectation} expected"
        raise OracleCallError("ERR_DATA_MALFORMED", details={"issues": [issue]})
    payload_class, others = variants[name]
    fields = _read({**common, which: one_of(name), **others}, value)
    # Other classes say for themselves which they are.
    fields = {field: read for field, read in fields.items() if field != which or payload_class is Control}
    payload: DataPayload = payload_class(**fields)
    return payload


def _read(
    required: dict[str, Kind[Any]], value: object, optional: dict[str, Kind[Any]] | None = None
) -> dict[str, Any]:
    fields = read_fields(value, required, optional, code="ERR_DATA_MALFORMED", is_closed=True)
    # The class says it.
    return {name: field for name, field in fields.items() if name != "kind"}
