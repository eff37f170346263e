from __future__ import annotations

import asyncio
import contextlib
import logging
from types import SimpleNamespace
from typing import Any

import pytest
from livekit.agents.ipc.job_executor import JobStatus
from livekit.protocol import agent

from oracle_calls.agent import HEARD_HERE, Oracle, OracleServer, OracleSettings
from oracle_calls.agent.backend import WaitingCall
from oracle_calls.agent.server import HandedCalls, LostJobs, Standby
from oracle_calls.agent.server.lost_jobs import Removed
from oracle_calls.protocol import OracleCallError

from .fake_clock import FakeClock, run, settle

CALL = WaitingCall(ticket="ticket", room_id="lk-1")
SETTINGS = OracleSettings(oracle_did="did:ixo:oracle", api_key_file="key", trust_store_file="trust.db", drain_ms=0)


class Sfu:
    """What a worker says to the SFU."""

    def __init__(self) -> None:
        self.messages: list[agent.WorkerMessage] = []

    async def send(self, message: agent.WorkerMessage) -> None:
        self.messages.append(message)


def test_a_handed_call_asks_for_a_job_in_its_room_and_gives_its_ticket_once() -> None:
    async def test() -> None:
        sfu, clock = Sfu(), FakeClock()
        handed = HandedCalls(sfu.send, clock)
        asking = asyncio.ensure_future(handed.request(CALL))
        await settle()
        assert [message.simulate_job.room.name for message in sfu.messages] == ["lk-1"]
        assert "ticket" not in str(sfu.messages)
        assert handed.ticket_of("lk-2") is None
        assert handed.ticket_of("lk-1") == "ticket"
        assert handed.ticket_of("lk-1") is None
        assert await asking
        assert clock.pending_timers == 0

    run(test())


def test_a_handed_call_that_the_sfu_gives_no_job_for_is_forgotten() -> None:
    async def test() -> None:
        clock = FakeClock()
        handed = HandedCalls(Sfu().send, clock)
        asking = asyncio.ensure_future(handed.request(CALL))
        await clock.advance(2_000)
        assert not await asking
        assert handed.ticket_of("lk-1") is None

    run(test())


class Waiting:
    """A backend at which a worker waits."""

    def __init__(self, *answers: WaitingCall | Exception | None) -> None:
        self.answers = list(answers)
        self.loads: list[float] = []

    async def standby(self, load: float) -> WaitingCall | None:
        self.loads.append(load)
        if not self.answers:
            await asyncio.Event().wait()
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


async def stand_by(backend: Waiting, clock: FakeClock, load: list[float], ms: float) -> list[WaitingCall]:
    taken: list[WaitingCall] = []

    async def take(call: WaitingCall) -> bool:
        taken.append(call)
        return False

    task = asyncio.ensure_future(Standby(backend, load=lambda: load[0], take=take, clock=clock).run())
    await clock.advance(ms)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    return taken


def test_a_worker_takes_one_call_after_the_other_and_waits_on_when_none_came() -> None:
    backend = Waiting(CALL, None, CALL)
    assert run(stand_by(backend, FakeClock(), [0.25], 0)) == [CALL, CALL]
    assert backend.loads == [0.25] * 4


def test_a_full_worker_waits_for_no_call() -> None:
    backend = Waiting(CALL)
    assert run(stand_by(backend, FakeClock(), [1.0], 5_000)) == []
    assert backend.loads == []


def test_a_backend_that_fails_is_asked_again_after_growing_pauses_and_told_of_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    backend = Waiting(*[OracleCallError("ERR_UPSTREAM_BACKEND")] * 3, CALL)
    with caplog.at_level(logging.WARNING, "oracle_calls.agent"):
        assert run(stand_by(backend, FakeClock(), [0.0], 3_499)) == []
        assert len(backend.loads) == 3
    assert [record.getMessage() for record in caplog.records] == ["cannot wait at the backend; the SFU dispatches"]
    backend = Waiting(*[OracleCallError("ERR_UPSTREAM_BACKEND")] * 3, CALL)
    assert run(stand_by(backend, FakeClock(), [0.0], 3_500)) == [CALL]


class Room:
    def __init__(self, *outcomes: Removed) -> None:
        self.outcomes = list(outcomes)
        self.removed: list[tuple[str, str]] = []

    async def remove(self, sfu_room_name: str, identity: str) -> Removed:
        self.removed.append((sfu_room_name, identity))
        return self.outcomes.pop(0)


@pytest.mark.parametrize(
    ("outcomes", "last"),
    [
        (["removed"], "dead agent taken out of its room"),
        (["failed", "failed", "absent"], "dead agent taken out of its room"),
        (["failed"] * 4, "a dead agent could not be taken out of its room"),
    ],
)
def test_the_agent_of_a_dead_process_is_taken_out_of_its_room(
    outcomes: list[Removed], last: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def test() -> None:
        room, clock = Room(*outcomes), FakeClock()
        dying = asyncio.ensure_future(LostJobs(room, clock).died("lk-1", "a-1"))
        await clock.advance(3_000)
        await dying
        assert room.removed == [("lk-1", "a-1")] * len(outcomes)

    with caplog.at_level(logging.INFO, "oracle_calls.agent"):
        run(test())
    assert caplog.records[-1].getMessage() == last


class Server(OracleServer):
    """Not connected: what it says to the SFU is kept, and what died is written down."""

    def __init__(self) -> None:
        super().__init__(Oracle(SETTINGS, hearing=HEARD_HERE), clock=FakeClock(), ws_url="ws://127.0.0.1:1")
        self.sfu, self.room = Sfu(), Room("removed")
        self._msg_chan, self._connecting = self.sfu, False  # type: ignore[assignment]
        self._lost_jobs = LostJobs(self.room, FakeClock())


class Request:
    def __init__(self, room: str, metadata: str = "") -> None:
        self.job = SimpleNamespace(metadata=metadata)
        self.room = SimpleNamespace(name=room)
        self.answers: list[str] = []

    async def accept(self, **_: Any) -> None:
        self.answers.append("accepted")

    async def reject(self) -> None:
        self.answers.append("rejected")


def test_a_job_that_was_asked_for_gets_its_ticket_and_a_strange_one_is_refused() -> None:
    async def test() -> None:
        server = Server()
        asking = asyncio.ensure_future(server._handed.request(CALL))
        await settle()
        ours, strange, dispatched = Request("lk-1"), Request("lk-2"), Request("lk-3", "their ticket")
        for request in (ours, strange, dispatched):
            await server.on_request(request)  # type: ignore[arg-type]
        assert await asking
        assert [request.answers for request in (ours, strange, dispatched)] == [
            ["accepted"],
            ["rejected"],
            ["accepted"],
        ]
        assert [ours.job.metadata, dispatched.job.metadata] == ["ticket", "their ticket"]

    run(test())


def test_nothing_about_the_worker_is_shown_on_its_agents() -> None:
    async def test() -> None:
        server = Server()
        answer = agent.AvailabilityResponse(available=True, participant_attributes={"lk.agent.name": "oracle"})
        await server._queue_msg(agent.WorkerMessage(availability=answer))
        assert [dict(one.availability.participant_attributes) for one in server.sfu.messages] == [{}]
        assert server.sfu.messages[0].availability.available

    run(test())


@pytest.mark.parametrize(("status", "removed"), [(JobStatus.FAILED, [("lk-1", "a-1")]), (JobStatus.SUCCESS, [])])
def test_only_a_process_that_died_leaves_an_agent_behind(status: JobStatus, removed: list[tuple[str, str]]) -> None:
    async def test() -> None:
        server = Server()
        arguments = SimpleNamespace(identity="a-1")
        job = SimpleNamespace(job=SimpleNamespace(room=SimpleNamespace(name="lk-1")), accept_arguments=arguments)
        server._on_process_closed(SimpleNamespace(running_job=job, status=status))
        server._on_process_closed(SimpleNamespace(running_job=None))
        await settle()
        assert server.room.removed == removed

    run(test())


def test_a_worker_lets_nobody_write_metadata_and_listens_on_loopback() -> None:
    server = Server()
    assert not server._permissions.can_update_metadata
    assert (server._host, server._port) == ("127.0.0.1", 0)
    assert server._load_fnc(SimpleNamespace(active_jobs=[1, 2])) == pytest.approx(0.35)  # type: ignore[misc,call-arg,arg-type]


def test_a_worker_without_time_to_drain_ends_its_calls_at_once() -> None:
    async def test() -> None:
        server = Server()
        await server.drain()
        assert not server.draining

    run(test())
