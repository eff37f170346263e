"""Who hears a call: declared by the agent in every offer, under the oracle's signature, and shown to the user before the first word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias
from urllib.parse import urlsplit

from .byte_layout import ByteReader, text, u8
from .errors import ErrorCode, OracleCallError

SentKind: TypeAlias = Literal["audio", "text", "pictures"]
#: In the order in which they are written and shown.
SENT_KINDS: Final[tuple[SentKind, ...]] = ("audio", "text", "pictures")

#: Longest host with its port.
HOST_MAX_LENGTH: Final = 255
_LABEL = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
#: Only these characters: nothing that turns text around, looks like another letter, or moves a cursor is shown to a person.
_HOST = re.compile(rf"(?:{_LABEL}(?:\.{_LABEL})*\.?|\[[0-9a-f:]{{2,39}}\])(?::[1-9][0-9]{{0,4}})?")
#: `127.0.0.0/8`, `::1` and `localhost`. Names under `localhost` are not among them: some resolvers ask the network for those.
_LOOPBACK = re.compile(r"127(?:\.\d{1,3}){3}|::1|localhost", re.IGNORECASE)
_DEFAULT_PORTS: Final = {"http": 80, "https": 443, "ws": 80, "wss": 443}

#: Where a part works, as one byte; 0 is for pictures that nobody looks at.
_NOBODY, _THIS_MACHINE, _SENT_TO = 0, 1, 2
#: Four places at their longest, and whether the oracle remembers.
HEARING_MAX_BYTES: Final = 4 * (1 + 2 + HOST_MAX_LENGTH + 1) + 1


@dataclass(frozen=True, slots=True)
class ThisMachine:
    """The oracle's own: nobody else hears."""


@dataclass(frozen=True, slots=True)
class SentTo:
    """A host that gets something of the call. Raises `ValueError` for one that must not be shown to a person, and for nothing sent."""

    #: In ASCII and lower case, with a port or without; neither path nor credentials.
    host: str
    what: tuple[SentKind, ...]

    def __post_init__(self) -> None:
        if len(self.host) > HOST_MAX_LENGTH or not _HOST.fullmatch(self.host):
            raise ValueError("A host in ASCII and lower case, with a port or without, expected.")
        if not self.what or len(set(self.what)) != len(self.what) or not set(self.what) <= set(SENT_KINDS):
            raise ValueError(f"Some of {', '.join(SENT_KINDS)} expected, each once.")
        object.__setattr__(self, "what", tuple(kind for kind in SENT_KINDS if kind in self.what))


EnginePlace: TypeAlias = ThisMachine | SentTo
ON_THIS_MACHINE: Final = ThisMachine()


def _sends_pictures(place: EnginePlace) -> bool:
    return isinstance(place, SentTo) and "pictures" in place.what


@dataclass(frozen=True, slots=True)
class CallHearing:
    """Who hears a call, part by part. There is no default: whoever declares knows. Raises `ValueError` for what contradicts itself."""

    recognition: EnginePlace
    language_model: EnginePlace
    speech: EnginePlace
    #: Whether the oracle keeps what it learns, for later calls of the same session.
    remembers: bool
    #: Who sees the user's pictures; `None`: nobody looks.
    pictures: EnginePlace | None = None

    def __post_init__(self) -> None:
        if any(_sends_pictures(place) for place in (self.recognition, self.language_model, self.speech)):
            raise ValueError("Pictures are declared as such.")
        if isinstance(self.pictures, SentTo) and not _sends_pictures(self.pictures):
            raise ValueError("Whoever sees pictures is sent them.")


#: Nothing leaves the oracle's machine, nobody looks, and nothing is kept.
HEARD_HERE: Final = CallHearing(ON_THIS_MACHINE, ON_THIS_MACHINE, ON_THIS_MACHINE, remembers=False)


def place_of(url: str, *what: SentKind) -> EnginePlace:
    """The place behind an address. Loopback is this machine: whatever listens there is the operator's own.

    Raises `ValueError` for an address without a host that can be shown.
    """
    parts = urlsplit(url)
    name = parts.hostname or ""
    if _LOOPBACK.fullmatch(name):
        return ON_THIS_MACHINE
    shown = f"[{name}]" if ":" in name else name.encode("idna").decode()
    port = "" if parts.port in (None, _DEFAULT_PORTS.get(parts.scheme)) else f":{parts.port}"
    return SentTo(shown + port, what)


def listeners_of(hearing: CallHearing) -> dict[str, tuple[SentKind, ...]]:
    """All hosts that get something of a call, with all they get; empty when nothing leaves the machine."""
    sent: dict[str, set[SentKind]] = {}
    for place in (hearing.recognition, hearing.language_model, hearing.speech, hearing.pictures):
        if isinstance(place, SentTo):
            sent.setdefault(place.host, set()).update(place.what)
    return {host: tuple(kind for kind in SENT_KINDS if kind in what) for host, what in sent.items()}


def encode_hearing(hearing: CallHearing) -> bytes:
    """The one encoding of a declaration."""
    places = (hearing.recognition, hearing.language_model, hearing.speech, hearing.pictures)
    return b"".join(_encode_place(place) for place in places) + u8(int(hearing.remembers))


def decode_hearing(data: bytes, code: ErrorCode) -> CallHearing:
    """Raises `code` for everything but what `encode_hearing` makes."""
    reader = ByteReader(data, code)
    try:
        recognition, language_model, speech = (_heard(_read_place(reader)) for _ in range(3))
        pictures = _read_place(reader)
        remembers = _bit(reader.u8())
        reader.end()
        return CallHearing(recognition, language_model, speech, remembers, pictures)
    except ValueError as error:
        raise OracleCallError(code, details={"issues": [str(error)]}) from None


def hearing_content(hearing: CallHearing) -> dict[str, Any]:
    """A declaration as the JSON object that people and tests read."""
    content: dict[str, Any] = {
        "recognition": _place_content(hearing.recognition),
        "languageModel": _place_content(hearing.language_model),
        "speech": _place_content(hearing.speech),
    }
    if hearing.pictures is not None:
        content["pictures"] = _place_content(hearing.pictures)
    return {**content, "remembers": hearing.remembers}


def _place_content(place: EnginePlace) -> dict[str, Any]:
    if isinstance(place, ThisMachine):
        return {"where": "this-machine"}
    return {"where": "sent-to", "host": place.host, "what": list(place.what)}


def _encode_place(place: EnginePlace | None) -> bytes:
    if not isinstance(place, SentTo):
        return u8(_NOBODY if place is None else _THIS_MACHINE)
    bits = sum(1 << at for at, kind in enumerate(SENT_KINDS) if kind in place.what)
    return u8(_SENT_TO) + text(place.host) + u8(bits)


def _read_place(reader: ByteReader) -> EnginePlace | None:
    where = reader.u8()
    if where == _SENT_TO:
        host, bits = reader.text(HOST_MAX_LENGTH), reader.u8()
        if bits >= 1 << len(SENT_KINDS):
            raise ValueError("An unknown kind is sent.")
        return SentTo(host, tuple(kind for at, kind in enumerate(SENT_KINDS) if bits & 1 << at))
    if where > _SENT_TO:
        raise ValueError("An unknown kind of place.")
    return ON_THIS_MACHINE if where == _THIS_MACHINE else None


def _heard(place: EnginePlace | None) -> EnginePlace:
    if place is None:
        raise ValueError("A part without a place.")
    return place


def _bit(value: int) -> bool:
    if value > 1:
        raise ValueError("0 or 1 expected.")
    return value == 1
