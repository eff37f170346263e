"""Who calls whom in the project's envelopes and rotations: everything that an honest pair has before the call."""

from __future__ import annotations

import hashlib
from typing import Any

from oracle_calls.protocol import SecretBytes
from oracle_calls.protocol.did import did_key_method_id_of, did_key_of
from oracle_calls.protocol.envelope.sealing import envelope_public_key_of
from oracle_calls.protocol.envelope.suites import ENVELOPE_SUITES, EnvelopeSuite
from oracle_calls.protocol.labelled_hash import sha256
from oracle_calls.protocol.signing import SIGNING_ALGORITHMS, RawKeySigner, SigningAlgorithm

NOW = 1_795_435_200_000  # 2026-11-23T12:00:00Z
ORACLE = "did:ixo:oracle456"
CASES = [(suite, algorithm) for suite in ENVELOPE_SUITES for algorithm in SIGNING_ALGORITHMS]


def fixed(label: str) -> bytes:
    return hashlib.sha256(f"oracle-calls vectors v2: {label}".encode()).digest()


def secret(data: bytes) -> SecretBytes:
    return SecretBytes(data, "published test vector")


def signer(algorithm: SigningAlgorithm, private_key: bytes) -> RawKeySigner:
    return RawKeySigner(algorithm, secret(private_key))


def party(suite: EnvelopeSuite, algorithm: SigningAlgorithm, label: str) -> dict[str, Any]:
    user_key, envelope_key, identity_key = (fixed(f"{label} {role}") for role in ("user", "envelope", "identity"))
    user_public = signer(algorithm, user_key).public_key
    did = did_key_of("ed25519" if algorithm == "Ed25519" else "secp256k1", user_public)
    identity: SigningAlgorithm = "Ed25519" if suite == "hpke-x25519" else "ES256K"
    return {
        "user": {
            "did": did,
            "methodId": did_key_method_id_of(did),
            "algorithm": algorithm,
            "publicKeyHex": user_public.hex(),
            "privateKeyHex": user_key.hex(),
        },
        "oracle": {
            "did": ORACLE,
            "envelopeKey": {
                "methodId": f"{ORACLE}#envelope",
                "suite": suite,
                "publicKeyHex": envelope_public_key_of(suite, secret(envelope_key)).hex(),
                "privateKeyHex": envelope_key.hex(),
            },
            "identityKey": {
                "methodId": f"{ORACLE}#identity",
                "algorithm": identity,
                "publicKeyHex": signer(identity, identity_key).public_key.hex(),
            },
        },
    }


def binding(key: dict[str, Any]) -> dict[str, str]:
    return {"methodId": key["methodId"], "keyHashHex": sha256(bytes.fromhex(key["publicKeyHex"])).hex()}


def flip(data: bytes, byte: int) -> bytes:
    changed = bytearray(data)
    changed[byte] ^= 1
    return bytes(changed)


_ED25519_ORDER = 2**252 + 27742317777372353535851937790883648493
_SECP256K1_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def other_signature(algorithm: str, signature: bytes) -> bytes:
    """A second signature over the same message, valid to a lenient verifier."""
    if algorithm == "Ed25519":
        return signature[:32] + (int.from_bytes(signature[32:], "little") + _ED25519_ORDER).to_bytes(32, "little")
    return signature[:32] + (_SECP256K1_ORDER - int.from_bytes(signature[32:], "big")).to_bytes(32, "big")
