"""The context: everything that a call key is meant for, and its one encoding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from ..byte_layout import ByteReader, fixed, text, u8, u64
from ..call_status import CALL_TYPES, CallType
from ..errors import OracleCallError
from ..events.event_content import CALL_TYPE, SESSION_ID, SFU_ROOM_NAME
from ..labelled_hash import HASH_BYTES, sha256
from ..names.call_id import is_matrix_event_id
from ..names.did import DID_KIND, DID_MAX_LENGTH
from ..names.matrix_id import is_matrix_user_id
from ..schema import INTEGER, Kind, matching, one_of, where
from .suites import ENVELOPE_SUITES, EnvelopeSuite, suite_byte, suite_of_byte

CONTEXT_VERSION: Final = 3
CALL_PUBLIC_KEY_BYTES: Final = 32
#: No call lasts a day.
VALIDITY_MAX_MS: Final = 24 * 60 * 60_000
#: A DID and a fragment of the same bound.
METHOD_ID_MAX_LENGTH: Final = 2 * DID_MAX_LENGTH
#: Matrix spec, "Room IDs".
MATRIX_ID_MAX_BYTES: Final = 255

_CONTEXT_LABEL = b"oracle-calls v3 context\n"

_METHOD_ID = matching(r'did:[!-"$-~]+#[!-"$-~]+', "a DID URL with a fragment", METHOD_ID_MAX_LENGTH)
_MATRIX_USER_ID = where(is_matrix_user_id, "a Matrix user id")

#: Attribute → what it has to be.
_KINDS: Final[dict[str, Kind[str] | Kind[int]]] = {
    "suite": one_of(*ENVELOPE_SUITES),
    "call_type": CALL_TYPE,
    "sfu_room_name": SFU_ROOM_NAME,
    "session_id": SESSION_ID,
    "user_did": DID_KIND,
    "oracle_did": DID_KIND,
    "matrix_room_id": matching(r"![\x21-\x7e]+", "a Matrix room id", MATRIX_ID_MAX_BYTES),
    "matrix_sender": _MATRIX_USER_ID,
    "matrix_oracle": _MATRIX_USER_ID,
    "not_before": INTEGER,
    "not_after": INTEGER,
}


class NamedKey(Protocol):
    """A public key with its name in a DID document."""

    @property
    def method_id(self) -> str: ...
    @property
    def public_key(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class KeyBinding:
    """A key as a context binds it: its name and the SHA-256 of its raw bytes."""

    method_id: str
    key_hash: bytes


def bind_key(key: NamedKey) -> KeyBinding:
    return KeyBinding(key.method_id, sha256(key.public_key))


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvelopeContext:
    suite: EnvelopeSuite
    call_type: CallType
    sfu_room_name: str
    session_id: str
    user_did: str
    oracle_did: str
    matrix_room_id: str
    matrix_sender: str
    matrix_oracle: str
    user_signing_key: KeyBinding
    oracle_envelope_key: KeyBinding
    oracle_identity_key: KeyBinding
    #: Raw Ed25519 key made for this call alone.
    call_public_key: bytes
    #: Milliseconds since the Unix epoch.
    not_before: int
    not_after: int
    #: SHA-256 of the user's nonce for the comparison code.
    comparison_commitment: bytes
    #: The ring that the call answers.
    ring_event_id: str | None = None


def _issues(context: EnvelopeContext) -> list[str]:
    issues = []
    for name, kind in _KINDS.items():
        try:
            kind.read(getattr(context, name))
        except ValueError:
            issues.append(f"{name}: {kind.expectation} expected")
    keys = (
        ("user_signing_key", context.user_did, context.user_signing_key),
        ("oracle_envelope_key", context.oracle_did, context.oracle_envelope_key),
        ("oracle_identity_key", context.oracle_did, context.oracle_identity_key),
    )
    for name, did, key in keys:
        if not _is_method_of(did, key.method_id):
            issues.append(f"{name}: a key of {name.split('_')[0]}'s own DID expected")
        if len(key.key_hash) != HASH_BYTES:
            issues.append(f"{name}: a hash of {HASH_BYTES} bytes expected")
    if context.ring_event_id is not None and not is_matrix_event_id(context.ring_event_id):
        issues.append("ring_event_id: a Matrix event id expected")
    if len(context.call_public_key) != CALL_PUBLIC_KEY_BYTES:
        issues.append(f"call_public_key: {CALL_PUBLIC_KEY_BYTES} bytes expected")
    if len(context.comparison_commitment) != HASH_BYTES:
        issues.append(f"comparison_commitment: {HASH_BYTES} bytes expected")
    if not issues and not 0 < context.not_after - context.not_before <= VALIDITY_MAX_MS:
        issues.append("not_after: after not_before, by a day at most, expected")
    return issues


def _is_method_of(did: str, method_id: str) -> bool:
    try:
        return _METHOD_ID.read(method_id).startswith(f"{did}#")
    except ValueError:
        return False


def encode_context(context: EnvelopeContext) -> bytes:
    """The bytes of a context. Raises `ERR_ENVELOPE_MALFORMED` when a field does not have its shape."""
    issues = _issues(context)
    if issues:
        raise OracleCallError("ERR_ENVELOPE_MALFORMED", details={"issues": issues})
    names = (
        context.sfu_room_name,
        context.session_id,
        context.user_did,
        context.oracle_did,
        context.matrix_room_id,
        context.matrix_sender,
        context.matrix_oracle,
    )
    keys = (context.user_signing_key, context.oracle_envelope_key, context.oracle_identity_key)
    return b"".join(
        (
            u8(CONTEXT_VERSION),
            u8(suite_byte(context.suite)),
            u8(CALL_TYPES.index(context.call_type) + 1),
            *(text(name) for name in names),
            *(text(key.method_id) + fixed(key.key_hash, HASH_BYTES) for key in keys),
            fixed(context.call_public_key, CALL_PUBLIC_KEY_BYTES),
            u64(context.not_before),
            u64(context.not_after),
            fixed(context.comparison_commitment, HASH_BYTES),
            text(context.ring_event_id or ""),
        )
    )


def decode_context(data: bytes) -> EnvelopeContext:
    """Reads the bytes of a context, and accepts only those that encoding gives again.

    Raises `ERR_ENVELOPE_MALFORMED`, `ERR_PROTOCOL_UNKNOWN_VERSION`, `ERR_ENVELOPE_UNSUPPORTED` for an unknown suite.
    """
    reader = ByteReader(data, "ERR_ENVELOPE_MALFORMED")
    if reader.u8() != CONTEXT_VERSION:
        raise OracleCallError("ERR_PROTOCOL_UNKNOWN_VERSION")
    suite = suite_of_byte(reader.u8())
    if suite is None:
        raise OracleCallError("ERR_ENVELOPE_UNSUPPORTED", "The suite is not known.")
    call_type = reader.u8()
    if not 1 <= call_type <= len(CALL_TYPES):
        raise OracleCallError("ERR_ENVELOPE_MALFORMED", "The call type is not known.")
    context = EnvelopeContext(
        suite=suite,
        call_type=CALL_TYPES[call_type - 1],
        sfu_room_name=reader.text(MATRIX_ID_MAX_BYTES),
        session_id=reader.text(MATRIX_ID_MAX_BYTES),
        user_did=reader.text(DID_MAX_LENGTH),
        oracle_did=reader.text(DID_MAX_LENGTH),
        matrix_room_id=reader.text(MATRIX_ID_MAX_BYTES),
        matrix_sender=reader.text(MATRIX_ID_MAX_BYTES),
        matrix_oracle=reader.text(MATRIX_ID_MAX_BYTES),
        user_signing_key=_read_key(reader),
        oracle_envelope_key=_read_key(reader),
        oracle_identity_key=_read_key(reader),
        call_public_key=reader.fixed(CALL_PUBLIC_KEY_BYTES),
        not_before=reader.u64(),
        not_after=reader.u64(),
        comparison_commitment=reader.fixed(HASH_BYTES),
        ring_event_id=reader.text(MATRIX_ID_MAX_BYTES) or None,
    )
    reader.end()
    if encode_context(context) != data:
        raise OracleCallError("ERR_ENVELOPE_MALFORMED")
    return context


def _read_key(reader: ByteReader) -> KeyBinding:
    return KeyBinding(reader.text(METHOD_ID_MAX_LENGTH), reader.fixed(HASH_BYTES))


def hash_context(encoded: bytes) -> bytes:
    """What stands for a context everywhere."""
    return sha256(_CONTEXT_LABEL, encoded)
