"""The two tables of rekeys, walked whole, and a rekey step by step as the text has it."""

from __future__ import annotations

from typing import get_args

import pytest

from oracle_calls.protocol.handshake import Ignored, Refused
from oracle_calls.protocol.rekey import (
    AgentRekey,
    InstallReceive,
    RekeyOutcome,
    Retire,
    Send,
    StartGrace,
    Steps,
    SwitchSend,
    UserRekey,
)
from oracle_calls.protocol.rekey import agent_rekey as agent_side
from oracle_calls.protocol.rekey import user_rekey as user_side
from scene import AGENT, USER, Call, create_scene, shake_hands

SCENE = create_scene()


def rekeys(call: Call) -> tuple[AgentRekey, UserRekey]:
    agent = AgentRekey(call.agent_session, identity_signer=SCENE.identity, call_verifier=SCENE.per_call.verifier)
    user = UserRekey(call.user_session, call_signer=SCENE.per_call, oracle_verifier=SCENE.identity.verifier)
    return agent, user


def kinds(outcome: RekeyOutcome) -> list[type]:
    assert isinstance(outcome, Steps)
    return [type(step) for step in outcome.steps]


def sent(outcome: RekeyOutcome) -> bytes:
    assert isinstance(outcome, Steps)
    return next(step.frame for step in outcome.steps if isinstance(step, Send))


def code(outcome: RekeyOutcome) -> str:
    assert isinstance(outcome, Refused)
    return outcome.error.code


def test_the_tables_have_every_state_and_every_input() -> None:
    assert set(user_side.USER_REKEY_TABLE) == set(get_args(user_side.UserRekeyStateName))
    for user_row in user_side.USER_REKEY_TABLE.values():
        assert set(user_row) == set(get_args(user_side.UserRekeyCell))
    assert set(agent_side.AGENT_REKEY_TABLE) == set(get_args(agent_side.AgentRekeyStateName))
    for agent_row in agent_side.AGENT_REKEY_TABLE.values():
        assert set(agent_row) == set(get_args(agent_side.AgentRekeyCell))
    for closed in (user_side.USER_REKEY_TABLE["closed"], agent_side.AGENT_REKEY_TABLE["closed"]):
        assert set(closed.values()) == {"ERR_HANDSHAKE_CLOSED"}


def test_a_rekey_takes_the_steps_of_the_text_in_their_order() -> None:
    agent, user = rekeys(shake_hands(SCENE))
    first = agent._state.current  # type: ignore[union-attr]
    begun = agent.begin()
    assert kinds(begun) == [Send]
    accepted = user.receive(sent(begun), AGENT)
    assert kinds(accepted) == [InstallReceive, Send]
    confirmed = agent.receive(sent(accepted), USER)
    assert kinds(confirmed) == [InstallReceive, Send, SwitchSend]
    assert first.master.is_destroyed
    assert not first.keys.is_destroyed
    switched = user.receive(sent(confirmed), AGENT)
    assert kinds(switched) == [SwitchSend, StartGrace]
    assert (agent.state, user.state) == ("confirmed", "draining")
    # Until something of the user's was opened under the new keys, the old receive key stays.
    assert isinstance(agent.grace_over(1), Ignored)
    assert isinstance(agent.peer_switched(1), Ignored)
    assert kinds(agent.peer_switched(2)) == [StartGrace]
    assert kinds(agent.grace_over(1)) == [Retire]
    assert first.keys.is_destroyed
    assert kinds(user.grace_over(1)) == [Retire]
    assert (agent.state, user.state) == ("steady", "steady")


def test_a_lost_confirm_is_asked_for_by_the_accept_again() -> None:
    agent, user = rekeys(shake_hands(SCENE))
    offer = sent(agent.begin())
    accept = sent(user.receive(offer, AGENT))
    confirm = sent(agent.receive(accept, USER))
    assert sent(user.receive(offer, AGENT)) == accept
    assert (agent.unanswered, user.unanswered) == (None, accept)
    assert sent(agent.receive(accept, USER)) == confirm
    user.receive(confirm, AGENT)
    assert isinstance(user.receive(confirm, AGENT), Ignored)
    assert isinstance(user.receive(offer, AGENT), Ignored)
    agent.peer_switched(2)
    assert isinstance(agent.receive(accept, USER), Ignored)


def test_the_agent_begins_no_second_rekey_before_the_user_has_switched() -> None:
    agent, user = rekeys(shake_hands(SCENE))
    accept = sent(user.receive(sent(agent.begin()), AGENT))
    assert code(agent.begin()) == "ERR_HANDSHAKE_ORDER"
    confirm = sent(agent.receive(accept, USER))
    assert code(agent.begin()) == "ERR_HANDSHAKE_ORDER"
    user.receive(confirm, AGENT)
    agent.peer_switched(2)
    # The grace of the epoch before ends with the next rekey.
    begun = agent.begin()
    assert kinds(begun) == [Retire, Send]
    assert kinds(user.receive(sent(begun), AGENT)) == [Retire, InstallReceive, Send]


@pytest.mark.parametrize("end", ["agent", "user"])
def test_a_session_that_is_over_ends_its_rekeys(end: str) -> None:
    call = shake_hands(SCENE)
    agent, user = rekeys(call)
    offer = sent(agent.begin())
    if end == "agent":
        accept = sent(user.receive(offer, AGENT))
        call.agent.close()
        assert code(agent.begin()) == "ERR_HANDSHAKE_CLOSED"
        assert code(agent.receive(accept, USER)) == "ERR_HANDSHAKE_CLOSED"
        assert isinstance(agent.peer_switched(1), Ignored)
        assert isinstance(agent.grace_over(1), Ignored)
    else:
        call.user.close()
        assert code(user.receive(offer, AGENT)) == "ERR_HANDSHAKE_CLOSED"
        assert isinstance(user.grace_over(1), Ignored)


def test_another_attempt_and_another_sender_are_refused_before_anything_is_opened() -> None:
    agent, _ = rekeys(shake_hands(SCENE, 2))
    offer = sent(agent.begin())
    _, earlier = rekeys(shake_hands(SCENE, 1))
    _, later = rekeys(shake_hands(SCENE, 3))
    _, same = rekeys(shake_hands(SCENE, 2))
    assert code(earlier.receive(offer, AGENT)) == "ERR_HANDSHAKE_ORDER"
    assert code(later.receive(offer, AGENT)) == "ERR_HANDSHAKE_STALE"
    assert code(same.receive(offer, USER)) == "ERR_HANDSHAKE_IDENTITY"
    # Another handshake of the same attempt has other keys.
    assert code(same.receive(offer, AGENT)) == "ERR_HANDSHAKE_OPEN"
