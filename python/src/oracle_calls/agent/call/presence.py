"""Who is in the room, how far the key exchange is, and what the oracle does about it, from the moment its envelope is open.

waiting ──(user here, exchange done, voice received)──► live ◄──(exchange done)── returning
   │                                                     │ │                        ▲ │
   │                              (user vanished)        ▼ └──(user anew · stalled)─┘ │ (vanished)
   │                                                    away ◄────────────────────────┘
   │                                                     └──(user back)──► returning
   └──(nobody came · no exchange)──► ended ◄──(hung up · room gone · broke · too long · did not come back)
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from oracle_calls.protocol.call_status import EndReason

#: How far the key exchange with the user, as it is in the room now, has come. `ready`: the user has proven to have the keys, or
#: should have long since.
LinkProgress: TypeAlias = Literal["none", "offered", "confirmed", "ready"]


@dataclass(frozen=True, slots=True)
class Waiting:
    is_user_here: bool = False
    is_voice_subscribed: bool = False
    link: LinkProgress = "none"


@dataclass(frozen=True, slots=True)
class Live:
    pass


@dataclass(frozen=True, slots=True)
class Returning:
    """The user is here under keys that are not agreed yet: the oracle is muted."""

    link: LinkProgress = "offered"


@dataclass(frozen=True, slots=True)
class Away:
    pass


@dataclass(frozen=True, slots=True)
class Ended:
    pass


PresenceState: TypeAlias = Waiting | Live | Returning | Away | Ended
_Linked: TypeAlias = Waiting | Returning

#: Inputs that say everything by their name.
#: `voice-subscribed`: somebody receives our voice, or should have long since. `stalled`: the user's end does not answer any more.
#: `unprotected`: the keys can be neither used nor replaced, or the SFU broke a rule. `stop`: this process is told to.
SimpleInput: TypeAlias = Literal[
    "user-here",
    "voice-subscribed",
    "confirmed",
    "peer-ready",
    "stalled",
    "length-reached",
    "conversation-failed",
    "unprotected",
    "completed",
    "stop",
]


@dataclass(frozen=True, slots=True)
class UserGone:
    #: The user's client said goodbye, as opposed to falling silent.
    is_deliberate: bool


@dataclass(frozen=True, slots=True)
class PatienceOver:
    #: Somebody who knows the call key answered, and is not the user.
    is_forged: bool


@dataclass(frozen=True, slots=True)
class SeatGone:
    #: The room was deleted or the agent was removed.
    is_deliberate: bool


PresenceInput: TypeAlias = SimpleInput | UserGone | PatienceOver | SeatGone

#: `mute`: the user is gone, say nothing, hear nobody. `hush`: the user is here under keys that are not agreed, say nothing.
SimpleEffect: TypeAlias = Literal["begin-attempt", "greet", "mute", "hush", "unmute", "stop-patience"]


@dataclass(frozen=True, slots=True)
class StartPatience:
    """Wait a bounded time; ends as `PatienceOver`."""

    until: Literal["arrival", "return", "handshake"]


@dataclass(frozen=True, slots=True)
class End:
    """Leave the room, and tell the backend why unless it knows already."""

    report: EndReason | None


PresenceEffect: TypeAlias = SimpleEffect | StartPatience | End


@dataclass(frozen=True, slots=True)
class PresenceStep:
    state: PresenceState
    effects: tuple[PresenceEffect, ...] = ()


INITIAL_PRESENCE: Final = PresenceStep(Waiting(), (StartPatience("arrival"),))
_BEGIN: Final[tuple[PresenceEffect, ...]] = ("begin-attempt", StartPatience("handshake"))


def _end(report: EndReason | None) -> PresenceStep:
    return PresenceStep(Ended(), (End(report),))


def _returning(before: SimpleEffect | None = None) -> PresenceStep:
    return PresenceStep(Returning(), (before, *_BEGIN) if before else _BEGIN)


def step_presence(state: PresenceState, given: PresenceInput) -> PresenceStep:
    """One step. Pure: the driver performs the effects."""
    if isinstance(state, Ended):
        return PresenceStep(state)
    if isinstance(given, UserGone):
        return _on_user_gone(state, given.is_deliberate)
    if isinstance(given, PatienceOver):
        return _on_patience_over(state, given.is_forged)
    if isinstance(given, SeatGone):
        return _end(None if given.is_deliberate else "connection-lost")
    if given == "user-here":
        return _on_user_here(state)
    if given == "voice-subscribed":
        return _live_if_ready(replace(state, is_voice_subscribed=True)) if isinstance(state, Waiting) else _stay(state)
    if given == "confirmed":
        linked = _with_link(state, "offered")
        return PresenceStep(replace(linked, link="confirmed"), ("stop-patience",)) if linked else _stay(state)
    if given == "peer-ready":
        linked = _with_link(state, "confirmed")
        return _live_if_ready(replace(linked, link="ready")) if linked else _stay(state)
    if given == "stalled":
        return _on_stalled(state)
    # The oracle's own decision is not a failure; `expired` is the backend's word.
    return _end("completed" if given in ("length-reached", "completed") else "agent-failed")


def _stay(state: PresenceState) -> PresenceStep:
    return PresenceStep(state)


def _with_link(state: PresenceState, link: LinkProgress) -> _Linked | None:
    """The state, when the key exchange has come so far in it."""
    return state if isinstance(state, (Waiting, Returning)) and state.link == link else None


def _on_user_here(state: PresenceState) -> PresenceStep:
    if isinstance(state, Waiting) and not state.is_user_here:
        return PresenceStep(replace(state, is_user_here=True, link="offered"), ("stop-patience", *_BEGIN))
    if isinstance(state, Away):
        return _returning("stop-patience")
    if isinstance(state, (Waiting, Returning)):
        # Somebody of this identity has entered anew without having left. An offer that is out serves; agreed keys do not.
        return _stay(state) if state.link == "offered" else PresenceStep(replace(state, link="offered"), _BEGIN)
    # Somebody of this identity has entered anew, and has none of our keys.
    return _returning("hush")


def _on_user_gone(state: PresenceState, is_deliberate: bool) -> PresenceStep:
    # Whoever hangs up has told the backend; the agent only has to go.
    if is_deliberate:
        return _end(None)
    wait = StartPatience("return")
    if isinstance(state, Waiting):
        if not state.is_user_here:
            return _stay(state)
        return PresenceStep(replace(state, is_user_here=False, link="none"), (wait,))
    return _stay(state) if isinstance(state, Away) else PresenceStep(Away(), ("mute", wait))


def _on_stalled(state: PresenceState) -> PresenceStep:
    if isinstance(state, Live):
        return _returning("hush")
    if isinstance(state, (Waiting, Returning)):
        # Of an offer that goes unanswered the patience goes on.
        if state.link == "offered":
            return PresenceStep(state, ("begin-attempt",))
        if state.link != "none":
            return PresenceStep(replace(state, link="offered"), _BEGIN)
    return _stay(state)


def _on_patience_over(state: PresenceState, is_forged: bool) -> PresenceStep:
    if _with_link(state, "offered") is not None:
        return _end("invalid-authentication" if is_forged else "agent-failed")
    is_alone = isinstance(state, Away) or (isinstance(state, Waiting) and not state.is_user_here)
    return _end("connection-lost") if is_alone else _stay(state)


def _live_if_ready(state: _Linked) -> PresenceStep:
    if state.link != "ready":
        return _stay(state)
    if isinstance(state, Returning):
        return PresenceStep(Live(), ("unmute",))
    return PresenceStep(Live(), ("unmute", "greet")) if state.is_voice_subscribed else _stay(state)
