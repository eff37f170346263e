"""What a call's tracks were, put together from samples: when the call is over, there is nothing left to ask."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from oracle_calls.protocol.schema import wire_name

from ..seat.evidence import TrackEvidence

#: Packets in a row without one sample opened that are no accident, nor a key that comes a moment late: a second of speech has fifty.
UNOPENED_PACKETS_MAX: Final = 50


#: What is not told of a track at the end.
_OF_THE_MOMENT: Final = frozenset({"track_sid", "is_resting"})


@dataclass(frozen=True, slots=True)
class _Opening:
    """How far a received track was opened at the last sample."""

    packets: int = 0
    opened_samples: int = 0
    #: Packets since the last sample that was opened.
    unopened: int = 0


class CallStatistics:
    """A track that once carried packets without being encrypted stays marked so."""

    def __init__(self) -> None:
        self._tracks: dict[str, TrackEvidence] = {}
        self._openings: dict[str, _Opening] = {}
        #: Received tracks whose cryptor was not seen yet, with the packets that had come when they were first seen.
        self._awaited: dict[str, int] = {}
        self._has_unopened = False

    def add(self, sample: Iterable[TrackEvidence]) -> None:
        for now in sample:
            # As long as nothing flows there is nothing to protect, and not everything need be in place.
            if now.packets == 0:
                continue
            if now.direction == "received":
                self._watch_opening(now)
            before = self._tracks.get(now.track_sid)
            merged = now if before is None else _merge(before, now)
            if self._is_cryptor_on_time(now):
                merged = replace(merged, has_cryptor=True)
            self._tracks[now.track_sid] = merged

    def add_unopened(self) -> None:
        """Packets came that did not open for some seconds: whatever they were, the call's keys did not seal them."""
        self._has_unopened = True

    @property
    def is_encrypted(self) -> bool:
        """Sound flowed both ways, all of it opened, and every track was encrypted by all that this process can know."""
        tracks = self._tracks.values()
        flowed = {track.direction for track in tracks}
        return not self._has_unopened and len(flowed) == 2 and all(_is_track_encrypted(track) for track in tracks)

    def to_fields(self, *, is_signed: bool, was_confirmed: bool) -> dict[str, Any]:
        """`encrypted` needs more than tracks: a handshake was confirmed, so it is the user who has the other key."""
        tracks = [
            {
                **{wire_name(name): value for name, value in asdict(track).items() if name not in _OF_THE_MOMENT},
                "encrypted": _is_track_encrypted(track),
            }
            for track in self._tracks.values()
        ]
        protocol = "strict" if is_signed else "older"
        return {"encrypted": was_confirmed and self.is_encrypted, "protocol": protocol, "tracks": tracks}

    def _is_cryptor_on_time(self, now: TrackEvidence) -> bool:
        """Whether a cryptor that was not there counts for nothing.

        The media library puts it before a received track some milliseconds after the track; the seat lets nothing be heard that came
        before. It has to come before a second of packets has.
        """
        if now.direction == "sent":
            return False
        since = self._awaited.get(now.track_sid)
        if since is None:
            # The first look of all decides whether the cryptor is waited for.
            if not now.has_cryptor and now.track_sid not in self._tracks:
                self._awaited[now.track_sid] = now.packets
            return False
        if now.packets - since >= UNOPENED_PACKETS_MAX:
            return False
        if now.has_cryptor:
            del self._awaited[now.track_sid]
        return now.has_cryptor

    def _watch_opening(self, now: TrackEvidence) -> None:
        """Packets alone prove nothing: plaintext has them too, and everything else of its track may look right."""
        if now.is_resting:
            # Without a key nothing opens, whatever it was sealed with, and nothing of it is heard.
            self._openings[now.track_sid] = _Opening(now.packets, now.opened_samples)
            return
        before = self._openings.get(now.track_sid, _Opening())
        # After a reconnect WebRTC counts from zero.
        if now.packets < before.packets or now.opened_samples < before.opened_samples:
            before = _Opening()
        is_opening = now.opened_samples > before.opened_samples
        unopened = 0 if is_opening else before.unopened + now.packets - before.packets
        self._openings[now.track_sid] = _Opening(now.packets, now.opened_samples, unopened)
        if unopened >= UNOPENED_PACKETS_MAX:
            self._has_unopened = True


def _is_track_encrypted(track: TrackEvidence) -> bool:
    is_claimed = track.is_marked_encrypted and track.has_cryptor and track.is_key_set and track.is_room_encrypted
    # What is sent is counted behind our own cryptor; what is received counts once something of it was opened.
    return is_claimed and (track.direction == "sent" or track.opened_samples > 0)


def _merge(before: TrackEvidence, now: TrackEvidence) -> TrackEvidence:
    return replace(
        now,
        is_marked_encrypted=before.is_marked_encrypted and now.is_marked_encrypted,
        has_cryptor=before.has_cryptor and now.has_cryptor,
        is_key_set=before.is_key_set and now.is_key_set,
        is_room_encrypted=before.is_room_encrypted and now.is_room_encrypted,
        packets=max(before.packets, now.packets),
        opened_samples=max(before.opened_samples, now.opened_samples),
    )
