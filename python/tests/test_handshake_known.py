from __future__ import annotations

from typing import Any

import pytest

from known_vectors import ListedEntropy, load, load_ours, named, secret
from oracle_calls.protocol.comparison_code import commitment_to
from oracle_calls.protocol.handshake import (
    AgentConfirmed,
    AgentHandshake,
    CallBinding,
    Refused,
    UserAccepted,
    UserConfirmed,
    UserHandshake,
)
from oracle_calls.protocol.hearing import decode_hearing, hearing_content
from oracle_calls.protocol.key_schedule import Epoch, confirmation_tag
from oracle_calls.protocol.signing import RawKeySigner
from oracle_calls.protocol.x_wing import Encapsulation, decapsulate_x_wing, encapsulate_x_wing, x_wing_public_key_of

VECTORS, OURS = load("handshake.json"), load_ours("handshake.json")
CALLS, REJECTED = VECTORS["calls"] + OURS["calls"], VECTORS["rejected"] + OURS["rejected"]
BY_NAME = {row["name"]: row for row in CALLS}


class Ends:
    """Both ends as the vector has them, with the vector's randomness."""

    def __init__(self, row: dict[str, Any]) -> None:
        self.row = row
        offer, accept, confirm = row["offer"], row["accept"], row["confirm"]
        identity = RawKeySigner(row["identityAlgorithm"], secret(row["identityPrivateKeyHex"]))
        per_call = RawKeySigner("Ed25519", secret(row["callPrivateKeyHex"]))
        assert identity.public_key.hex() == row["identityPublicKeyHex"]
        assert per_call.public_key.hex() == row["callPublicKeyHex"]
        binding = CallBinding(
            bytes.fromhex(row["contextHashHex"]), bytes.fromhex(row["envelopeSignatureHex"]), row["callId"]
        )
        self.agent_entropy = ListedEntropy(
            offer["seedHex"], offer["agentNonceHex"], offer["saltHex"], confirm["saltHex"]
        )
        hearing = decode_hearing(bytes.fromhex(offer["hearingHex"]), "ERR_HANDSHAKE_MALFORMED")
        assert hearing_content(hearing) == row["hearing"]
        self.user_entropy = ListedEntropy(accept["saltHex"])
        self.agent = AgentHandshake(
            binding,
            call_key=secret(row["callKeyHex"]),
            user_commitment=bytes.fromhex(row["userCommitmentHex"]),
            identity_signer=identity,
            call_verifier=per_call.verifier,
            hearing=hearing,
            entropy=self.agent_entropy,
        )
        made = Encapsulation(bytes.fromhex(accept["encapsulationHex"]), secret(accept["sharedSecretHex"]))
        self.user = UserHandshake(
            binding,
            user_identity=row["userIdentity"],
            call_key=secret(row["callKeyHex"]),
            comparison_nonce=secret(row["userNonceHex"]),
            call_signer=per_call,
            oracle_verifier=identity.verifier,
            entropy=self.user_entropy,
            encapsulate=lambda _public_key: made,
        )

    def begin(self) -> bytes:
        names = {"user_identity": self.row["userIdentity"], "agent_identity": self.row["agentIdentity"]}
        return self.agent.begin(attempt=self.row["attempt"], **names)


def hex_of(epoch: Epoch) -> dict[str, object]:
    """An epoch as the vectors write it."""
    secrets = {
        "masterHex": epoch.master,
        "userConfirmHex": epoch.user_confirm,
        "agentConfirmHex": epoch.agent_confirm,
        "rekeySealHex": epoch.rekey_seal,
        "mediaUserToOracleHex": epoch.keys.media["user-to-oracle"],
        "mediaOracleToUserHex": epoch.keys.media["oracle-to-user"],
        "dataUserToOracleHex": epoch.keys.data["user-to-oracle"],
        "dataOracleToUserHex": epoch.keys.data["oracle-to-user"],
    }
    return {
        **{name: value.expose().hex() for name, value in secrets.items()},
        "userTagHex": confirmation_tag(epoch.user_confirm, epoch.transcript).hex(),
        "agentTagHex": confirmation_tag(epoch.agent_confirm, epoch.transcript).hex(),
        "mediaKeyIndex": epoch.keys.media_key_index,
    }


@pytest.mark.parametrize("row", named(CALLS))
def test_every_message_and_key_is_the_same(row: dict[str, Any]) -> None:
    ends = Ends(row)
    offer = ends.begin()
    assert offer.hex() == row["offer"]["frameHex"]
    accepted = ends.user.receive(offer, row["agentIdentity"])
    assert isinstance(accepted, UserAccepted)
    assert accepted.frame.hex() == row["accept"]["frameHex"]
    confirmed = ends.agent.receive(accepted.frame, row["userIdentity"])
    assert isinstance(confirmed, AgentConfirmed)
    assert confirmed.frame.hex() == row["confirm"]["frameHex"]
    done = ends.user.receive(confirmed.frame, row["agentIdentity"])
    assert isinstance(done, UserConfirmed)
    for session in (confirmed.session, done.session):
        assert session.first.transcript.hex() == row["accept"]["transcriptHex"]
        assert hex_of(session.first) == row["epoch"]
        assert session.comparison_code == row["comparisonCode"]
    assert (ends.agent_entropy.left, ends.user_entropy.left) == ([], [])


@pytest.mark.parametrize("row", named(CALLS))
def test_the_ephemeral_key_opens_the_encapsulation(row: dict[str, Any]) -> None:
    seed = secret(row["offer"]["seedHex"])
    assert x_wing_public_key_of(seed).hex() == row["offer"]["ephemeralPublicKeyHex"]
    encapsulation = bytes.fromhex(row["accept"]["encapsulationHex"])
    assert decapsulate_x_wing(encapsulation, seed).expose().hex() == row["accept"]["sharedSecretHex"]
    assert commitment_to(bytes.fromhex(row["userNonceHex"])).hex() == row["userCommitmentHex"]
    assert commitment_to(bytes.fromhex(row["offer"]["agentNonceHex"])).hex() == row["offer"]["agentCommitmentHex"]


@pytest.mark.parametrize("row", named(REJECTED))
def test_a_rejected_message_is_refused_with_its_code_and_changes_nothing(row: dict[str, Any]) -> None:
    call = BY_NAME[row["call"]]
    ends = Ends(call)
    # Each end must find for itself that an ephemeral key is unusable.
    ends.user._encapsulate = _given_or_real(ends)
    if row["after"] == "offer":
        assert isinstance(ends.user.receive(ends.begin(), call["agentIdentity"]), UserAccepted)
    end = ends.user if row["to"] == "user" else ends.agent
    state = end.state
    outcome = end.receive(bytes.fromhex(row["frameHex"]), row["sender"])
    assert isinstance(outcome, Refused)
    assert outcome.error.code == row["code"]
    assert end.state == state


def _given_or_real(ends: Ends) -> Any:
    given = ends.user._encapsulate
    expected = bytes.fromhex(ends.row["offer"]["ephemeralPublicKeyHex"])

    def encapsulate(public_key: bytes) -> Encapsulation:
        return given(public_key) if public_key == expected else encapsulate_x_wing(public_key)

    return encapsulate
