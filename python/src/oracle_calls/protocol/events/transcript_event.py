"""Transcripts: what was said in a call, kept in its room and sealed to the account of the person alone."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ..base64url import decode_base64url, encode_base64url
from ..byte_layout import fixed, text, u16
from ..errors import OracleCallError
from ..json_text import compact_json, parse_json
from ..schema import FLAG, INTEGER, Kind, WireRecord, matching, one_of, read_fields, read_integer, utf16_length, where
from ..secret_bytes import SecretBytes
from .event_content import CALL_EVENT_TYPE, CALL_ID, check_size_and_version, version_kind

TRANSCRIPT_EVENT_TYPE: Final = f"{CALL_EVENT_TYPE}.transcript"
#: Counts apart from the call event's.
TRANSCRIPT_EVENT_VERSION: Final = 1
TRANSCRIPT_PARTS_MAX: Final = 1_000
#: In UTF-16 units.
TRANSCRIPT_TEXT_MAX_LENGTH: Final = 4_000
#: Before sealing, in bytes of JSON.
TRANSCRIPT_BODY_MAX_BYTES: Final = 24_576
TRANSCRIPT_LINES_MAX: Final = 500

_SALT_BYTES = 32
_TAG_BYTES = 16
#: Base64 makes four characters of three bytes.
_SEALED_MAX_LENGTH = -(-(TRANSCRIPT_BODY_MAX_BYTES + _SALT_BYTES + _TAG_BYTES) * 4 // 3)
#: Largest content that is looked at, as compact JSON in UTF-16 units.
TRANSCRIPT_EVENT_MAX_LENGTH: Final = _SEALED_MAX_LENGTH + 1_024

_KEY_LABEL = b"oracle-calls transcript key v1"
_SEAL_LABEL = "oracle-calls transcript part v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptEvent(WireRecord):
    """One part. The oracle's account can read this content, but not what is sealed in it."""

    call_id: str
    #: Counts from 0 within the call.
    part: int
    sealed: str
    v: int = TRANSCRIPT_EVENT_VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptLine(WireRecord):
    """One thing that was said or written."""

    speaker: str
    #: `spoken` or `written`.
    how: str
    text: str
    #: Milliseconds since the Unix epoch by the caller's clock.
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptBody:
    """What is sealed in a part."""

    #: Oldest first.
    lines: tuple[TranscriptLine, ...]
    #: The call is over and no part follows.
    is_last: bool


def _read_part(value: object) -> int:
    part = read_integer(value)
    if part >= TRANSCRIPT_PARTS_MAX:
        raise ValueError
    return part


_LINE: Final[dict[str, Kind[Any]]] = {
    "speaker": one_of("user", "oracle"),
    "how": one_of("spoken", "written"),
    "text": where(lambda value: 1 <= utf16_length(str(value)) <= TRANSCRIPT_TEXT_MAX_LENGTH, "a text within its bound"),
    "at": INTEGER,
}


def _read_lines(value: object) -> tuple[TranscriptLine, ...]:
    if not isinstance(value, list) or len(value) > TRANSCRIPT_LINES_MAX:
        raise ValueError
    try:
        return tuple(TranscriptLine(**read_fields(line, _LINE)) for line in value)
    except OracleCallError as error:
        raise ValueError from error


_EVENT: Final[dict[str, Kind[Any]]] = {
    "v": version_kind(TRANSCRIPT_EVENT_VERSION),
    "callId": CALL_ID,
    "part": Kind("a part from 0", _read_part),
    "sealed": matching(r"[A-Za-z0-9_-]{64,}", "bytes in base64url", _SEALED_MAX_LENGTH),
}
_BODY: Final[dict[str, Kind[Any]]] = {"lines": Kind("lines of a transcript", _read_lines), "isLast": FLAG}


def parse_transcript_event(content: object) -> TranscriptEvent:
    """Raises `ERR_PROTOCOL_MALFORMED`, `ERR_PROTOCOL_TOO_LARGE`, `ERR_PROTOCOL_UNKNOWN_VERSION`."""
    check_size_and_version(content, TRANSCRIPT_EVENT_MAX_LENGTH, TRANSCRIPT_EVENT_VERSION)
    return TranscriptEvent(**read_fields(content, _EVENT))


def _hkdf(secret: SecretBytes, salt: bytes | None, info: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=salt, info=info).derive(secret.expose())


def derive_transcript_key(user_signing_key: SecretBytes) -> SecretBytes:
    """The account's key, of its private user-signing key."""
    return SecretBytes(_hkdf(user_signing_key, None, _KEY_LABEL), "transcript key")


def part_key(account_key: SecretBytes, account: str, call_id: str, part: int, salt: bytes) -> bytes:
    """The key of one part, of whose salt there is no second."""
    return _hkdf(account_key, salt, text(_SEAL_LABEL) + text(account) + text(call_id) + u16(part))


def seal_transcript_part(
    account_key: SecretBytes, account: str, call_id: str, part: int, body: TranscriptBody, salt: bytes | None = None
) -> TranscriptEvent:
    """Seals one part. `account` is the Matrix id that keeps it; `salt` is given only for vectors.

    Raises `ERR_PROTOCOL_MALFORMED` when the body is none, `ERR_PROTOCOL_TOO_LARGE`.
    """
    content = {"lines": [line.to_content() for line in body.lines], "isLast": body.is_last}
    read_fields(content, _BODY)
    clear = compact_json(content).encode()
    if len(clear) > TRANSCRIPT_BODY_MAX_BYTES:
        raise OracleCallError("ERR_PROTOCOL_TOO_LARGE")
    salt = fixed(salt or secrets.token_bytes(_SALT_BYTES), _SALT_BYTES)
    # A nonce of zeros is safe: a key seals one part.
    sealed = AESGCM(part_key(account_key, account, call_id, part, salt)).encrypt(bytes(12), clear, None)
    return parse_transcript_event({"v": 1, "callId": call_id, "part": part, "sealed": encode_base64url(salt + sealed)})


def open_transcript_part(account_key: SecretBytes, account: str, event: TranscriptEvent) -> TranscriptBody:
    """Raises `ERR_ENVELOPE_OPEN` when it was not sealed by this account for this place; `ERR_PROTOCOL_MALFORMED`."""
    try:
        data = decode_base64url(event.sealed)
    except ValueError:
        raise OracleCallError("ERR_PROTOCOL_MALFORMED", "Bytes in base64url expected.") from None
    if len(data) < _SALT_BYTES + _TAG_BYTES:
        raise OracleCallError("ERR_PROTOCOL_MALFORMED")
    cipher = AESGCM(part_key(account_key, account, event.call_id, event.part, data[:_SALT_BYTES]))
    try:
        body = parse_json(cipher.decrypt(bytes(12), data[_SALT_BYTES:], None))
    except (InvalidTag, ValueError):
        raise OracleCallError("ERR_ENVELOPE_OPEN") from None
    return TranscriptBody(**read_fields(body, _BODY))
