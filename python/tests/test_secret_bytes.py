from __future__ import annotations

import copy
import logging
import pickle
import traceback

import pytest

from known_vectors import code_of
from oracle_calls.protocol import SecretBytes
from oracle_calls.protocol.handshake import UserAccepted
from scene import AGENT, USER, create_scene, shake_hands

CANARY = b"canary-7f3a-canary-7f3a-canary-7"


def test_a_secret_shows_its_label_and_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    secret = SecretBytes(CANARY, "call key")
    with caplog.at_level(logging.INFO):
        logging.getLogger("test").info("it is %s, %r, %s", secret, secret, [secret])
    try:
        raise ValueError(secret)
    except ValueError:
        shown = traceback.format_exc()
    for text in (caplog.text, shown, f"{secret}", str({"key": secret})):
        assert "call key" in text
        assert "canary" not in text
        assert CANARY.hex() not in text


def test_a_secret_is_neither_pickled_nor_copied_by_accident() -> None:
    secret = SecretBytes(CANARY, "call key")
    for work in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="not pickled"):
            work(secret)
    with pytest.raises(TypeError):
        bytes(secret)  # type: ignore[call-overload]


def test_a_destroyed_secret_is_overwritten_and_of_no_use() -> None:
    secret = SecretBytes(CANARY, "call key")
    exposed, other = secret.expose(), secret.copy()
    with secret:
        pass
    secret.destroy()
    assert exposed == bytes(len(CANARY))
    assert secret.is_destroyed
    assert code_of(secret.expose) == "ERR_INTERNAL"
    assert other.expose() == CANARY


def test_closing_a_handshake_wipes_every_key_of_it() -> None:
    scene = create_scene()
    call = shake_hands(scene)
    for session, end in ((call.user_session, call.user), (call.agent_session, call.agent)):
        epoch = session.first
        secrets = [*epoch.keys.media.values(), *epoch.keys.data.values(), epoch.master, epoch.rekey_seal]
        end.close()
        assert all(secret.is_destroyed for secret in secrets)
        assert end._call_key.is_destroyed
    # The caller's own copies are the caller's.
    assert not scene.call_key.is_destroyed


def test_what_was_offered_and_not_taken_is_wiped() -> None:
    scene = create_scene()
    agent, user = scene.agent_end(), scene.user_end()
    offer = agent.begin(attempt=1, user_identity=USER, agent_identity=AGENT)
    offered = agent._state
    agent.begin(attempt=2, user_identity=USER, agent_identity=AGENT)
    assert offered.seed.is_destroyed  # type: ignore[union-attr]
    assert offered.agent_nonce.is_destroyed  # type: ignore[union-attr]
    assert isinstance(user.receive(offer, AGENT), UserAccepted)
    pending = user._state.pending  # type: ignore[union-attr]
    user.close()
    assert pending.master.is_destroyed
