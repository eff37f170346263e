"""The one encoding of a signed envelope."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from ..byte_layout import ByteReader, sized, u8
from ..errors import OracleCallError
from ..labelled_hash import sha256
from ..signing import SIGNATURE_BYTES
from .context import EnvelopeContext, decode_context, encode_context, hash_context
from .suites import SUITE_SIZES

#: First byte. A bare ECIES envelope begins with the marker of a point: 0x04, 0x02 or 0x03.
SIGNED_ENVELOPE_MARKER: Final = 0x10
SIGNED_ENVELOPE_MAX_BYTES: Final = 8192

_SIGNATURE_LABEL = b"oracle-calls v3 envelope signature\n"
_HEX = re.compile(r"(?:[0-9a-f]{2})+")


@dataclass(frozen=True, slots=True)
class SealedKey:
    """The call key, sealed."""

    encapsulated_key: bytes
    ciphertext: bytes


@dataclass(frozen=True, slots=True)
class SignedEnvelope:
    """An envelope taken apart. Parsed is not verified: nothing in it may be believed yet."""

    context: EnvelopeContext
    context_hash: bytes
    sealed: SealedKey
    signature: bytes


def encode_unsigned(context: EnvelopeContext, sealed: SealedKey) -> bytes:
    sizes = SUITE_SIZES[context.suite]
    if (len(sealed.encapsulated_key), len(sealed.ciphertext)) != (sizes.encapsulated_key, sizes.ciphertext):
        raise OracleCallError("ERR_ENVELOPE_MALFORMED", "The sealed key does not have the sizes of its suite.")
    return (
        u8(SIGNED_ENVELOPE_MARKER)
        + sized(encode_context(context))
        + sized(sealed.encapsulated_key)
        + sized(sealed.ciphertext)
    )


def message_to_sign(context: EnvelopeContext, sealed: SealedKey) -> bytes:
    """What the user signs."""
    return _SIGNATURE_LABEL + sha256(encode_unsigned(context, sealed))


def format_signed_envelope(envelope: SignedEnvelope) -> str:
    """The text of an envelope for `encryptionKey`."""
    if len(envelope.signature) != SIGNATURE_BYTES:
        raise OracleCallError("ERR_ENVELOPE_MALFORMED")
    return (encode_unsigned(envelope.context, envelope.sealed) + envelope.signature).hex()


def is_signed_envelope(envelope_hex: str) -> bool:
    """Whether the text claims to be a signed envelope, rather than one of the older protocol."""
    return envelope_hex.startswith(f"{SIGNED_ENVELOPE_MARKER:02x}")


def parse_signed_envelope(envelope_hex: str) -> SignedEnvelope:
    """Takes an envelope apart; only its shape is checked.

    Raises `ERR_ENVELOPE_MALFORMED`, `ERR_PROTOCOL_UNKNOWN_VERSION`, `ERR_ENVELOPE_UNSUPPORTED` for an unknown suite.
    """
    if len(envelope_hex) > 2 * SIGNED_ENVELOPE_MAX_BYTES or _HEX.fullmatch(envelope_hex) is None:
        raise OracleCallError("ERR_ENVELOPE_MALFORMED")
    reader = ByteReader(bytes.fromhex(envelope_hex), "ERR_ENVELOPE_MALFORMED")
    if reader.u8() != SIGNED_ENVELOPE_MARKER:
        raise OracleCallError("ERR_ENVELOPE_MALFORMED")
    encoded_context = reader.sized(SIGNED_ENVELOPE_MAX_BYTES)
    context = decode_context(encoded_context)
    sizes = SUITE_SIZES[context.suite]
    sealed = SealedKey(reader.sized(sizes.encapsulated_key), reader.sized(sizes.ciphertext))
    envelope = SignedEnvelope(context, hash_context(encoded_context), sealed, reader.fixed(SIGNATURE_BYTES))
    reader.end()
    if format_signed_envelope(envelope) != envelope_hex:
        raise OracleCallError("ERR_ENVELOPE_MALFORMED")
    return envelope
