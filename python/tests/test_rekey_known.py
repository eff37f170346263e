from __future__ import annotations

from typing import Any

import pytest

from known_vectors import ListedEntropy, load, load_ours, secret
from oracle_calls.protocol.handshake import CallSession, Refused
from oracle_calls.protocol.hearing import HEARD_HERE
from oracle_calls.protocol.key_schedule import derive_epoch
from oracle_calls.protocol.rekey import AgentRekey, Send, Steps, UserRekey
from oracle_calls.protocol.signing import RawKeySigner
from oracle_calls.protocol.x_wing import Encapsulation, decapsulate_x_wing, encapsulate_x_wing
from test_handshake_known import hex_of

VECTORS, OURS = load("rekey.json"), load_ours("rekey.json")
BOTH = [pytest.param(VECTORS, id="the project's"), pytest.param(OURS, id="ours")]


class Ends:
    """Both ends after the handshake of the vector, with the vector's randomness for its exchanges."""

    def __init__(self, vectors: dict[str, Any]) -> None:
        identity = RawKeySigner(vectors.get("identityAlgorithm", "Ed25519"), secret(vectors["identityPrivateKeyHex"]))
        per_call = RawKeySigner("Ed25519", secret(vectors["callPrivateKeyHex"]))
        exchanges = vectors["exchanges"]
        agent_salts = [row[kind][name] for row in exchanges for kind, name in AGENT_RANDOM]
        user_salts = [row["accept"]["saltHex"] for row in exchanges]
        self.made = {row["offer"]["ephemeralPublicKeyHex"]: row for row in exchanges}
        self.agent = AgentRekey(
            session(vectors),
            identity_signer=identity,
            call_verifier=per_call.verifier,
            entropy=ListedEntropy(*agent_salts),
        )
        self.user = UserRekey(
            session(vectors),
            call_signer=per_call,
            oracle_verifier=identity.verifier,
            entropy=ListedEntropy(*user_salts),
            encapsulate=self.encapsulate,
        )

    def encapsulate(self, public_key: bytes) -> Encapsulation:
        row = self.made.get(public_key.hex())
        if row is None:
            return encapsulate_x_wing(public_key)
        return Encapsulation(encapsulation_of(row), secret(row["accept"]["sharedSecretHex"]))


def encapsulation_of(row: dict[str, Any]) -> bytes:
    accept = row["accept"]
    return bytes.fromhex(accept.get("encapsulationHex") or accept["bodyHex"])[:1120]


AGENT_RANDOM = (("offer", "seedHex"), ("offer", "saltHex"), ("confirm", "saltHex"))


def session(vectors: dict[str, Any]) -> CallSession:
    first = vectors["first"]
    epoch = derive_epoch(
        chain_key=secret(first["chainKeyHex"]),
        shared_secret=secret(first["sharedSecretHex"]),
        transcript=bytes.fromhex(first["transcriptHex"]),
        attempt=vectors["attempt"],
        epoch=1,
    )
    names = {"user_identity": vectors["userIdentity"], "agent_identity": vectors["agentIdentity"]}
    return CallSession(epoch, comparison_code="0000000000", hearing=HEARD_HERE, **names)


def frame_of(outcome: object) -> bytes:
    assert isinstance(outcome, Steps)
    return next(step.frame for step in outcome.steps if isinstance(step, Send))


@pytest.mark.parametrize("vectors", BOTH)
def test_every_message_and_key_of_every_rekey_is_the_same(vectors: dict[str, Any]) -> None:
    ends = Ends(vectors)
    for row in vectors["exchanges"]:
        offer = frame_of(ends.agent.begin())
        assert offer.hex() == row["offer"]["frameHex"]
        accept = frame_of(ends.user.receive(offer, vectors["agentIdentity"]))
        assert accept.hex() == row["accept"]["frameHex"]
        confirm = frame_of(ends.agent.receive(accept, vectors["userIdentity"]))
        assert confirm.hex() == row["confirm"]["frameHex"]
        assert isinstance(ends.user.receive(confirm, vectors["agentIdentity"]), Steps)
        for end in (ends.agent, ends.user):
            current = end._state.current  # type: ignore[union-attr]
            assert hex_of(current) == row["keys"]
            assert current.transcript.hex() == row["accept"]["transcriptHex"]
        assert isinstance(ends.agent.peer_switched(row["epoch"]), Steps)


@pytest.mark.parametrize("vectors", BOTH)
def test_the_ephemeral_keys_open_the_encapsulations(vectors: dict[str, Any]) -> None:
    for row in vectors["exchanges"]:
        opened = decapsulate_x_wing(encapsulation_of(row), secret(row["offer"]["seedHex"]))
        assert opened.expose().hex() == row["accept"]["sharedSecretHex"]


@pytest.mark.parametrize(
    ("vectors", "row"),
    [
        pytest.param(one, row, id=f"{whose}, {row['name']}")
        for whose, one in (("the project's", VECTORS), ("ours", OURS))
        for row in one["rejected"]
    ],
)
def test_a_rejected_message_is_refused_with_its_code_and_changes_nothing(
    vectors: dict[str, Any], row: dict[str, Any]
) -> None:
    ends = Ends(vectors)
    if row["after"] == "offer":
        offer = frame_of(ends.agent.begin())
        assert isinstance(ends.user.receive(offer, vectors["agentIdentity"]), Steps)
    end = ends.user if row["to"] == "user" else ends.agent
    state = end.state
    outcome = end.receive(bytes.fromhex(row["frameHex"]), row["sender"])
    assert isinstance(outcome, Refused)
    assert outcome.error.code == row["code"]
    assert end.state == state
