"""Multibase and multicodec, as far as DID documents use them."""

from __future__ import annotations

import re
from typing import Final, Literal, TypeAlias

from ..base64url import decode_base64url

Curve: TypeAlias = Literal["ed25519", "secp256k1", "x25519"]

#: Multicodec varints of public keys.
CODECS: Final[dict[Curve, bytes]] = {"ed25519": b"\xed\x01", "secp256k1": b"\xe7\x01", "x25519": b"\xec\x01"}

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_DIGITS = {character: digit for digit, character in enumerate(_ALPHABET)}
#: Longer than any key that is read: decoding takes time that grows with the square of the length.
_BASE58_MAX_LENGTH = 2_000
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})*")


def encode_base58(data: bytes) -> str:
    zeros = len(data) - len(data.lstrip(b"\0"))
    number, text = int.from_bytes(data, "big"), ""
    while number > 0:
        number, digit = divmod(number, 58)
        text = _ALPHABET[digit] + text
    return _ALPHABET[0] * zeros + text


def decode_base58(text: str) -> bytes:
    """Raises `ValueError`."""
    if len(text) > _BASE58_MAX_LENGTH or not set(text) <= set(_DIGITS):
        raise ValueError("no base58")
    number = 0
    for character in text:
        number = number * 58 + _DIGITS[character]
    zeros = len(text) - len(text.lstrip(_ALPHABET[0]))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def decode_hex(text: str) -> bytes:
    """Raises `ValueError`."""
    if _HEX.fullmatch(text) is None:
        raise ValueError("no hex")
    return bytes.fromhex(text)


def decode_multibase(text: str) -> bytes:
    """The prefixes that occur in DID documents; ixo writes `F`. Raises `ValueError`."""
    prefix, body = text[:1], text[1:]
    if prefix == "z":
        return decode_base58(body)
    if prefix in ("f", "F"):
        return decode_hex(body)
    if prefix == "u":
        return decode_base64url(body)
    raise ValueError("The multibase of a key is not known.")


def codec_of(data: bytes) -> Curve | None:
    """Which curve the codec in front of a key names."""
    return next((curve for curve, codec in CODECS.items() if data.startswith(codec)), None)


def multikey_of(curve: Curve, public_key: bytes) -> str:
    """The multibase form of a public key, as Multikey and `did:key` write it."""
    return f"z{encode_base58(CODECS[curve] + public_key)}"
