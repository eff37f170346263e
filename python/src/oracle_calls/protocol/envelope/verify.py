"""Whether an envelope was made for exactly this call, with these keys, for this time, by this user."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final, Protocol

from ..errors import OracleCallError
from ..schema import wire_name
from ..signing import SigningKey, is_signature_valid
from .context import KeyBinding, NamedKey, bind_key
from .signed_envelope import SignedEnvelope, message_to_sign
from .suites import EnvelopeKey, is_weaker

#: How far the clocks of user, backend and agent may differ.
ENVELOPE_CLOCK_SKEW_MS: Final = 5 * 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedCall:
    """What the call is, as the one who verifies knows it from elsewhere."""

    call_type: str
    sfu_room_name: str
    session_id: str
    user_did: str
    matrix_room_id: str
    matrix_sender: str
    matrix_oracle: str
    ring_event_id: str | None = None


class VerifyingKeys(Protocol):
    """The oracle's keys, the strongest that its own document offers."""

    @property
    def did(self) -> str: ...
    @property
    def envelope_key(self) -> EnvelopeKey: ...
    @property
    def identity_key(self) -> SigningKey: ...


def _is_bound(binding: KeyBinding, key: NamedKey) -> bool:
    return binding == bind_key(key)


def _wrong_fields(envelope: SignedEnvelope, expected: ExpectedCall, oracle: VerifyingKeys) -> list[str]:
    context = envelope.context
    checks = {
        **{name.name: getattr(context, name.name) == getattr(expected, name.name) for name in fields(ExpectedCall)},
        "oracle_did": context.oracle_did == oracle.did,
        "suite": context.suite == oracle.envelope_key.suite,
        "oracle_envelope_key": _is_bound(context.oracle_envelope_key, oracle.envelope_key),
        "oracle_identity_key": _is_bound(context.oracle_identity_key, oracle.identity_key),
    }
    return [wire_name(name) for name, is_right in checks.items() if not is_right]


def verify_signed_envelope(
    envelope: SignedEnvelope,
    *,
    expected: ExpectedCall,
    user_key: SigningKey,
    oracle: VerifyingKeys,
    now: float,
    skew_ms: float = ENVELOPE_CLOCK_SKEW_MS,
) -> None:
    """Checks in this order: the suite, the names and keys, the time, the signature. `now` is in ms since the Unix epoch.

    `user_key` is resolved from the user's own DID and pinned, never taken from the envelope.

    Raises `ERR_ENVELOPE_DOWNGRADE`, `ERR_ENVELOPE_CONTEXT` with `details["fields"]`, `ERR_ENVELOPE_EXPIRED`,
    `ERR_ENVELOPE_SIGNATURE`.
    """
    context = envelope.context
    if is_weaker(context.suite, oracle.envelope_key.suite):
        raise OracleCallError("ERR_ENVELOPE_DOWNGRADE")
    wrong = _wrong_fields(envelope, expected, oracle)
    if wrong:
        raise OracleCallError("ERR_ENVELOPE_CONTEXT", details={"fields": wrong})
    # Written so that NaN is refused.
    if not context.not_before - skew_ms <= now <= context.not_after + skew_ms:
        raise OracleCallError("ERR_ENVELOPE_EXPIRED", details={"isTooEarly": now < context.not_before})
    message = message_to_sign(context, envelope.sealed)
    if not _is_bound(context.user_signing_key, user_key) or not is_signature_valid(
        user_key.algorithm, user_key.public_key, message, envelope.signature
    ):
        raise OracleCallError("ERR_ENVELOPE_SIGNATURE")
