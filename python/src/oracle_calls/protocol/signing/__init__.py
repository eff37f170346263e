"""Signatures: Ed25519, and ES256K over SHA-256, both of 64 bytes and checked strictly."""

from .raw_key_signer import RawKeySigner, signing_public_key_of
from .signed_hash import check_signed_hash, sign_hash
from .signing_key import (
    SIGNATURE_BYTES,
    SIGNING_ALGORITHMS,
    Signer,
    SigningAlgorithm,
    SigningKey,
    Verifier,
    parse_signing_public_key,
)
from .verify_signature import is_signature_valid

__all__ = [
    "SIGNATURE_BYTES",
    "SIGNING_ALGORITHMS",
    "RawKeySigner",
    "Signer",
    "SigningAlgorithm",
    "SigningKey",
    "Verifier",
    "check_signed_hash",
    "is_signature_valid",
    "parse_signing_public_key",
    "sign_hash",
    "signing_public_key_of",
]
