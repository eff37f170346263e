"""An agent's link, with a user at the other end who can be made deaf, dumb or somebody else."""

from __future__ import annotations

from dataclasses import dataclass, field

from oracle_calls.agent.link import AgentLink, ConfirmedAttempt, LinkParties
from oracle_calls.protocol import OracleCallError, SecretBytes
from oracle_calls.protocol.data import (
    Control,
    DataPayload,
    DataReceiver,
    DataSender,
    Delivered,
    Received,
    create_payload_id,
)
from oracle_calls.protocol.frame import read_frame_header
from oracle_calls.protocol.handshake import Resend, UserAccepted, UserConfirmed
from oracle_calls.protocol.hearing import HEARD_HERE
from oracle_calls.protocol.key_schedule import EpochKeys
from oracle_calls.protocol.rekey import UserRekey
from oracle_calls.protocol.rekey.steps import InstallReceive, Retire, Send, StartGrace, Steps, SwitchSend
from scene import AGENT, USER, Scene, create_scene

from .fake_clock import FakeClock, settle


@dataclass
class FakeKeys:
    """What was done to the media keys, in order; keys by slot as they are now."""

    did: list[str] = field(default_factory=list)
    receiving: dict[int, bytes] = field(default_factory=dict)
    sending: tuple[int, bytes] | None = None
    error: OracleCallError | None = None

    async def install_receiving(self, participant_identity: str, slot: int, key: SecretBytes) -> None:
        self._note(f"receive {participant_identity} {slot}")
        self.receiving[slot] = bytes(key.expose())

    async def switch_sending(self, slot: int, key: SecretBytes) -> None:
        self._note(f"send {slot}")
        self.sending = (slot, bytes(key.expose()))

    async def retire(self, slot: int) -> None:
        self._note(f"retire {slot}")
        self.receiving.pop(slot, None)
        if self.sending is not None and self.sending[0] == slot:
            self.sending = None

    def _note(self, what: str) -> None:
        if self.error is not None:
            raise self.error
        self.did.append(what)


@dataclass
class Told:
    """What the link told its owner."""

    events: list[str] = field(default_factory=list)
    payloads: list[DataPayload] = field(default_factory=list)

    def confirmed(self, attempt: ConfirmedAttempt) -> None:
        self.events.append(f"confirmed {attempt.attempt}")

    def superseded(self) -> None:
        self.events.append("superseded")

    def peer_ready(self) -> None:
        self.events.append("peer ready")

    def rekeyed(self, epoch: int) -> None:
        self.events.append(f"rekeyed {epoch}")

    def payload(self, payload: DataPayload) -> None:
        self.payloads.append(payload)

    def refused(self, error: OracleCallError, participant_identity: str | None) -> None:
        self.events.append(f"refused {error.code} {participant_identity}")

    def failed(self, error: OracleCallError) -> None:
        self.events.append(f"failed {error.code}")

    def stalled(self) -> None:
        self.events.append("stalled")


class ScriptedUser:
    """The user's end, which answers at once, on the pure machines of the protocol."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self.handshake = scene.user_end()
        self.rekey: UserRekey | None = None
        self.sender = DataSender("user-to-oracle")
        self.receiver = DataReceiver("oracle-to-user")
        self.keys: EpochKeys | None = None
        self.received: list[DataPayload] = []
        self.refusals: list[str] = []
        self.graces: list[int] = []
        self.says_switched = True
        self.acknowledges = True
        self.code: str | None = None

    def answers(self, frame: bytes) -> list[bytes]:
        kind = read_frame_header(frame).kind
        if kind == "data":
            return self._data(frame)
        if kind in ("rekey-offer", "rekey-confirm"):
            if self.rekey is None:
                # The confirm is lost so far: there is no epoch that could follow.
                return []
            outcome = self.rekey.receive(frame, AGENT)
            return self._steps(outcome) if isinstance(outcome, Steps) else []
        taken = self.handshake.receive(frame, AGENT)
        if isinstance(taken, UserAccepted):
            return [taken.frame]
        if isinstance(taken, UserConfirmed):
            session = taken.session
            self.code = session.comparison_code
            self.rekey = UserRekey(
                session, call_signer=self._scene.per_call, oracle_verifier=self._scene.identity.verifier
            )
            self.receiver.install(session.keys)
            return self._switch(session.keys)
        return [taken.frame] if isinstance(taken, Resend) else []

    def seal(self, payload: DataPayload) -> bytes:
        return self.sender.seal(payload)

    def say(self, action: str) -> bytes:
        return self.seal(Control(create_payload_id(), action))  # type: ignore[arg-type]

    def _switch(self, keys: EpochKeys) -> list[bytes]:
        self.keys = keys
        self.sender.switch_to(keys)
        return [self.say("epoch-switched")] if self.says_switched else []

    def _steps(self, outcome: Steps) -> list[bytes]:
        frames: list[bytes] = []
        for step in outcome.steps:
            if isinstance(step, InstallReceive):
                self.receiver.install(step.keys)
            elif isinstance(step, Send):
                frames.append(step.frame)
            elif isinstance(step, SwitchSend):
                frames += self._switch(step.keys)
            elif isinstance(step, StartGrace):
                self.graces.append(step.epoch)
            elif isinstance(step, Retire):
                self.receiver.retire(step.epoch)
        return frames

    def _data(self, frame: bytes) -> list[bytes]:
        outcome = self.receiver.open(frame)
        if not isinstance(outcome, Delivered):
            self.refusals.append(type(outcome).__name__)
            return []
        self.received.append(outcome.payload)
        if isinstance(outcome.payload, Received) or not self.acknowledges:
            return []
        return [self.seal(Received(create_payload_id(), outcome.payload.id))]


@dataclass
class LinkScene:
    scene: Scene
    clock: FakeClock
    keys: FakeKeys
    told: Told
    user: ScriptedUser
    link: AgentLink
    #: Frames that the agent sent, in order.
    sent: list[bytes]
    #: Which frames get lost on the way to the user and from there, by kind.
    lost_to_user: set[str] = field(default_factory=set)
    lost_to_agent: set[str] = field(default_factory=set)

    @property
    def sent_kinds(self) -> list[str]:
        return [read_frame_header(frame).kind for frame in self.sent]

    def to_agent(self, frame: bytes, sender: str | None = USER) -> None:
        if read_frame_header(frame).kind not in self.lost_to_agent:
            self.link.receive(frame, sender)

    async def begin(self, attempt: int = 1) -> None:
        await self.link.begin(attempt=attempt, user_identity=USER, agent_identity=AGENT)
        await settle()


def link_scene(rekey_interval_ms: float | None = None) -> LinkScene:
    """Inside a running loop."""
    scene, clock, keys, told, sent = create_scene(), FakeClock(), FakeKeys(), Told(), list[bytes]()
    user = ScriptedUser(scene)

    async def send(frame: bytes, participant_identity: str) -> None:
        assert participant_identity == USER
        sent.append(frame)
        if read_frame_header(frame).kind in whole.lost_to_user:
            return
        for answer in whole.user.answers(frame):
            whole.to_agent(answer)

    parties = LinkParties(
        binding=scene.binding,
        call_key=scene.call_key,
        user_commitment=scene.sealed.envelope.context.comparison_commitment,
        identity_signer=scene.identity,
        call_verifier=scene.per_call.verifier,
        hearing=HEARD_HERE,
    )
    interval = {} if rekey_interval_ms is None else {"rekey_interval_ms": rekey_interval_ms}
    link = AgentLink(parties, clock=clock, frame_keys=keys, send=send, listener=told, **interval)
    whole = LinkScene(scene, clock, keys, told, user, link, sent)
    return whole
