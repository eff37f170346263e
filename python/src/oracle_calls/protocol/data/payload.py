"""Everything that may travel as data in a call: closed, whatever else arrives is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Final, Literal, TypeAlias

from ..entropy import SYSTEM_ENTROPY, Entropy
from ..errors import OracleCallError
from ..json_text import compact_json, parse_json
from ..schema import FLAG, INTEGER, Kind, WireRecord, matching, one_of, read_fields, utf16_length, where
from .frame_layout import PAYLOAD_MAX_BYTES, DataKind

#: Longest caption and chat message, in UTF-16 units.
CAPTION_MAX_LENGTH: Final = 2_000
CHAT_MAX_LENGTH: Final = 4_000

_PAYLOAD_ID_BYTES = 16

Speaker: TypeAlias = Literal["user", "oracle"]
OracleStateName: TypeAlias = Literal["listening", "thinking", "speaking"]
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


@dataclass(frozen=True, slots=True)
class Chat(WireRecord):
    """A written message."""

    kind: ClassVar[DataKind] = "chat"
    id: str
    text: str
    #: Milliseconds since the Unix epoch, by the writer's clock.
    sent_at: int


ControlPayload: TypeAlias = Control | OracleState | Muted | Received
DataPayload: TypeAlias = ControlPayload | Caption | Chat

_ID = matching(r"[0-9a-f]{32}", "32 hex digits")
_SPEAKER = one_of("user", "oracle")
_ORACLE_STATE = one_of("listening", "thinking", "speaking")


def _text_up_to(max_length: int) -> Kind[str]:
    return where(lambda text: 1 <= utf16_length(str(text)) <= max_length, f"a text of 1 to {max_length} characters")


#: Control action → its class and the fields besides `id`, `kind` and `action`.
_ACTIONS: Final[dict[str, tuple[type[Any], dict[str, Kind[Any]]]]] = {
    "interrupt": (Control, {}),
    "oracle-state": (OracleState, {"state": _ORACLE_STATE}),
    "muted": (Muted, {"isMuted": FLAG}),
    "received": (Received, {"received": _ID}),
    "epoch-switched": (Control, {}),
    "rekey": (Control, {}),
    "hang-up": (Control, {}),
}
_CAPTION: Final[dict[str, Kind[Any]]] = {
    "speaker": _SPEAKER,
    "segment": _ID,
    "text": _text_up_to(CAPTION_MAX_LENGTH),
    "isFinal": FLAG,
}
_CHAT: Final[dict[str, Kind[Any]]] = {"text": _text_up_to(CHAT_MAX_LENGTH), "sentAt": INTEGER}
_ANY_ACTION = one_of(*_ACTIONS)


def create_payload_id(entropy: Entropy = SYSTEM_ENTROPY) -> str:
    """A fresh id: 128 random bits, which name a payload over all its resends."""
    return entropy(_PAYLOAD_ID_BYTES).hex()


def payload_content(payload: DataPayload) -> dict[str, Any]:
    """A payload as the JSON object that is sent."""
    content: dict[str, Any] = {"id": payload.id, "kind": payload.kind}
    if isinstance(payload, (Control, OracleState, Muted, Received)):
        content["action"] = payload.action
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
    common: dict[str, Kind[Any]] = {"id": _ID, "kind": one_of(kind)}
    if kind != "control":
        fields = _read({**common, **(_CAPTION if kind == "caption" else _CHAT)}, value)
        return Caption(**fields) if kind == "caption" else Chat(**fields)
    action = value.get("action") if isinstance(value, dict) else None
    if not isinstance(action, str) or action not in _ACTIONS:
        raise OracleCallError("ERR_DATA_MALFORMED", details={"issues": [f"action: {_ANY_ACTION.expectation} expected"]})
    payload_class, others = _ACTIONS[action]
    fields = _read({**common, "action": one_of(action), **others}, value)
    payload: ControlPayload = payload_class(**fields, **({"action": action} if payload_class is Control else {}))
    return payload


def _read(kinds: dict[str, Kind[Any]], value: object) -> dict[str, Any]:
    fields = read_fields(value, kinds, code="ERR_DATA_MALFORMED", is_closed=True)
    # The class says both.
    return {name: field for name, field in fields.items() if name not in ("kind", "action")}
