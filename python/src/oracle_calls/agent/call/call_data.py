"""What the two ends tell each other beside sound: always through the link, which seals it for the user alone."""

from __future__ import annotations

import logging
from typing import Literal, Protocol

from oracle_calls.protocol.data import (
    CAPTION_MAX_LENGTH,
    Caption,
    Chat,
    Control,
    DataPayload,
    Muted,
    OracleState,
    create_payload_id,
)

from .conversation import OracleActivity

log = logging.getLogger("oracle_calls.agent")


class UserRequests(Protocol):
    """What the user asks for by data."""

    def on_interrupt(self) -> None: ...
    def on_written(self, text: str) -> None: ...
    def on_hang_up(self) -> None: ...


class Sender(Protocol):
    def send(self, payload: DataPayload) -> None: ...


class CallData:
    def __init__(self, link: Sender, requests: UserRequests) -> None:
        self._link = link
        self._requests = requests
        self._is_user_muted = False

    @property
    def is_user_muted(self) -> bool:
        """What the user last said about the own microphone."""
        return self._is_user_muted

    def words(self, speaker: Literal["user", "oracle"], segment: str, text: str, is_final: bool) -> None:
        shown = shortened(text)
        if shown:
            self._link.send(Caption(create_payload_id(), speaker, segment, shown, is_final))

    def activity(self, activity: OracleActivity) -> None:
        self._link.send(OracleState(create_payload_id(), activity))

    def say_goodbye(self) -> None:
        """The oracle ends the call: told before the SFU does."""
        self._link.send(Control(create_payload_id(), "hang-up"))

    def receive(self, payload: DataPayload) -> None:
        """Takes what the user sent. Whatever only an oracle may say is dropped."""
        if isinstance(payload, Chat):
            log.info("user wrote something", extra={"characters": len(payload.text)})
            self._requests.on_written(payload.text)
        elif isinstance(payload, Muted):
            self._is_user_muted = payload.is_muted
        elif isinstance(payload, Control) and payload.action == "interrupt":
            self._requests.on_interrupt()
        elif isinstance(payload, Control) and payload.action == "hang-up":
            self._requests.on_hang_up()


def shortened(text: str, limit: int = CAPTION_MAX_LENGTH) -> str:
    """As much of a text as a caption holds: lengths count UTF-16 units, and no character is cut in two."""
    units = text.encode("utf-16-le", "surrogatepass")
    if len(units) <= 2 * limit:
        return text
    return units[: 2 * limit].decode("utf-16-le", "ignore")
