"""Opening a call's key, after everything that speaks against it was checked."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from oracle_calls.protocol import OracleCallError, SecretBytes
from oracle_calls.protocol.did import ResolvedUserKey
from oracle_calls.protocol.envelope import (
    ExpectedCall,
    SignedEnvelope,
    is_signed_envelope,
    open_bare_envelope,
    open_signed_envelope,
    parse_signed_envelope,
    verify_signed_envelope,
)

from ..backend.answers import ClaimedCall, SealedKey
from ..backend.retry import CLAIM_RETRY, retrying
from ..clock import Clock
from ..identity import OwnIdentity
from ..trust import TrustStore

log = logging.getLogger("oracle_calls.agent")

OlderProtocol: TypeAlias = Literal["refuse", "allow"]


class UserKeyResolver(Protocol):
    """The part of a `DidResolver` that opening needs."""

    async def resolve_user_key(self, did: str, method_id: str) -> ResolvedUserKey: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What it takes to open calls."""

    sfu_room_name: str
    identity: OwnIdentity
    trust: TrustStore
    resolver: UserKeyResolver
    clock: Clock
    older_protocol: OlderProtocol = "refuse"


@dataclass(frozen=True, slots=True)
class OpenedCall:
    """A call whose key the agent has. Without an envelope it is one of the older protocol."""

    call_key: SecretBytes
    envelope: SignedEnvelope | None


async def open_call(opening: Opening, call: ClaimedCall, key: SealedKey) -> OpenedCall:
    """Each check is one statement.

    Raises `ERR_ENVELOPE_…`, `ERR_KEY_CHANGED`, `ERR_KEY_ROTATION`, `ERR_DID_…`, `ERR_PROTOCOL_UNKNOWN_VERSION`: this is not the
    user's call; retryable ones and `ERR_KEY_STORE`: it could not be found out.
    """
    identity, trust, clock = opening.identity, opening.trust, opening.clock
    if key.oracle_did != identity.did:
        raise OracleCallError("ERR_ENVELOPE_CONTEXT", details={"fields": ["oracleDid"]})
    if not is_signed_envelope(key.encryption_key):
        return _open_older_call(opening, key)
    envelope = parse_signed_envelope(key.encryption_key)
    user = await _resolve_user(opening, envelope, key)
    expected, oracle = _expected(opening, call, key, envelope), identity.keys.keys
    verify_signed_envelope(envelope, expected=expected, user_key=user.signing_key, oracle=oracle, now=clock.now())
    # Only after the envelope was verified under this key: an envelope that names another one must not pin it.
    judgement = trust.user_keys.judge(user, clock.now())
    log.info("user key judged", extra={"judgement": type(judgement).__name__})
    trust.used_contexts.use(envelope, call.call_id, clock.now())
    call_key = open_signed_envelope(
        envelope,
        expected=expected,
        user_key=user.signing_key,
        oracle=oracle,
        envelope_private_key=identity.keys.envelope_private_key,
        now=clock.now(),
    )
    return OpenedCall(call_key, envelope)


def _open_older_call(opening: Opening, key: SealedKey) -> OpenedCall:
    """A bare envelope says neither who sealed it nor what for.

    Only where the operator allows it by name, and never in the name of a user who has signed before: whoever swaps the envelope
    would strip that user's calls of their signature.
    """
    if opening.older_protocol != "allow":
        raise OracleCallError("ERR_ENVELOPE_DOWNGRADE")
    if opening.trust.user_keys.knows(key.user_did):
        raise OracleCallError("ERR_ENVELOPE_DOWNGRADE")
    return OpenedCall(open_bare_envelope(key.encryption_key, opening.identity.older_private_key), None)


async def _resolve_user(opening: Opening, envelope: SignedEnvelope, key: SealedKey) -> ResolvedUserKey:
    """The agent asks the user's DID itself: not the backend, and not the envelope, which only names the key."""
    method_id = envelope.context.user_signing_key.method_id
    resolver = opening.resolver
    return await retrying(lambda: resolver.resolve_user_key(key.user_did, method_id), CLAIM_RETRY, opening.clock)


def _expected(opening: Opening, call: ClaimedCall, key: SealedKey, envelope: SignedEnvelope) -> ExpectedCall:
    context = envelope.context
    return ExpectedCall(
        # Known to the agent itself: the room it is in, and its own account.
        sfu_room_name=opening.sfu_room_name,
        matrix_oracle=opening.identity.matrix_user_id,
        # The backend's word, which the user's signature confirms.
        call_type=call.call_type,
        session_id=call.session_id,
        user_did=key.user_did,
        # The agent sees no Matrix event: for these it has nothing but the signed context itself. The backend checks them.
        matrix_room_id=context.matrix_room_id,
        matrix_sender=context.matrix_sender,
        ring_event_id=context.ring_event_id,
    )
