"""Makes an `AgentSession` of LiveKit Agents callable."""

from __future__ import annotations

import logging
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

import aiohttp
from livekit.agents import Agent, AgentSession, JobContext, JobRequest

from oracle_calls.protocol import OracleCallError
from oracle_calls.protocol.did import ResolvedOracle
from oracle_calls.protocol.hearing import CallHearing
from oracle_calls.protocol.names import is_sfu_room_name

from .agent_probe import AGENT_PROBE, answer_probe
from .backend import BackendClient, BearerSecret, create_session
from .call import CallContext, CallDeps, CallJob, Conversation, Opening
from .clock import Clock, SystemClock
from .guard import identity_of
from .own_document import own_document, own_identity, resolver_of
from .seat import LiveKitSeat
from .session import SessionConversation, check_hearing
from .settings import OracleSettings
from .trust import TrustStore
from .turns import Background

log = logging.getLogger("oracle_calls.agent")

#: Random bytes of an agent's SFU identity: nothing in it may say which worker or oracle answers.
_IDENTITY_RANDOM_BYTES: Final = 12
#: The framework stamps the agent's name on every participant under this attribute, for all in the room to read.
_AGENT_NAME_ATTRIBUTE: Final = "lk.agent.name"


class Oracle:
    """One oracle: answers the calls that LiveKit dispatches to a worker."""

    def __init__(self, settings: OracleSettings, *, hearing: CallHearing, clock: Clock | None = None) -> None:
        """`hearing` is who hears the calls, told to every user before the first word. Models of others hear them: say so.

        Raises `ValueError` for an oracle that remembers: nothing here hears a user who wants to be forgotten.
        """
        if hearing.remembers:
            raise ValueError("An oracle in Python cannot remember: it does not obey the users' wishes about it.")
        self._settings = settings
        self._hearing = hearing
        self._clock = clock or SystemClock()

    @classmethod
    def from_environment(cls, *, hearing: CallHearing) -> Oracle:
        """See `OracleSettings.from_environment`."""
        return cls(OracleSettings.from_environment(), hearing=hearing)

    @property
    def settings(self) -> OracleSettings:
        return self._settings

    @asynccontextmanager
    async def open_backend(self) -> AsyncIterator[BackendClient]:
        """The oracle's backend, for a worker that waits there."""
        async with create_session() as http:
            document = await own_document(self._settings, http, self._clock)
            yield _backend(self._settings, document, http, self._clock)

    async def on_request(self, request: JobRequest) -> None:
        """Takes a job that the SFU offers: for `AgentServer.rtc_session(on_request=…)`."""
        if request.job.metadata == AGENT_PROBE:
            await request.reject()
            log.info("probe answered", extra={"is_marked": await answer_probe(request.room.name)})
            return
        if request.job.metadata == "":
            # Not dispatched by our backend: without a ticket there is no call to claim.
            log.warning("job without a ticket refused")
            await request.reject()
            return
        identity = f"a-{secrets.token_urlsafe(_IDENTITY_RANDOM_BYTES)}"
        await request.accept(identity=identity, attributes={_AGENT_NAME_ATTRIBUTE: ""})

    async def answer(
        self,
        ctx: JobContext,
        session: AgentSession[Any],
        agent: Agent,
        on_start: Callable[[CallContext], None] | None = None,
    ) -> None:
        """Answers the job's call with this session, and shuts the job down when the call is over.

        Returns when the call is under way. Neither connect the job's room nor start the session: both happen here, and the room
        that the SFU sees is another. `on_start` is told of the call when the user is there.

        Raises `ValueError` for a session that hears or speaks elsewhere, or is heard by more than `hearing` says.
        """
        check_hearing(session, agent, self._hearing)
        await self.answer_with(ctx, SessionConversation(session, agent, on_start))

    async def answer_with(self, ctx: JobContext, conversation: Conversation) -> None:
        """As `answer`, with another way to converse."""
        # The framework warns of jobs that do not connect the room it made; ours is another.
        on_connect = getattr(ctx, "_on_connect", None)
        if callable(on_connect):
            on_connect()
        call = _Answer(self._settings, self._hearing, self._clock, ctx, conversation)
        ctx.add_shutdown_callback(call.stop)
        call.start()


class _Answer:
    """One job's call, behind the entrypoint: the framework waits for that before it runs shutdown callbacks."""

    def __init__(
        self,
        settings: OracleSettings,
        hearing: CallHearing,
        clock: Clock,
        ctx: JobContext,
        conversation: Conversation,
    ) -> None:
        self._settings, self._hearing, self._clock = settings, hearing, clock
        self._ctx, self._conversation = ctx, conversation
        self._background = Background(_failed)
        self._job: CallJob | None = None
        self._is_stopped = False

    def start(self) -> None:
        self._running = self._background.start(self._run())

    async def stop(self) -> None:
        self._is_stopped = True
        if self._job is not None:
            self._job.stop()
        await self._running

    async def _run(self) -> None:
        try:
            async with create_session() as http:
                with TrustStore(self._settings.trust_store_file) as trust:
                    self._job = CallJob(await self._prepare(http, trust))
                    if self._is_stopped:
                        self._job.stop()
                    await self._job.run()
        except OracleCallError as error:
            log.error("the job could not be prepared", extra={"code": error.code, "problem": str(error)})
        finally:
            self._ctx.shutdown("the call is over")

    async def _prepare(self, http: aiohttp.ClientSession, trust: TrustStore) -> CallDeps:
        settings, clock, ctx = self._settings, self._clock, self._ctx
        sfu_room_name = ctx.job.room.name
        if not is_sfu_room_name(sfu_room_name):
            raise OracleCallError("ERR_PROTOCOL_MALFORMED", "This is not the room of a call.")
        url, token = ctx._info.url, ctx._info.token
        log.info("job accepted", extra={"sfu_room_name": sfu_room_name, "sfu_identity": identity_of(token)})
        document, identity = await own_identity(settings, http, clock)
        opening = Opening(
            sfu_room_name=sfu_room_name,
            identity=identity,
            trust=trust,
            resolver=resolver_of(settings, http),
            clock=clock,
            older_protocol=settings.older_protocol,
        )
        return CallDeps(
            ticket=ctx.job.metadata,
            opening=opening,
            backend=_backend(settings, document, http, clock),
            open_seat=lambda is_older: LiveKitSeat(url, token, clock=clock, is_older=is_older),
            conversation=self._conversation,
            hearing=self._hearing,
            grace_ms=settings.grace_ms,
            max_call_ms=settings.max_call_ms,
            rekey_interval_ms=settings.rekey_interval_ms,
        )


def _backend(
    settings: OracleSettings, document: ResolvedOracle, http: aiohttp.ClientSession, clock: Clock
) -> BackendClient:
    api_key = BearerSecret.read(settings.api_key_file, "agent API key")
    return BackendClient(settings.backend_url or document.backend_url, api_key, http, clock=clock)


def _failed(error: BaseException) -> None:
    log.error("the job failed", exc_info=error)
