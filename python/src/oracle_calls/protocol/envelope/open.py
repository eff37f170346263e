"""Opening an envelope, which is verified before."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from ..errors import OracleCallError
from ..secret_bytes import SecretBytes
from ..signing import SigningKey
from .sealing import envelope_public_key_of, try_open_call_key
from .signed_envelope import SignedEnvelope
from .suites import EnvelopeKey
from .verify import ENVELOPE_CLOCK_SKEW_MS, ExpectedCall, VerifyingKeys, verify_signed_envelope


@dataclass(frozen=True, slots=True)
class OracleKeys:
    """The keys that an oracle's DID document offers for signed calls."""

    did: str
    #: Call keys are sealed to it: the strongest that is known.
    envelope_key: EnvelopeKey
    #: Signs the oracle's half of the handshake.
    identity_key: SigningKey
    #: False when whoever steals a key that receives has the identity key as well.
    are_independent: bool = True


def open_signed_envelope(
    envelope: SignedEnvelope,
    *,
    expected: ExpectedCall,
    user_key: SigningKey,
    oracle: VerifyingKeys,
    envelope_private_key: SecretBytes,
    now: float,
    skew_ms: float = ENVELOPE_CLOCK_SKEW_MS,
) -> SecretBytes:
    """Verifies as `verify_signed_envelope` and, only then, opens: a foreign envelope never meets the private key.

    Raises what that raises; `ERR_ENVELOPE_OPEN` when it does not open, whatever the cause; `ERR_ENVELOPE_UNSUPPORTED` when
    the private key is not that of the oracle's envelope key.
    """
    suite = oracle.envelope_key.suite
    if not hmac.compare_digest(envelope_public_key_of(suite, envelope_private_key), oracle.envelope_key.public_key):
        raise OracleCallError("ERR_ENVELOPE_UNSUPPORTED", "The private key is not that of the oracle's envelope key.")
    verify_signed_envelope(envelope, expected=expected, user_key=user_key, oracle=oracle, now=now, skew_ms=skew_ms)
    call_key = try_open_call_key(suite, envelope.sealed, envelope_private_key, envelope.context_hash)
    if call_key is None:
        raise OracleCallError("ERR_ENVELOPE_OPEN")
    return call_key
