"""The two tables, walked whole, and what stands beside them in a call with several attempts."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from oracle_calls.protocol import OracleCallError, SecretBytes
from oracle_calls.protocol.handshake import CallBinding, Ignored, Refused, Resend, UserAccepted
from oracle_calls.protocol.handshake import agent_handshake as agent_side
from oracle_calls.protocol.handshake import user_handshake as user_side
from oracle_calls.protocol.hearing import HEARD_HERE
from oracle_calls.protocol.signing import RawKeySigner, Signer
from scene import AGENT, CALL_ID, USER, create_scene, shake_hands

SCENE = create_scene()


def test_the_users_table_has_every_state_and_every_message() -> None:
    assert set(user_side.USER_TABLE) == set(get_args(user_side.UserStateName))
    for row in user_side.USER_TABLE.values():
        assert set(row) == set(get_args(user_side.UserCell))
    assert set(user_side.USER_TABLE["closed"].values()) == {"ERR_HANDSHAKE_CLOSED"}


def test_the_agents_table_has_every_state_and_every_message() -> None:
    assert set(agent_side.AGENT_TABLE) == set(get_args(agent_side.AgentStateName))
    for row in agent_side.AGENT_TABLE.values():
        assert set(row) == set(get_args(agent_side.AgentCell))
    assert set(agent_side.AGENT_TABLE["closed"].values()) == {"ERR_HANDSHAKE_CLOSED"}


def user_states() -> dict[str, Any]:
    """The user's end in each state, at attempt 2."""
    waiting, accepted, closed = SCENE.user_end(), SCENE.user_end(), SCENE.user_end()
    agent = SCENE.agent_end()
    offer = agent.begin(attempt=2, user_identity=USER, agent_identity=AGENT)
    assert isinstance(accepted.receive(offer, AGENT), UserAccepted)
    closed.close()
    return {"waiting": waiting, "accepted": accepted, "confirmed": shake_hands(SCENE, 2).user, "closed": closed}


@pytest.mark.parametrize("state", get_args(user_side.UserStateName))
def test_the_user_finds_the_cell_of_every_number(state: str) -> None:
    inner = user_states()[state]._state
    current = inner.attempt
    offer_digest = getattr(inner, "offer_digest", b"none")
    confirm_digest = getattr(inner, "confirm_digest", b"none")
    has_seen = state in ("accepted", "confirmed")
    cells = {
        ("offer", current + 1, b"other"): "offer-later",
        ("offer", current, offer_digest): "offer-again" if has_seen else "offer-not-later",
        ("offer", current, b"other"): "offer-not-later",
        ("offer", current - 1, offer_digest): "offer-not-later",
        ("confirm", current + 1, b"other"): "confirm-later",
        ("confirm", current, confirm_digest): "confirm-again" if state == "confirmed" else "confirm-current",
        ("confirm", current, b"other"): "confirm-current",
        ("confirm", current - 1, confirm_digest): "confirm-earlier",
    }
    found = {key: user_side.user_cell(inner, *key) for key in cells}  # type: ignore[arg-type]
    assert found == cells


def test_the_same_messages_again_are_answered_with_the_same_or_ignored() -> None:
    agent, user = SCENE.agent_end(), SCENE.user_end()
    offer = agent.begin(attempt=1, user_identity=USER, agent_identity=AGENT)
    assert SCENE.agent_end().unanswered is None
    waiting = agent.unanswered
    assert waiting == offer
    accepted = user.receive(offer, AGENT)
    assert isinstance(accepted, UserAccepted)
    assert user.unanswered == accepted.frame
    again = user.receive(offer, AGENT)
    assert isinstance(again, Resend)
    assert again.frame == accepted.frame
    confirmed = agent.receive(accepted.frame, USER)
    assert isinstance(confirmed, agent_side.AgentConfirmed)
    twice = agent.receive(accepted.frame, USER)
    assert isinstance(twice, Resend)
    assert twice.frame == confirmed.frame
    assert isinstance(user.receive(confirmed.frame, AGENT), user_side.UserConfirmed)
    assert isinstance(user.receive(confirmed.frame, AGENT), Ignored)
    assert isinstance(user.receive(offer, AGENT), Ignored)
    assert agent.unanswered is None
    assert user.unanswered is None


def code(outcome: object) -> str:
    assert isinstance(outcome, Refused)
    return outcome.error.code


def test_another_message_under_the_same_number_is_refused() -> None:
    user = SCENE.user_end()
    offers = [SCENE.agent_end().begin(attempt=1, user_identity=USER, agent_identity=AGENT) for _ in range(2)]
    assert isinstance(user.receive(offers[0], AGENT), UserAccepted)
    assert code(user.receive(offers[1], AGENT)) == "ERR_HANDSHAKE_STALE"


def test_a_later_attempt_wipes_the_one_before_at_both_ends() -> None:
    call = shake_hands(SCENE)
    offer = call.agent.begin(attempt=2, user_identity=USER, agent_identity=AGENT)
    assert call.agent_session.is_over
    assert call.agent_session.keys.is_destroyed
    assert not call.user_session.is_over
    assert isinstance(call.user.receive(offer, AGENT), UserAccepted)
    assert call.user_session.is_over


def test_a_forged_offer_of_a_later_attempt_wipes_nothing() -> None:
    call = shake_hands(SCENE)
    mallory = RawKeySigner("Ed25519", SecretBytes.random(32, "mallory"))
    forger = agent_side.AgentHandshake(
        SCENE.binding,
        call_key=SCENE.call_key,
        user_commitment=SCENE.sealed.envelope.context.comparison_commitment,
        identity_signer=mallory,
        call_verifier=SCENE.per_call.verifier,
        hearing=HEARD_HERE,
    )
    forged = forger.begin(attempt=2, user_identity=USER, agent_identity=AGENT)
    assert code(call.user.receive(forged, AGENT)) == "ERR_HANDSHAKE_SIGNATURE"
    assert not call.user_session.is_over


def test_an_attempt_must_rise_and_a_closed_end_begins_none() -> None:
    agent = SCENE.agent_end()
    agent.begin(attempt=3, user_identity=USER, agent_identity=AGENT)
    with pytest.raises(OracleCallError, match="attempt or epoch that is over"):
        agent.begin(attempt=3, user_identity=USER, agent_identity=AGENT)
    with pytest.raises(ValueError, match="attempt"):
        agent.begin(attempt=1025, user_identity=USER, agent_identity=AGENT)
    for identity in ("", "a" * 129, "é" * 65):
        with pytest.raises(ValueError, match="identity"):
            agent.begin(attempt=4, user_identity=identity, agent_identity=AGENT)
    agent.close()
    agent.close()
    with pytest.raises(OracleCallError) as caught:
        agent.begin(attempt=5, user_identity=USER, agent_identity=AGENT)
    assert caught.value.code == "ERR_HANDSHAKE_CLOSED"


def test_an_end_does_not_take_its_own_messages() -> None:
    agent, user = SCENE.agent_end(), SCENE.user_end()
    offer = agent.begin(attempt=1, user_identity=USER, agent_identity=AGENT)
    accepted = user.receive(offer, AGENT)
    assert isinstance(accepted, UserAccepted)
    assert code(agent.receive(offer, AGENT)) == "ERR_HANDSHAKE_ORDER"
    assert code(user.receive(accepted.frame, USER)) == "ERR_HANDSHAKE_ORDER"


def test_the_codes_of_two_attempts_differ_and_both_ends_have_the_same() -> None:
    codes = set()
    for attempt in (1, 2):
        call = shake_hands(SCENE, attempt)
        assert call.agent_session.comparison_code == call.user_session.comparison_code
        codes.add(call.user_session.comparison_code)
    assert len(codes) == 2


class BrokenSigner:
    def sign(self, message: bytes) -> bytes:
        raise OSError(f"no token for {len(message)} bytes")


class ShortSigner:
    def sign(self, message: bytes) -> bytes:
        return message[:63]


@pytest.mark.parametrize("signer", [BrokenSigner(), ShortSigner()])
def test_a_signer_that_fails_is_a_signature_that_is_not_there(signer: Signer) -> None:
    agent, user = SCENE.agent_end(), SCENE.user_end()
    offer = agent.begin(attempt=1, user_identity=USER, agent_identity=AGENT)
    user._call_signer, honest = signer, user._call_signer
    assert code(user.receive(offer, AGENT)) == "ERR_HANDSHAKE_SIGNATURE"
    user._call_signer = honest
    accepted = user.receive(offer, AGENT)
    assert isinstance(accepted, UserAccepted)
    agent._identity_signer = signer
    assert code(agent.receive(accepted.frame, USER)) == "ERR_HANDSHAKE_SIGNATURE"
    assert agent.state == "offered"
    with pytest.raises(OracleCallError):
        agent.begin(attempt=2, user_identity=USER, agent_identity=AGENT)


def test_what_a_session_adopted_ends_with_it() -> None:
    class Owned:
        is_closed = False

        def close(self) -> None:
            self.is_closed = True

    call, first, late = shake_hands(SCENE), Owned(), Owned()
    call.user_session.adopt(first)
    call.user.close()
    assert first.is_closed
    call.user_session.adopt(late)
    assert late.is_closed


def test_another_call_id_ends_in_a_signature_that_is_not_valid() -> None:
    other = agent_side.AgentHandshake(
        CallBinding(SCENE.binding.context_hash, SCENE.binding.envelope_signature, f"{CALL_ID}0"),
        call_key=SCENE.call_key,
        user_commitment=SCENE.sealed.envelope.context.comparison_commitment,
        identity_signer=SCENE.identity,
        call_verifier=SCENE.per_call.verifier,
        hearing=HEARD_HERE,
    )
    offer = other.begin(attempt=1, user_identity=USER, agent_identity=AGENT)
    assert code(SCENE.user_end().receive(offer, AGENT)) == "ERR_HANDSHAKE_SIGNATURE"
