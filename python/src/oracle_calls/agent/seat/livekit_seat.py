"""A seat in a LiveKit room behind the guard, with one guarded voice."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import warnings
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from livekit import rtc
from livekit.rtc.participant import PublishTrackError

from oracle_calls.protocol import OracleCallError, SecretBytes
from oracle_calls.protocol.frame import FRAME_TOPIC

from ..clock import Clock
from ..guard import SignalGuard, identity_of
from ..turns import Background
from .admission import Admission
from .evidence import KeyState, TrackEvidence, sample_tracks
from .notices import (
    DroppedKind,
    FrameReceived,
    Observe,
    ParticipantGone,
    ParticipantHere,
    Reconnected,
    Reconnecting,
    SeatBroken,
    SeatLost,
    SeatNotice,
    Undecryptable,
    VoiceSubscribed,
)
from .room_facts import check_connected, frame_cryptors_of, inbound_flow_of
from .room_keys import RoomKeys, RoomKeySink, encrypted_room
from .track_speaker import TrackSpeaker
from .voice_gate import Cryptor, GateState, VoiceGate
from .watchdog import WATCH_EVERY_MS, MediaWatchdog

#: Reasons of the SFU that mean "on purpose", for us and for the user: nobody is waited for, nothing has to be reported.
_ON_PURPOSE: Final = (
    rtc.DisconnectReason.CLIENT_INITIATED,
    rtc.DisconnectReason.ROOM_DELETED,
    rtc.DisconnectReason.ROOM_CLOSED,
    rtc.DisconnectReason.PARTICIPANT_REMOVED,
)
#: The only slot of the older protocol.
_OLDER_SLOT: Final = 0

# `encryption` in its place would also seal data packets, under a media key; those are sealed by us.
warnings.filterwarnings("ignore", message=r"options\.e2ee is deprecated", category=DeprecationWarning)


class _OwnVoice:
    """The own voice as the gate sees it."""

    def __init__(self, room: rtc.Room, identity: str, speaker: TrackSpeaker) -> None:
        self._room = room
        self._speaker = speaker
        self.identity = identity
        self.publication: rtc.LocalTrackPublication | None = None

    @property
    def track_sid(self) -> str | None:
        return self.publication.sid if self.publication is not None else None

    def cryptors(self) -> Sequence[Cryptor]:
        return frame_cryptors_of(self._room)

    def use_slot(self, slot: int) -> None:
        """Seals with this slot from the next frame on. Without a cryptor, nothing happens."""
        check_connected(self._room)
        for cryptor in self._room.e2ee_manager.frame_cryptors():
            if cryptor.participant_identity == self.identity and cryptor.track_sid == self.track_sid:
                cryptor.set_key_index(slot)

    def set_gate(self, state: GateState) -> None:
        self._speaker.set_gate(state)


class LiveKitSeat:
    """Inside one running loop, for one call."""

    def __init__(self, url: str, token: str, *, clock: Clock, is_older: bool = False) -> None:
        """`is_older` is of a call of the older protocol: one key for both directions, and no data at all.

        Raises `ERR_MEDIA_CONNECT` when the token names nobody.
        """
        self.identity = identity_of(token)
        self._url, self._token, self._clock, self._is_older = url, token, clock, is_older
        self._room = rtc.Room()
        self._background = Background()
        self.speaker = TrackSpeaker()
        self._voice = _OwnVoice(self._room, self.identity, self.speaker)
        self._gate = VoiceGate(self._voice, clock)
        self.frame_keys = RoomKeys(RoomKeySink(self._room), self.identity, self._gate)
        self._admission = Admission(self._room, observe=self._tell, clock=clock, background=self._background)
        self.dropped: dict[DroppedKind, int] = {"other-topic": 0, "stream": 0, "transcription": 0, "dtmf": 0}
        self._heard: set[str] = set()
        self._observe: Observe = lambda _notice: None
        self._guard: SignalGuard | None = None
        self._broken: asyncio.Future[OracleCallError] = asyncio.get_running_loop().create_future()
        self._is_seated = False
        self._is_closing = False
        self._closing: asyncio.Task[None] | None = None

    async def join(self, observe: Observe) -> None:
        self._observe = observe
        entering = asyncio.ensure_future(self._enter())
        try:
            either: list[asyncio.Future[Any]] = [entering, self._broken]
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if self._broken.done():
                raise self._broken.result()
            await entering
        except rtc.ConnectError:
            # Without the cause: its text may quote the address, where the join token stands.
            raise OracleCallError("ERR_MEDIA_CONNECT") from None
        finally:
            entering.cancel()
            await asyncio.gather(entering, return_exceptions=True)
        self._is_seated = True
        # The key exchange need not wait for the SFU to take the voice.
        self._background.start(self._guarded(self._publish))
        self._background.start(self._watch())

    async def send_frame(self, frame: bytes, participant_identity: str) -> None:
        if self._is_older:
            return
        await self._room.local_participant.publish_data(
            frame, reliable=True, destination_identities=[participant_identity], topic=FRAME_TOPIC
        )

    def admit(self, participant_identity: str) -> None:
        self._heard.add(participant_identity)
        self._admission.admit(participant_identity)

    async def share_key(self, participant_identity: str, call_key: SecretBytes) -> None:
        check_connected(self._room)
        provider = self._room.e2ee_manager.key_provider
        if not self._is_older or provider is None:
            raise OracleCallError("ERR_INTERNAL", "The room has no shared key.")
        # The key is the *text* of the call key in hex: what older clients give LiveKit as a passphrase.
        provider.set_shared_key(call_key.expose().hex().encode(), _OLDER_SLOT)
        self.admit(participant_identity)
        await self._gate.open(_OLDER_SLOT)

    async def sample_evidence(self) -> list[TrackEvidence]:
        return await sample_tracks(self._room, self._key_state, self._admission.opened_of)

    def _key_state(self) -> KeyState:
        keyed, was_keyed = self.frame_keys.keyed, self.frame_keys.was_keyed
        if self._is_older and self._gate.slot is not None:
            keyed = was_keyed = frozenset({self.identity, *self._heard})
        return KeyState(keyed, was_keyed, self._gate.slot)

    async def close(self) -> None:
        if self._closing is None:
            self._is_closing = True
            self._closing = asyncio.get_running_loop().create_task(self._close())
        await asyncio.shield(self._closing)

    async def _enter(self) -> None:
        self._guard = SignalGuard(self._url, own_identity=self.identity, clock=self._clock, on_refused=self._break)
        await self._guard.start()
        # A key that nobody has until the call's is there: the library takes a room for one of shared keys when there is one at once.
        encryption = encrypted_room(shared_key=secrets.token_bytes(32)) if self._is_older else encrypted_room()
        options = rtc.RoomOptions(auto_subscribe=False, dynacast=False, e2ee=encryption)
        await self._room.connect(self._guard.url, self._token, options)
        # Nothing was told yet: the library's own task for that has not had a turn.
        self._listen()
        if self._room.local_participant.identity != self.identity:
            raise OracleCallError("ERR_MEDIA_IDENTITY")
        # What happened before anybody listened.
        if not self._room.isconnected():
            self._tell(SeatLost(False))
        for participant in list(self._room.remote_participants.values()):
            self._tell(ParticipantHere(participant.identity))

    async def _publish(self) -> None:
        track = rtc.LocalAudioTrack.create_audio_track("voice", self.speaker.source)
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        try:
            publication = await self._room.local_participant.publish_track(track, options)
        except PublishTrackError:
            raise OracleCallError("ERR_MEDIA_CONNECT") from None
        # The SFU can answer that a track is not encrypted, and the library then sends it in the clear.
        if publication.encryption_type != rtc.EncryptionType.GCM:
            raise OracleCallError("ERR_MEDIA_UNENCRYPTED")
        self._voice.publication = publication
        self._background.start(self._await_subscription(publication))
        # Keys may have come before the track.
        await self._gate.on_republished()

    async def _await_subscription(self, publication: rtc.LocalTrackPublication) -> None:
        await publication.wait_for_subscription()
        self._tell(VoiceSubscribed())

    def _listen(self) -> None:
        room = self._room
        room.on("participant_connected", lambda one: self._tell(ParticipantHere(one.identity)))
        room.on("participant_disconnected", self._on_gone)
        room.on("reconnecting", self._on_reconnecting)
        room.on("reconnected", lambda: self._background.start(self._on_reconnected()))
        room.on("local_track_republished", self._on_republished)
        room.on("disconnected", lambda reason: self._tell(SeatLost(reason in _ON_PURPOSE)))
        room.on("data_received", self._on_data)
        room.on("sip_dtmf_received", lambda *_: self._drop("dtmf"))
        room.on("transcription_received", lambda *_: self._drop("transcription"))
        room.on("data_track_published", lambda *_: self._drop("stream"))

    def _on_gone(self, participant: rtc.RemoteParticipant) -> None:
        self._tell(ParticipantGone(participant.identity, participant.disconnect_reason in _ON_PURPOSE))

    def _on_reconnecting(self) -> None:
        self._gate.on_interrupted()
        self._tell(Reconnecting())

    async def _on_reconnected(self) -> None:
        await self._guarded(self._gate.on_reconnected)
        self._tell(Reconnected())

    def _on_republished(self, publication: rtc.LocalTrackPublication, _previous_sid: str) -> None:
        self._voice.publication = publication
        self._background.start(self._guarded(self._gate.on_republished))

    def _on_data(self, packet: rtc.DataPacket) -> None:
        is_frame = packet.topic == FRAME_TOPIC and packet.kind == rtc.DataPacketKind.KIND_RELIABLE
        if self._is_older or not is_frame:
            self._drop("other-topic")
            return
        sender = packet.participant.identity if packet.participant is not None else None
        self._tell(FrameReceived(sender, packet.data))

    def _drop(self, kind: DroppedKind) -> None:
        self.dropped[kind] += 1

    def _tell(self, notice: SeatNotice) -> None:
        if not self._is_closing:
            self._observe(notice)

    async def _guarded(self, check: Callable[[], Awaitable[None]]) -> None:
        """A voice that cannot be seen to be sealed ends the call."""
        try:
            await check()
        except OracleCallError as error:
            self._break(error)

    def _break(self, error: OracleCallError) -> None:
        self._gate.shut()
        if not self._broken.done():
            self._broken.set_result(error)
        # Whoever still waits for the seat learns it from there.
        if self._is_seated:
            self._tell(SeatBroken(error))
        asyncio.ensure_future(self.close())  # noqa: RUF006

    async def _watch(self) -> None:
        watchdog = MediaWatchdog()
        while not self._is_closing:
            await self._clock.sleep(WATCH_EVERY_MS)
            heard = next(iter(self._heard), None)
            if heard is None or not self._room.isconnected():
                continue
            try:
                flow = await inbound_flow_of(self._room)
            except Exception:  # noqa: BLE001, S112
                # While the room is not connected there is nothing to see.
                continue
            error = watchdog.look(self._clock.now(), flow, heard)
            if error is not None:
                self._tell(Undecryptable(heard, error))

    async def _close(self) -> None:
        self._gate.shut()
        self.speaker.set_muted(True)
        self._admission.close()
        await self._background.stop()
        with contextlib.suppress(Exception):
            await self._room.disconnect()
        if self._guard is not None:
            await self._guard.close()
        await self.speaker.close()
