"""Takes a seat and gets the keys, both at once: entering the room needs no key, and nothing leaves before one is set."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from oracle_calls.protocol import OracleCallError
from oracle_calls.protocol.call_status import EndReason

from ..backend import CLAIM_RETRY, Backend, ClaimedCall, SealedKey, retrying
from ..clock import within
from ..log_lines import call_name
from ..seat import Seat
from ..seat.notices import Observe
from .open_call import OpenedCall, Opening, open_call
from .timeline import JobTimeline

log = logging.getLogger("oracle_calls.agent")

#: Entering a room takes a tenth of a second; past this the SFU is not going to answer, in ms.
_JOIN_MAX_MS: Final = 15_000

#: Makes a seat; whether for a call of the older protocol.
OpenSeat: TypeAlias = Callable[[bool], Seat]


@dataclass(frozen=True, slots=True)
class Ready:
    """Everything that a call needs."""

    call: ClaimedCall
    opened: OpenedCall
    seat: Seat


@dataclass(frozen=True, slots=True)
class StayOut:
    """Nobody is told: the backend knows, or there is nothing that the agent could say."""


@dataclass(frozen=True, slots=True)
class Report:
    call: ClaimedCall
    end_reason: EndReason


SetUp: TypeAlias = Ready | StayOut | Report


async def set_up(
    opening: Opening, backend: Backend, ticket: str, open_seat: OpenSeat, observe: Observe, timeline: JobTimeline
) -> SetUp:
    """The seats of the two protocols encrypt in different ways, and a job has one seat.

    The SFU ends the job of an agent that leaves its room, so where the older protocol is allowed, the agent enters once it knows
    which one the call speaks.
    """
    early: asyncio.Task[Seat | None] | None = None
    if opening.older_protocol == "refuse":
        early = asyncio.ensure_future(_enter(opening, open_seat, False, observe))
    try:
        fetched = await _fetch_and_open(opening, backend, ticket, timeline)
        if not isinstance(fetched, tuple):
            return fetched
        call, opened = fetched
        try:
            seat = await (early or _enter(opening, open_seat, opened.envelope is None, observe))
        except BaseException:
            opened.call_key.destroy()
            raise
        if seat is None:
            opened.call_key.destroy()
            return Report(call, "agent-failed")
        timeline.mark("connected")
        # From here on the job closes it.
        early = None
        return Ready(call, opened, seat)
    finally:
        if early is not None:
            await _leave_early(early)


async def _leave_early(early: asyncio.Task[Seat | None]) -> None:
    early.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        seat = await early
        if seat is not None:
            await leave(seat)


async def leave(seat: Seat) -> None:
    """Leaves the room. What goes wrong there is logged: there is nothing else to do about it."""
    try:
        await seat.close()
    except Exception as error:  # noqa: BLE001
        log.warning("leaving failed", extra={"code": code_of(error)})


def code_of(error: BaseException) -> str:
    return error.code if isinstance(error, OracleCallError) else "ERR_INTERNAL"


async def _enter(opening: Opening, open_seat: OpenSeat, is_older: bool, observe: Observe) -> Seat | None:
    """Enters the room; `None` when that failed, which is logged."""
    seat: Seat | None = None
    try:
        seat = open_seat(is_older)
        await within(
            opening.clock,
            _JOIN_MAX_MS,
            seat.join(observe),
            lambda: OracleCallError("ERR_MEDIA_CONNECT", "The SFU did not answer in time."),
        )
    except Exception as error:  # noqa: BLE001
        log.error("could not enter the SFU room", extra={"code": code_of(error)})
        if seat is not None:
            await leave(seat)
        return None
    except BaseException:
        if seat is not None:
            await leave(seat)
        raise
    return seat


async def _fetch_and_open(
    opening: Opening, backend: Backend, ticket: str, timeline: JobTimeline
) -> tuple[ClaimedCall, OpenedCall] | StayOut | Report:
    """Claims the call and asks for its sealed key. A refusal is logged, and the agent stays out."""
    call: ClaimedCall | None = None
    try:
        claimed = await retrying(lambda: backend.claim(ticket, opening.sfu_room_name), CLAIM_RETRY, opening.clock)
        call = claimed
        name = call_name.get()
        if name is not None:
            name.call_id = call.call_id
            name.trace_id = call.traceparent.split("-")[1] if call.traceparent is not None else None
        log.info("call claimed")
        timeline.mark("claimed")
        key = call.key
        if key is None:
            key = await retrying(lambda: backend.fetch_key(claimed.call_id), CLAIM_RETRY, opening.clock)
        timeline.mark("key_fetched")
    except OracleCallError as error:
        what = "call not claimed; staying out" if call is None else "key request failed; staying out"
        log.error(what, extra={"code": error.code})
        return StayOut()
    outcome = await _try_open(opening, call, key)
    timeline.mark("key_opened")
    return outcome


async def _try_open(opening: Opening, call: ClaimedCall, key: SealedKey) -> tuple[ClaimedCall, OpenedCall] | Report:
    try:
        return call, await open_call(opening, call, key)
    except OracleCallError as error:
        # Which fields of the context do not fit: names, no values.
        fields = error.details.get("fields", ())
        log.error("the sealed key is refused", extra={"code": error.code, "fields": fields})
        # Whether it could not be found out who called, which says nothing against the user.
        is_our_failure = error.retryable or error.code in ("ERR_KEY_STORE", "ERR_INTERNAL")
        return Report(call, "agent-failed" if is_our_failure else "invalid-authentication")
    finally:
        # One process, one call: the keys that open envelopes are not needed any more.
        opening.identity.wipe_receiving()
