"""An honest user and an honest oracle, with fresh keys."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from oracle_calls.protocol import SecretBytes
from oracle_calls.protocol.comparison_code import commitment_to
from oracle_calls.protocol.did import did_key_method_id_of, did_key_of
from oracle_calls.protocol.envelope import (
    CallFacts,
    EnvelopeKey,
    EnvelopeSuite,
    ExpectedCall,
    OracleKeys,
    SealedCall,
    open_signed_envelope,
    parse_signed_envelope,
    seal_signed_envelope,
)
from oracle_calls.protocol.envelope.sealing import envelope_public_key_of
from oracle_calls.protocol.handshake import (
    AgentConfirmed,
    AgentHandshake,
    CallBinding,
    CallSession,
    UserAccepted,
    UserConfirmed,
    UserHandshake,
)
from oracle_calls.protocol.hearing import HEARD_HERE
from oracle_calls.protocol.signing import RawKeySigner, SigningAlgorithm, SigningKey

NOW = 1_795_435_200_000
MINUTE_MS = 60_000
ORACLE_DID = "did:ixo:oracle456"
CALL_ID = "$event@lk-0123456789abcdef"
USER, AGENT = "participant-user", "participant-agent"


@dataclass(frozen=True)
class Scene:
    oracle: OracleKeys
    envelope_private_key: SecretBytes
    identity: RawKeySigner
    user: RawKeySigner
    user_did: str
    user_key: SigningKey
    call_key: SecretBytes
    nonce: SecretBytes
    per_call: RawKeySigner
    sealed: SealedCall

    @property
    def expected(self) -> ExpectedCall:
        """What an honest agent expects of the call."""
        context = self.sealed.envelope.context
        return ExpectedCall(**{name: getattr(context, name) for name in ExpectedCall.__slots__})

    def open(
        self, envelope_hex: str, now: float = NOW + MINUTE_MS, expected: ExpectedCall | None = None
    ) -> SecretBytes:
        return open_signed_envelope(
            parse_signed_envelope(envelope_hex),
            expected=expected or self.expected,
            user_key=self.user_key,
            oracle=self.oracle,
            envelope_private_key=self.envelope_private_key,
            now=now,
        )

    @property
    def binding(self) -> CallBinding:
        return CallBinding(self.sealed.envelope.context_hash, self.sealed.envelope.signature, CALL_ID)

    def agent_end(self) -> AgentHandshake:
        return AgentHandshake(
            self.binding,
            call_key=self.call_key,
            user_commitment=self.sealed.envelope.context.comparison_commitment,
            identity_signer=self.identity,
            call_verifier=self.per_call.verifier,
            hearing=HEARD_HERE,
        )

    def user_end(self) -> UserHandshake:
        return UserHandshake(
            self.binding,
            user_identity=USER,
            call_key=self.call_key,
            comparison_nonce=self.nonce,
            call_signer=self.per_call,
            oracle_verifier=self.identity.verifier,
        )


def create_scene(suite: EnvelopeSuite = "hpke-x25519", algorithm: SigningAlgorithm = "Ed25519") -> Scene:
    envelope_private_key = SecretBytes(secrets.token_bytes(32), "envelope key")
    identity = RawKeySigner(algorithm, SecretBytes.random(32, "identity key"))
    user = RawKeySigner(algorithm, SecretBytes.random(32, "user key"))
    per_call = RawKeySigner("Ed25519", SecretBytes.random(32, "per-call key"))
    user_did = did_key_of("ed25519" if algorithm == "Ed25519" else "secp256k1", user.public_key)
    envelope_key = EnvelopeKey(f"{ORACLE_DID}#envelope", suite, envelope_public_key_of(suite, envelope_private_key))
    oracle = OracleKeys(ORACLE_DID, envelope_key, identity.named(f"{ORACLE_DID}#identity"))
    call_key, nonce = SecretBytes.random(32, "call key"), SecretBytes.random(32, "nonce")
    user_key = user.named(did_key_method_id_of(user_did))
    call = CallFacts(
        call_type="audio",
        sfu_room_name="lk-0123456789abcdef",
        session_id="5f1f9c1e-0000-4000-8000-000000000000",
        matrix_room_id="!room:example.org",
        matrix_sender="@alice:example.org",
        matrix_oracle="@oracle:example.org",
        call_public_key=per_call.public_key,
        not_before=NOW,
        not_after=NOW + 60 * MINUTE_MS,
        comparison_commitment=commitment_to(nonce.expose()),
    )
    sealed = seal_signed_envelope(
        call_key=call_key, call=call, oracle=oracle, user_did=user_did, user_key=user_key, signer=user
    )
    return Scene(oracle, envelope_private_key, identity, user, user_did, user_key, call_key, nonce, per_call, sealed)


@dataclass(frozen=True)
class Call:
    """Both ends of a call after its handshake."""

    agent: AgentHandshake
    user: UserHandshake
    agent_session: CallSession
    user_session: CallSession


def shake_hands(scene: Scene, attempt: int = 1) -> Call:
    agent, user = scene.agent_end(), scene.user_end()
    offer = agent.begin(attempt=attempt, user_identity=USER, agent_identity=AGENT)
    accepted = user.receive(offer, AGENT)
    assert isinstance(accepted, UserAccepted)
    confirmed = agent.receive(accepted.frame, USER)
    assert isinstance(confirmed, AgentConfirmed)
    done = user.receive(confirmed.frame, AGENT)
    assert isinstance(done, UserConfirmed)
    return Call(agent, user, confirmed.session, done.session)
