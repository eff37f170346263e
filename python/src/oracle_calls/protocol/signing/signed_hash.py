"""Signatures over hashes, as the messages of the key exchange carry them."""

from __future__ import annotations

from ..errors import OracleCallError
from ..labelled_hash import signed_message
from .signing_key import SIGNATURE_BYTES, Signer, Verifier


def sign_hash(signer: Signer, label: str, digest: bytes) -> bytes:
    """Raises `ERR_HANDSHAKE_SIGNATURE` when the signer fails, or returns something that is no signature."""
    message = signed_message(label, digest)
    try:
        signature = signer.sign(message)
    except Exception as error:
        raise OracleCallError("ERR_HANDSHAKE_SIGNATURE", "The signer did not sign.") from error
    if len(signature) != SIGNATURE_BYTES:
        raise OracleCallError("ERR_HANDSHAKE_SIGNATURE")
    return signature


def check_signed_hash(verifier: Verifier, label: str, digest: bytes, signature: bytes) -> None:
    """Raises `ERR_HANDSHAKE_SIGNATURE`."""
    if not verifier.verify(signed_message(label, digest), signature):
        raise OracleCallError("ERR_HANDSHAKE_SIGNATURE")
