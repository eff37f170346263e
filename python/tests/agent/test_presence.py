from __future__ import annotations

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from oracle_calls.agent.call.presence import (
    INITIAL_PRESENCE,
    End,
    Ended,
    Live,
    PatienceOver,
    PresenceEffect,
    PresenceInput,
    Returning,
    SeatGone,
    SimpleInput,
    StartPatience,
    UserGone,
    Waiting,
    step_presence,
)

ANY_INPUT: st.SearchStrategy[PresenceInput] = st.one_of(
    st.sampled_from(get_args(SimpleInput)),
    st.builds(UserGone, st.booleans()),
    st.builds(PatienceOver, st.booleans()),
    st.builds(SeatGone, st.booleans()),
)
#: Those that do not end a call by themselves, so that long ones come about.
ORDINARY: st.SearchStrategy[PresenceInput] = st.one_of(
    st.sampled_from(["user-here", "voice-subscribed", "confirmed", "peer-ready", "stalled"]),
    st.just(UserGone(is_deliberate=False)),
)


class Oracle:
    """What the effects make of an oracle."""

    def __init__(self) -> None:
        self.state = INITIAL_PRESENCE.state
        self.may_speak = False
        self.patience: str | None = None
        self.greetings = 0
        self.ends = 0
        for effect in INITIAL_PRESENCE.effects:
            self.do(effect)

    def give(self, given: PresenceInput) -> None:
        step = step_presence(self.state, given)
        self.state = step.state
        for effect in step.effects:
            self.do(effect)

    def do(self, effect: PresenceEffect) -> None:
        if isinstance(effect, End):
            self.ends += 1
        elif isinstance(effect, StartPatience):
            self.patience = effect.until
        elif effect == "stop-patience":
            self.patience = None
        elif effect in ("mute", "hush"):
            self.may_speak = False
        elif effect == "unmute":
            self.may_speak = True
        elif effect == "greet":
            self.greetings += 1


@given(st.lists(st.one_of(ORDINARY, ANY_INPUT), max_size=30))
def test_whatever_comes_the_oracle_speaks_only_when_live_and_never_waits_without_end(
    given_: list[PresenceInput],
) -> None:
    oracle = Oracle()
    for one in given_:
        is_over = isinstance(oracle.state, Ended)
        oracle.give(one)
        if is_over:
            assert isinstance(oracle.state, Ended)
        if isinstance(oracle.state, Ended):
            continue
        assert oracle.may_speak == isinstance(oracle.state, Live)
        if isinstance(oracle.state, (Waiting, Returning)) and oracle.state.link in ("none", "offered"):
            assert oracle.patience is not None
    assert oracle.ends <= 1
    assert oracle.ends == isinstance(oracle.state, Ended)
    assert oracle.greetings <= 1


@given(st.lists(ORDINARY, max_size=30))
def test_speaking_takes_a_confirmed_exchange_with_a_user_who_was_here_since(given_: list[PresenceInput]) -> None:
    oracle = Oracle()
    since: list[PresenceInput] = []
    for one in given_:
        was_live = isinstance(oracle.state, Live)
        since = [one] if one == UserGone(is_deliberate=False) else [*since, one]
        oracle.give(one)
        if isinstance(oracle.state, Live) and not was_live:
            assert "user-here" in since
            assert since.index("user-here") < len(since) - 1 - since[::-1].index("confirmed")


def test_a_forged_answer_is_told_as_such() -> None:
    for is_forged, report in ((True, "invalid-authentication"), (False, "agent-failed")):
        oracle = Oracle()
        oracle.give("user-here")
        step = step_presence(oracle.state, PatienceOver(is_forged))
        assert step.effects == (End(report),)  # type: ignore[arg-type]
