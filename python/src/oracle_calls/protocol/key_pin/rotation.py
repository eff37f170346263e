"""Rotations: "from now on my keys are these", said by the keys of before."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from ..byte_layout import ByteReader, sized, text, u8, u64
from ..envelope.context import METHOD_ID_MAX_LENGTH
from ..envelope.suites import EnvelopeKey, suite_byte, suite_of_byte
from ..errors import OracleCallError
from ..names.did import DID_MAX_LENGTH, parse_did
from ..signing import SIGNATURE_BYTES, SIGNING_ALGORITHMS, Signer, SigningKey, is_signature_valid
from .pin import PresentedKeys

_ROTATION_MARKER: Final = 0x20
#: A secp256k1 key has 33 bytes; nothing here is longer.
_PUBLIC_KEY_MAX_BYTES = 33
#: Largest statement that is looked at: a DID, two method ids and two keys.
_ROTATION_MAX_BYTES = 4096
_LABEL = b"oracle-calls v3 key rotation\n"
_HEX = re.compile(r"(?:[0-9a-f]{2})+")


@dataclass(frozen=True, slots=True)
class KeyRotation:
    #: Rises with each rotation of a DID, from 1.
    sequence: int
    #: Milliseconds since the Unix epoch; for people to see, nothing depends on it.
    issued_at: int
    following: PresentedKeys


@dataclass(frozen=True, slots=True)
class SignedKeyRotation:
    """Parsed is not verified."""

    rotation: KeyRotation
    signature: bytes


def _encode_unsigned(rotation: KeyRotation) -> bytes:
    keys = rotation.following
    signing, envelope = keys.signing_key, keys.envelope_key
    unsigned = (
        u8(_ROTATION_MARKER)
        + text(keys.did)
        + u64(rotation.sequence)
        + u64(rotation.issued_at)
        + u8(SIGNING_ALGORITHMS.index(signing.algorithm) + 1)
        + text(signing.method_id)
        + sized(signing.public_key)
    )
    if envelope is None:
        return unsigned + u8(0)
    return unsigned + u8(suite_byte(envelope.suite)) + text(envelope.method_id) + sized(envelope.public_key)


def sign_key_rotation(signer: Signer, rotation: KeyRotation) -> str:
    """The statement in hex, signed with the identity key (a user: signing key) of before. Publish it with the new keys."""
    if rotation.sequence < 1:
        raise ValueError("The sequence of rotations starts at 1.")
    unsigned = _encode_unsigned(rotation)
    return (unsigned + signer.sign(_LABEL + unsigned)).hex()


def parse_key_rotation(statement_hex: str) -> SignedKeyRotation:
    """Takes a rotation apart. Raises `ERR_KEY_ROTATION`."""
    if len(statement_hex) > 2 * _ROTATION_MAX_BYTES or _HEX.fullmatch(statement_hex) is None:
        raise OracleCallError("ERR_KEY_ROTATION")
    reader = ByteReader(bytes.fromhex(statement_hex), "ERR_KEY_ROTATION")
    if reader.u8() != _ROTATION_MARKER:
        raise OracleCallError("ERR_KEY_ROTATION")
    did = _read_did(reader)
    sequence, issued_at = reader.u64(), reader.u64()
    keys = PresentedKeys(did, _read_signing_key(reader), _read_envelope_key(reader))
    signature = reader.fixed(SIGNATURE_BYTES)
    reader.end()
    rotation = KeyRotation(sequence, issued_at, keys)
    if sequence < 1 or (_encode_unsigned(rotation) + signature).hex() != statement_hex:
        raise OracleCallError("ERR_KEY_ROTATION")
    return SignedKeyRotation(rotation, signature)


def _read_did(reader: ByteReader) -> str:
    try:
        return parse_did(reader.text(DID_MAX_LENGTH))
    except OracleCallError:
        raise OracleCallError("ERR_KEY_ROTATION") from None


def _read_signing_key(reader: ByteReader) -> SigningKey:
    algorithm = reader.u8()
    if not 1 <= algorithm <= len(SIGNING_ALGORITHMS):
        raise OracleCallError("ERR_KEY_ROTATION")
    method_id = reader.text(METHOD_ID_MAX_LENGTH)
    return SigningKey(method_id, SIGNING_ALGORITHMS[algorithm - 1], reader.sized(_PUBLIC_KEY_MAX_BYTES))


def _read_envelope_key(reader: ByteReader) -> EnvelopeKey | None:
    byte = reader.u8()
    if byte == 0:
        return None
    suite = suite_of_byte(byte)
    if suite is None:
        raise OracleCallError("ERR_KEY_ROTATION")
    return EnvelopeKey(reader.text(METHOD_ID_MAX_LENGTH), suite, reader.sized(_PUBLIC_KEY_MAX_BYTES))


def is_signed_by(statement: SignedKeyRotation, keys: PresentedKeys) -> bool:
    """Whether a rotation is of the DID of these keys, and signed by them."""
    message = _LABEL + _encode_unsigned(statement.rotation)
    key = keys.signing_key
    return statement.rotation.following.did == keys.did and is_signature_valid(
        key.algorithm, key.public_key, message, statement.signature
    )
