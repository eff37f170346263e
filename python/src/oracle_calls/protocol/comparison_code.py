"""Ten digits that are equal at both ends unless somebody stands between them."""

from __future__ import annotations

import hmac
from typing import Final

from .entropy import SYSTEM_ENTROPY, Entropy
from .errors import OracleCallError
from .labelled_hash import labelled_hash, sha256
from .secret_bytes import SecretBytes

COMPARISON_NONCE_BYTES: Final = 32
COMPARISON_CODE_DIGITS: Final = 10


def create_comparison_nonce(entropy: Entropy = SYSTEM_ENTROPY) -> SecretBytes:
    return SecretBytes(entropy(COMPARISON_NONCE_BYTES), "comparison nonce")


def commitment_to(nonce: bytes | bytearray) -> bytes:
    """Fixes a nonce without showing it. The user's stands in the envelope's context, the agent's in its offer."""
    return sha256(nonce)


def check_commitment(nonce: bytes, commitment: bytes) -> None:
    """Checks a revealed nonce against the commitment that came before it. Raises `ERR_HANDSHAKE_COMMITMENT`."""
    if len(nonce) != COMPARISON_NONCE_BYTES or not hmac.compare_digest(commitment_to(nonce), commitment):
        raise OracleCallError("ERR_HANDSHAKE_COMMITMENT")


def comparison_code(transcript: bytes, user_nonce: bytes | bytearray, agent_nonce: bytes | bytearray) -> str:
    """The code of one attempt; neither end can choose it."""
    digest = labelled_hash(
        "comparison code", [("transcript", transcript), ("userNonce", user_nonce), ("agentNonce", agent_nonce)]
    )
    number = int.from_bytes(digest[:16], "big") % 10**COMPARISON_CODE_DIGITS
    return f"{number:0{COMPARISON_CODE_DIGITS}d}"


def format_comparison_code(code: str) -> str:
    """For people: two groups of five."""
    half = COMPARISON_CODE_DIGITS // 2
    return f"{code[:half]} {code[half:]}"
