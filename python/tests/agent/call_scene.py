"""A call of the agent with everything around it played: backend, room, user, conversation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from livekit import rtc

from oracle_calls.agent.backend import ClaimedCall, SealedKey
from oracle_calls.agent.call import CallContext, CallDeps, CallJob, ConversationObserver, OlderProtocol, Opening
from oracle_calls.agent.identity import OwnIdentity
from oracle_calls.agent.link import FrameKeys
from oracle_calls.agent.seat import (
    FrameReceived,
    ParticipantGone,
    ParticipantHere,
    SeatNotice,
    Speaker,
    VoiceSubscribed,
)
from oracle_calls.agent.seat.evidence import TrackEvidence
from oracle_calls.agent.seat.notices import DroppedKind, Observe
from oracle_calls.agent.trust import TrustStore
from oracle_calls.protocol import OracleCallError, SecretBytes
from oracle_calls.protocol.call_status import EndReason
from oracle_calls.protocol.did import ResolvedOracle, ResolvedUserKey
from oracle_calls.protocol.envelope import OracleKeyFile
from oracle_calls.protocol.hearing import HEARD_HERE
from scene import AGENT, CALL_ID, USER, Scene, create_scene

from .fake_clock import FakeClock, settle
from .link_scene import FakeKeys, ScriptedUser

ROOM = "lk-0123456789abcdef"


@dataclass
class FakeSpeaker:
    is_muted: bool = True
    played: int = 0
    cleared: int = 0
    sample_rate: int = 24_000
    queued_s: float = 0.0

    async def play(self, frame: rtc.AudioFrame) -> None:
        self.played += not self.is_muted

    def was_muted(self) -> bool:
        return self.is_muted

    async def drained(self) -> None:
        return

    def clear(self) -> None:
        self.cleared += 1

    def set_muted(self, is_muted: bool) -> None:
        self.is_muted = is_muted


@dataclass
class FakeSeat:
    user: ScriptedUser
    identity: str = AGENT
    speaker: FakeSpeaker = field(default_factory=FakeSpeaker)
    frame_keys: FrameKeys = field(default_factory=FakeKeys)
    admitted: list[str] = field(default_factory=list)
    shared: list[bytes] = field(default_factory=list)
    #: Whether the user answers.
    is_user_deaf: bool = False
    join_error: Exception | None = None
    is_hanging: bool = False
    is_closed: bool = False
    evidence: list[TrackEvidence] = field(default_factory=list)
    dropped: dict[DroppedKind, int] = field(default_factory=dict)
    tell: Observe = lambda _notice: None

    async def join(self, observe: Observe) -> None:
        if self.is_hanging:
            await asyncio.sleep(3_600)
        if self.join_error is not None:
            raise self.join_error
        self.tell = observe

    async def send_frame(self, frame: bytes, participant_identity: str) -> None:
        assert participant_identity == USER
        for answer in [] if self.is_user_deaf else self.user.answers(frame):
            self.tell(FrameReceived(USER, answer))

    def admit(self, participant_identity: str) -> None:
        self.admitted.append(participant_identity)

    async def share_key(self, participant_identity: str, call_key: SecretBytes) -> None:
        self.shared.append(bytes(call_key.expose()))

    async def sample_evidence(self) -> list[TrackEvidence]:
        return self.evidence

    async def close(self) -> None:
        self.is_closed = True


@dataclass
class FakeBackend:
    call: ClaimedCall
    key: SealedKey
    claims: list[tuple[str, str]] = field(default_factory=list)
    ended: list[tuple[str, EndReason]] = field(default_factory=list)
    error: OracleCallError | None = None
    is_hanging: bool = False

    async def claim(self, ticket: str, sfu_room_name: str) -> ClaimedCall:
        self.claims.append((ticket, sfu_room_name))
        await asyncio.sleep(0)
        if self.is_hanging:
            await asyncio.sleep(3_600)
        if self.error is not None:
            raise self.error
        return self.call

    async def fetch_key(self, call_id: str) -> SealedKey:
        return self.key

    async def end_call(self, call_id: str, end_reason: EndReason) -> None:
        self.ended.append((call_id, end_reason))


@dataclass
class FakeConversation:
    did: list[str] = field(default_factory=list)
    heard: list[AsyncIterator[rtc.AudioFrame]] = field(default_factory=list)
    context: CallContext | None = None
    observer: ConversationObserver | None = None
    on_over: Callable[[BaseException | None], None] | None = None
    error: Exception | None = None

    async def start(
        self,
        context: CallContext,
        speaker: Speaker,
        observer: ConversationObserver,
        on_over: Callable[[BaseException | None], None],
    ) -> None:
        if self.error is not None:
            raise self.error
        self.context, self.observer, self.on_over = context, observer, on_over
        self.did.append("start")

    def hear(self, frames: AsyncIterator[rtc.AudioFrame]) -> None:
        self.heard.append(frames)

    async def write(self, text: str) -> None:
        self.did.append(f"write {text}")

    async def interrupt(self) -> None:
        self.did.append("interrupt")

    async def fall_silent(self) -> None:
        self.did.append("fall silent")

    async def close(self) -> None:
        self.did.append("close")


class FakeResolver:
    def __init__(self, user: ResolvedUserKey) -> None:
        self.user = user
        self.error: OracleCallError | None = None
        self.asked: list[tuple[str, str]] = []

    async def resolve_user_key(self, did: str, method_id: str) -> ResolvedUserKey:
        self.asked.append((did, method_id))
        if self.error is not None:
            raise self.error
        return self.user


@dataclass
class CallScene:
    scene: Scene
    clock: FakeClock
    seat: FakeSeat
    backend: FakeBackend
    conversation: FakeConversation
    resolver: FakeResolver
    opening: Opening
    deps: CallDeps
    #: Whether a seat was asked for the older protocol, of each that was.
    seats: list[bool]

    @property
    def user(self) -> ScriptedUser:
        return self.seat.user

    def begin(self) -> tuple[CallJob, asyncio.Task[EndReason | None]]:
        job = CallJob(self.deps)
        return job, asyncio.ensure_future(job.run())

    async def live(self) -> tuple[CallJob, asyncio.Task[EndReason | None]]:
        """A call that is as far as the first word."""
        job, running = self.begin()
        await settle()
        await self.tell(ParticipantHere(USER))
        await self.tell(VoiceSubscribed())
        return job, running

    async def tell(self, notice: SeatNotice) -> None:
        self.seat.tell(notice)
        await settle()

    async def vanish(self) -> None:
        await self.tell(ParticipantGone(USER, is_deliberate=False))


def own_identity(scene: Scene, older: SecretBytes | None = None) -> OwnIdentity:
    file = OracleKeyFile(
        scene.oracle.did,
        older or SecretBytes.random(32, "older key"),
        scene.envelope_private_key.copy(),
        scene.identity._private_key.copy(),
    )
    document = ResolvedOracle(scene.oracle.did, scene.oracle, (), "@oracle:example.org", "https://calls.example.org")
    return OwnIdentity(file, document)


def call_scene(folder: Path, older_protocol: OlderProtocol = "refuse") -> CallScene:
    """Inside a running loop."""
    scene, clock, seats = create_scene(), FakeClock(), list[bool]()
    seat = FakeSeat(ScriptedUser(scene))
    context = scene.sealed.envelope.context
    key = SealedKey(scene.sealed.envelope_hex, scene.user_did, scene.oracle.did)
    call = ClaimedCall(
        call_id=CALL_ID, call_type="audio", session_id=context.session_id, user_identity=USER, language="en"
    )
    backend, conversation = FakeBackend(call, key), FakeConversation()
    resolver = FakeResolver(ResolvedUserKey(scene.user_did, scene.user_key, ()))
    opening = Opening(
        sfu_room_name=ROOM,
        identity=own_identity(scene),
        trust=TrustStore(folder / "trust" / "trust.db"),
        resolver=resolver,
        clock=clock,
        older_protocol=older_protocol,
    )

    def open_seat(is_older: bool) -> FakeSeat:
        seats.append(is_older)
        return seat

    deps = CallDeps(
        ticket="ticket",
        opening=opening,
        backend=backend,
        open_seat=open_seat,
        conversation=conversation,
        hearing=HEARD_HERE,
    )
    return CallScene(scene, clock, seat, backend, conversation, resolver, opening, deps, seats)


def with_key(call: CallScene, **parts: str) -> None:
    call.backend.key = replace(call.backend.key, **parts)
