"""Parts of transcripts, sealed to an account, and parts that are none."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from oracle_calls.protocol import SecretBytes
from oracle_calls.protocol.base64url import decode_base64url, encode_base64url
from oracle_calls.protocol.events import TranscriptBody, TranscriptLine, derive_transcript_key, seal_transcript_part
from oracle_calls.protocol.events.transcript_event import part_key
from parties import flip

CALL = "$hVVBHB0rvbXnKDnLNEKLHZGWfGEPBTCIS3vLY0BRyCg@lk-0123456789abcdef0123456789abcdef"
OTHER_CALL = "$vwAbfUk3oN1kOxjA9s2xTCgZMRFWNRLQvHIqSCvKc1g@lk-ffffffffffffffffffffffffffffffff"
ALICE = "@alice:example.org"


def _fixed(label: str) -> bytes:
    return hashlib.sha256(f"oracle-calls vectors v1: transcript {label}".encode()).digest()


SEED = SecretBytes(_fixed("user-signing key"), "published test vector")
ACCOUNT_KEY = derive_transcript_key(SEED)


def _to_json(body: object) -> bytes:
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()


def _seal(clear: bytes, account_key: SecretBytes = ACCOUNT_KEY) -> str:
    """Whatever is to be sealed, also what the package would not."""
    salt = _fixed("rejected")
    return encode_base64url(salt + AESGCM(part_key(account_key, ALICE, CALL, 0, salt)).encrypt(bytes(12), clear, None))


def _line(text: str, speaker: str = "user", how: str = "spoken", at: int = 1_767_225_600_000) -> dict[str, Any]:
    return {"speaker": speaker, "how": how, "text": text, "at": at}


def _accepted(name: str, lines: list[dict[str, Any]], is_last: bool, part: int = 0) -> dict[str, Any]:
    body = TranscriptBody(lines=tuple(TranscriptLine(**line) for line in lines), is_last=is_last)
    sealed = seal_transcript_part(ACCOUNT_KEY, ALICE, CALL, part, body, _fixed(name)).sealed
    content = {"v": 1, "callId": CALL, "part": part, "sealed": sealed}
    return {
        "name": name,
        "saltHex": _fixed(name).hex(),
        "content": content,
        "body": {"lines": lines, "isLast": is_last},
    }


def transcript_vectors() -> dict[str, Any]:
    conversation = [
        _line("Where is my bicycle?"),
        _line("It is in the shed.", speaker="oracle", at=1_767_225_602_500),
        _line("Merci 🚲 \u2013 größer", how="written", at=1_767_225_604_000),
        _line('\u0001"\\\n', speaker="oracle", how="written", at=0),
    ]
    rows = [
        _accepted("one part, the whole call", conversation, True),
        _accepted("a first part of more", conversation[:1], False),
        _accepted("the last part, empty", [], True, part=7),
        _accepted("the longest line", [_line("x" * 4_000)], False, part=999),
    ]
    base = rows[0]["content"]
    good, data = _to_json(rows[0]["body"]), decode_base64url(base["sealed"])
    malformed, closed = "ERR_PROTOCOL_MALFORMED", "ERR_ENVELOPE_OPEN"
    other_key = SecretBytes(_fixed("other"), "published test vector")

    def sealed(name: str, text: str, code: str) -> dict[str, Any]:
        return {"name": name, "change": {"sealed": text}, "code": code}

    def body(name: str, value: object, code: str) -> dict[str, Any]:
        return sealed(f"sealed, and {name}", _seal(value if isinstance(value, bytes) else _to_json(value)), code)

    rejected = [
        {"name": "another call named", "change": {"callId": OTHER_CALL}, "code": closed},
        {"name": "another part named", "change": {"part": 1}, "code": closed},
        {"name": "another account", "account": "@mallory:example.org", "change": {}, "code": closed},
        sealed("sealed by another account's key", _seal(good, other_key), closed),
        sealed("a bit of the salt", encode_base64url(flip(data, 0)), closed),
        sealed("a bit of the text", encode_base64url(flip(data, 40)), closed),
        sealed("a bit of the tag", encode_base64url(flip(data, len(data) - 1)), closed),
        sealed("cut off", encode_base64url(data[:-1]), closed),
        sealed("no tag", encode_base64url(data[:47]), malformed),
        sealed("no base64url", base["sealed"][:-1] + "+", malformed),
        sealed("nothing sealed", "", malformed),
        {"name": "no version", "remove": ["v"], "change": {}, "code": malformed},
        {"name": "a later version", "change": {"v": 2}, "code": "ERR_PROTOCOL_UNKNOWN_VERSION"},
        {"name": "no call", "remove": ["callId"], "change": {}, "code": malformed},
        {"name": "a part below zero", "change": {"part": -1}, "code": malformed},
        {"name": "a part too many", "change": {"part": 1_000}, "code": malformed},
        {"name": "too large", "change": {"padding": "a" * 40_000}, "code": "ERR_PROTOCOL_TOO_LARGE"},
        body("no JSON", b"{", closed),
        body("no UTF-8", b"\xff", closed),
        body("a byte order mark", "\ufeff".encode() + good, closed),
        body("another speaker", {"lines": [_line("x", speaker="god")], "isLast": True}, malformed),
        body("an empty line", {"lines": [_line("")], "isLast": True}, malformed),
        body("a line too long", {"lines": [_line("x" * 4_001)], "isLast": True}, malformed),
        body("an instant before time", {"lines": [_line("x", at=-1)], "isLast": True}, malformed),
        sealed("sealed, without isLast", _seal(_to_json({"lines": []})), malformed),
    ]
    return {
        "about": "Parts of transcripts, m.ixo.oracles_call.transcript. Derive the account key from the private user-signing "
        "key, open each content: body. "
        "A rejected row changes or removes fields of the first accepted content, or is opened for another account.",
        "account": ALICE,
        "userSigningKeyHex": SEED.expose().hex(),
        "accountKeyHex": ACCOUNT_KEY.expose().hex(),
        "accepted": rows,
        "rejected": rejected,
    }
