"""An `AgentServer` with what a worker of an oracle must have."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from livekit.agents import NOT_GIVEN, AgentServer, JobProcess, JobRequest, NotGivenOr, WorkerPermissions
from livekit.agents.ipc.job_executor import JobExecutor, JobStatus
from livekit.agents.utils import is_given
from livekit.protocol import agent as wire

from ..clock import Clock, SystemClock
from ..oracle import Oracle
from ..own_document import resolve_ahead
from ..settings import OracleSettings
from ..turns import Background
from .handed_calls import HandedCalls
from .lost_jobs import LostJobs, SeatRemoval
from .standby import Standby

log = logging.getLogger("oracle_calls.agent")

#: Speak, listen and send the frames of the key exchange. No metadata, whatever a library tries.
PERMISSIONS: Final = WorkerPermissions(can_update_metadata=False)
#: Calls that one worker holds at a time; more calls, more workers.
MAX_CALLS: Final = 4
#: LiveKit's `agents.target_load`: it gives no job to a worker at or above this load, so that is what "full" means here.
_TARGET_LOAD: Final = 0.7
#: One process waits for the next call, one for who comes right after.
_WARM_PROCESSES: Final = 2
#: Starting Python and the media library on a busy machine, in seconds.
_INITIALISE_MAX_S: Final = 60.0
#: A stopping job tells the backend and leaves within this time, in seconds.
_JOB_STOP_MAX_S: Final = 8.0


class OracleServer(AgentServer):
    """Gives its agents no right to write metadata, listens on loopback alone, and takes `max_calls` at a time.

    Waits at the backend for calls, so that most begin without the SFU's dispatcher; takes agents whose process died out of their
    rooms; when it is to stop, lets calls go on for as long as the oracle's settings say.
    """

    def __init__(
        self, oracle: Oracle, *, max_calls: int = MAX_CALLS, clock: Clock | None = None, **options: Any
    ) -> None:
        """`options` are those of `AgentServer`, and count before ours."""
        ours: dict[str, Any] = {
            "permissions": PERMISSIONS,
            # Health answers on a port that the system picks: several workers share a machine.
            "host": "127.0.0.1",
            "port": 0,
            "num_idle_processes": _WARM_PROCESSES,
            "initialize_process_timeout": _INITIALISE_MAX_S,
            "shutdown_process_timeout": _JOB_STOP_MAX_S,
            "load_fnc": lambda server: _TARGET_LOAD * len(server.active_jobs) / max_calls,
            "load_threshold": _TARGET_LOAD,
            # Processes of calls are forks of one that has these loaded.
            "preload_modules": ["oracle_calls.agent"],
        }
        # Given to other processes by name, so that it cannot be a closure.
        set_up = partial(_set_up_process, oracle.settings, options.pop("setup_fnc", None))
        super().__init__(**{**ours, **options, "setup_fnc": set_up})
        self._oracle = oracle
        self._max_calls = max_calls
        self._oracle_clock = clock or SystemClock()
        self._handed = HandedCalls(self._queue_msg, self._oracle_clock)
        self._lost_jobs = LostJobs(SeatRemoval(), self._oracle_clock)
        self._background = Background(_failed)
        self._standby: asyncio.Task[None] | None = None
        self._is_watching = False
        self.on("worker_registered", self._on_registered)

    async def on_request(self, request: JobRequest) -> None:
        """Takes a job that the SFU offers: for `rtc_session(on_request=…)`."""
        # What the SFU dispatches brings its ticket along; what we asked for we have one for. The job's process gets it either way.
        if request.job.metadata == "":
            request.job.metadata = self._handed.ticket_of(request.room.name) or ""
        await self._oracle.on_request(request)

    async def drain(self, timeout: NotGivenOr[int | None] = NOT_GIVEN) -> None:
        """Takes no more calls, and waits for those it has: `timeout` seconds, by default as long as the oracle's settings say."""
        self._stop_waiting()
        wait_s = timeout if is_given(timeout) else math.ceil(self._oracle.settings.drain_ms / 1_000)
        if wait_s != 0:
            await super().drain(timeout=wait_s)

    async def aclose(self) -> None:
        """Ends the calls it still has."""
        self._stop_waiting()
        await super().aclose()
        await self._background.stop()

    async def _queue_msg(self, msg: wire.WorkerMessage) -> None:
        # The framework stamps the worker's name on every participant, for all in the room to read: take it off again.
        if msg.WhichOneof("message") == "availability":
            msg.availability.participant_attributes.clear()
        await super()._queue_msg(msg)

    def _on_registered(self, *_facts: object) -> None:
        log.info("worker registered", extra={"agent_name": self._agent_name})
        if not self._is_watching:
            self._is_watching = True
            self._proc_pool.on("process_closed", self._on_process_closed)
        if self._standby is None and not self.draining:
            self._standby = self._background.start(self._wait_for_calls())

    async def _wait_for_calls(self) -> None:
        async with self._oracle.open_backend() as backend:
            await Standby(
                backend,
                load=lambda: len(self.active_jobs) / self._max_calls,
                take=self._handed.request,
                clock=self._oracle_clock,
            ).run()

    def _stop_waiting(self) -> None:
        if self._standby is not None:
            self._standby.cancel()

    def _on_process_closed(self, process: JobExecutor) -> None:
        job = process.running_job
        if job is not None and process.status is JobStatus.FAILED:
            self._background.start(self._lost_jobs.died(job.job.room.name, job.accept_arguments.identity))


def _set_up_process(
    settings: OracleSettings, theirs: Callable[[JobProcess], object] | None, process: JobProcess
) -> None:
    resolve_ahead(settings)
    if theirs is not None:
        theirs(process)


def _failed(error: BaseException) -> None:
    log.error("the worker failed at something", extra={"kind": type(error).__name__})
