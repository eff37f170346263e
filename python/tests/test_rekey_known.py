from __future__ import annotations

from typing import Any

import pytest

from known_vectors import ListedEntropy, load, named, secret
from oracle_calls.protocol.handshake import CallSession, Refused
from oracle_calls.protocol.key_schedule import derive_epoch
from oracle_calls.protocol.rekey import AgentRekey, Send, Steps, UserRekey
from oracle_calls.protocol.signing import RawKeySigner
from oracle_calls.protocol.x_wing import Encapsulation, decapsulate_x_wing, encapsulate_x_wing
from test_handshake_known import hex_of

VECTORS = load("rekey.json")


class Ends:
    """Both ends after the handshake of the vector, with the vector's randomness for its exchanges."""

    def __init__(self) -> None:
        identity = RawKeySigner("Ed25519", secret(VECTORS["identityPrivateKeyHex"]))
        per_call = RawKeySigner("Ed25519", secret(VECTORS["callPrivateKeyHex"]))
        exchanges = VECTORS["exchanges"]
        agent_salts = [row[kind][name] for row in exchanges for kind, name in AGENT_RANDOM]
        user_salts = [row["accept"]["saltHex"] for row in exchanges]
        self.made = {row["offer"]["ephemeralPublicKeyHex"]: row for row in exchanges}
        self.agent = AgentRekey(
            session(), identity_signer=identity, call_verifier=per_call.verifier, entropy=ListedEntropy(*agent_salts)
        )
        self.user = UserRekey(
            session(),
            call_signer=per_call,
            oracle_verifier=identity.verifier,
            entropy=ListedEntropy(*user_salts),
            encapsulate=self.encapsulate,
        )

    def encapsulate(self, public_key: bytes) -> Encapsulation:
        row = self.made.get(public_key.hex())
        if row is None:
            return encapsulate_x_wing(public_key)
        encapsulation = bytes.fromhex(row["accept"]["bodyHex"])[:1120]
        return Encapsulation(encapsulation, secret(row["accept"]["sharedSecretHex"]))


AGENT_RANDOM = (("offer", "seedHex"), ("offer", "saltHex"), ("confirm", "saltHex"))


def session() -> CallSession:
    first = VECTORS["first"]
    epoch = derive_epoch(
        chain_key=secret(first["chainKeyHex"]),
        shared_secret=secret(first["sharedSecretHex"]),
        transcript=bytes.fromhex(first["transcriptHex"]),
        attempt=VECTORS["attempt"],
        epoch=1,
    )
    names = {"user_identity": VECTORS["userIdentity"], "agent_identity": VECTORS["agentIdentity"]}
    return CallSession(epoch, comparison_code="0000000000", **names)


def frame_of(outcome: object) -> bytes:
    assert isinstance(outcome, Steps)
    return next(step.frame for step in outcome.steps if isinstance(step, Send))


def test_every_message_and_key_of_both_rekeys_is_the_same() -> None:
    ends = Ends()
    for row in VECTORS["exchanges"]:
        offer = frame_of(ends.agent.begin())
        assert offer.hex() == row["offer"]["frameHex"]
        accept = frame_of(ends.user.receive(offer, VECTORS["agentIdentity"]))
        assert accept.hex() == row["accept"]["frameHex"]
        confirm = frame_of(ends.agent.receive(accept, VECTORS["userIdentity"]))
        assert confirm.hex() == row["confirm"]["frameHex"]
        assert isinstance(ends.user.receive(confirm, VECTORS["agentIdentity"]), Steps)
        for end in (ends.agent, ends.user):
            current = end._state.current  # type: ignore[union-attr]
            assert hex_of(current) == row["keys"]
            assert current.transcript.hex() == row["accept"]["transcriptHex"]
        assert isinstance(ends.agent.peer_switched(row["epoch"]), Steps)


def test_the_ephemeral_keys_open_the_encapsulations() -> None:
    for row in VECTORS["exchanges"]:
        encapsulation = bytes.fromhex(row["accept"]["bodyHex"])[:1120]
        opened = decapsulate_x_wing(encapsulation, secret(row["offer"]["seedHex"]))
        assert opened.expose().hex() == row["accept"]["sharedSecretHex"]


@pytest.mark.parametrize("row", named(VECTORS["rejected"]))
def test_a_rejected_message_is_refused_with_its_code_and_changes_nothing(row: dict[str, Any]) -> None:
    ends = Ends()
    if row["after"] == "offer":
        offer = frame_of(ends.agent.begin())
        assert isinstance(ends.user.receive(offer, VECTORS["agentIdentity"]), Steps)
    end = ends.user if row["to"] == "user" else ends.agent
    state = end.state
    outcome = end.receive(bytes.fromhex(row["frameHex"]), row["sender"])
    assert isinstance(outcome, Refused)
    assert outcome.error.code == row["code"]
    assert end.state == state
