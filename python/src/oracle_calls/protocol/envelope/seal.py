"""Sealing a call key to an oracle and signing it: the user's side."""

from __future__ import annotations

from dataclasses import dataclass

from ..call_status import CallType
from ..errors import OracleCallError
from ..secret_bytes import SecretBytes
from ..signing import Signer, SigningKey, is_signature_valid
from .context import EnvelopeContext, bind_key, encode_context, hash_context
from .sealing import seal_call_key
from .signed_envelope import SignedEnvelope, format_signed_envelope, message_to_sign
from .suites import CALL_KEY_BYTES
from .verify import VerifyingKeys


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFacts:
    """What the caller says of a call; the keys come from user and oracle."""

    call_type: CallType
    sfu_room_name: str
    session_id: str
    matrix_room_id: str
    matrix_sender: str
    matrix_oracle: str
    call_public_key: bytes
    not_before: int
    not_after: int
    comparison_commitment: bytes
    ring_event_id: str | None = None


@dataclass(frozen=True, slots=True)
class SealedCall:
    #: For `encryptionKey`.
    envelope_hex: str
    #: The same, taken apart: the handshake needs its context hash and signature.
    envelope: SignedEnvelope


def seal_signed_envelope(
    *,
    call_key: SecretBytes,
    call: CallFacts,
    oracle: VerifyingKeys,
    user_did: str,
    user_key: SigningKey,
    signer: Signer,
) -> SealedCall:
    """Raises `ERR_ENVELOPE_MALFORMED` for a fact without its shape, `ERR_ENVELOPE_UNSUPPORTED`, `ERR_ENVELOPE_SIGNATURE`."""
    if len(call_key) != CALL_KEY_BYTES:
        raise OracleCallError("ERR_ENVELOPE_MALFORMED", f"A call key has {CALL_KEY_BYTES} bytes.")
    facts = {name: getattr(call, name) for name in CallFacts.__dataclass_fields__}
    context = EnvelopeContext(
        suite=oracle.envelope_key.suite,
        user_did=user_did,
        oracle_did=oracle.did,
        user_signing_key=bind_key(user_key),
        oracle_envelope_key=bind_key(oracle.envelope_key),
        oracle_identity_key=bind_key(oracle.identity_key),
        **facts,
    )
    context_hash = hash_context(encode_context(context))
    sealed = seal_call_key(call_key, oracle.envelope_key, context_hash)
    message = message_to_sign(context, sealed)
    signature = signer.sign(message)
    # Rather here than at the oracle, where it would look like an attack.
    if not is_signature_valid(user_key.algorithm, user_key.public_key, message, signature):
        raise OracleCallError("ERR_ENVELOPE_SIGNATURE", "The signer's signature is not valid for its own key.")
    envelope = SignedEnvelope(context, context_hash, sealed, signature)
    return SealedCall(format_signed_envelope(envelope), envelope)
