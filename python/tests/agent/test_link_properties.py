"""Whatever gets lost, comes twice or comes late between the two ends: never are there two opinions about the keys."""

from __future__ import annotations

import asyncio
from collections import deque

from hypothesis import given, settings
from hypothesis import strategies as st

from oracle_calls.protocol.data import Chat, create_payload_id
from scene import USER

from .fake_clock import run, settle
from .link_scene import LinkScene, ScriptedUser, link_scene

#: What may happen next.
STEPS = st.sampled_from(["to user", "to agent", "twice", "drop", "late", "wait", "begin", "rekey", "chat", "noise"])


class BadLine:
    """Carries frames only when it is told to, and as badly as it is told to."""

    def __init__(self, call: LinkScene) -> None:
        self.call = call
        self.to_user: deque[bytes] = deque()
        self.to_agent: deque[bytes] = deque()
        self.attempt = 0
        self.sent: list[str] = []
        call.user = _Mailbox(call.user, self)  # type: ignore[assignment]

    def deliver_to_user(self, frame: bytes) -> None:
        self.to_agent.extend(self.call.user.real.answers(frame))  # type: ignore[attr-defined]

    async def do(self, step: str) -> None:
        call = self.call
        if step == "to user" and self.to_user:
            self.deliver_to_user(self.to_user.popleft())
        elif step == "to agent" and self.to_agent:
            call.link.receive(self.to_agent.popleft(), USER)
        elif step == "twice" and self.to_agent:
            call.link.receive(self.to_agent[0], USER)
        elif step == "drop":
            for line in (self.to_user, self.to_agent):
                if line:
                    line.popleft()
        elif step == "late":
            self.to_agent.rotate(-1)
            self.to_user.rotate(-1)
        elif step == "wait":
            await call.clock.advance(2_500)
        elif step == "begin" and self.attempt < 6:
            self.attempt += 1
            await call.begin(self.attempt)
        elif step == "rekey":
            await call.link.rekey()
        elif step == "chat":
            self.sent.append(create_payload_id())
            call.link.send(Chat(self.sent[-1], "hello", 1))
        elif step == "noise":
            call.link.receive(b"\x03\x02\x00\x00\x00\x01\x00\x00\x00\x01" + bytes(80), USER)
        await settle()


class _Mailbox:
    def __init__(self, real: ScriptedUser, line: BadLine) -> None:
        self.real = real
        self._line = line

    def answers(self, frame: bytes) -> list[bytes]:
        self._line.to_user.append(frame)
        return []


@settings(max_examples=25)
@given(st.lists(STEPS, min_size=5, max_size=50))
def test_a_bad_line_never_brings_other_keys_about_and_a_good_one_mends_all(steps: list[str]) -> None:
    async def test() -> None:
        call = link_scene()
        line = BadLine(call)
        user: ScriptedUser = call.user.real  # type: ignore[attr-defined]
        for step in ["begin", *steps]:
            await line.do(step)
            agreed = call.link.attempt
            if agreed is not None and user.keys is not None and user.keys.attempt == agreed.attempt:
                assert user.code == agreed.comparison_code
            assert not any(event.startswith("failed") for event in call.told.events)
        # From now on nothing is lost, and a new attempt is made as the job would.
        line.attempt += 1
        await call.begin(line.attempt)
        for _ in range(40):
            while line.to_user or line.to_agent:
                await line.do("to user")
                await line.do("to agent")
            await call.clock.advance(500)
        assert call.link.attempt is not None
        assert call.link.attempt.comparison_code == user.code
        assert user.keys is not None
        assert call.keys.sending == (user.keys.media_key_index, bytes(user.keys.media["oracle-to-user"].expose()))
        heard = [one.id for one in user.received if isinstance(one, Chat)]
        # What must arrive did, once each.
        assert sorted(heard) == sorted(set(line.sent) & set(heard))
        assert set(line.sent[-1:]) <= set(heard)
        call.link.close()

    run(test())
    asyncio.set_event_loop(None)
