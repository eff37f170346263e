"""The data of one end over all attempts and epochs: sealed, receipted, sent again under new numbers when a receipt is missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from oracle_calls.protocol import OracleCallError
from oracle_calls.protocol.data import (
    Caption,
    Chat,
    DataPayload,
    DataReceiver,
    DataSender,
    Delivered,
    Duplicate,
    OracleState,
    Received,
    create_payload_id,
    encode_payload,
)
from oracle_calls.protocol.handshake import Refused
from oracle_calls.protocol.key_schedule import Direction, EpochKeys

from ..clock import Clock, Timer
from .times import OUTBOX_MAX, RECEIPT_TRIES, RECEIPT_WAIT_MS


def needs_receipt(payload: DataPayload) -> bool:
    """What must arrive is sent again until its receipt comes. State that the next message replaces is not."""
    if isinstance(payload, Chat):
        return True
    if isinstance(payload, Caption):
        return payload.is_final
    return not isinstance(payload, (Received, OracleState))


@dataclass(slots=True)
class _Waiting:
    payload: DataPayload
    tries: int = 0
    timer: Timer | None = None

    def stop(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None


class SealedData:
    def __init__(self, clock: Clock, *, sends: Direction, receives: Direction, send: Callable[[bytes], None]) -> None:
        """`send` hands a sealed frame to the connection, in the order of the calls."""
        self._clock = clock
        self._sender = DataSender(sends)
        self._receiver = DataReceiver(receives)
        self._send = send
        #: Ordered: the first is the oldest.
        self._outbox: dict[str, _Waiting] = {}
        self._has_keys = False

    @property
    def waiting(self) -> int:
        """Payloads that have no receipt yet."""
        return len(self._outbox)

    def install_receiving(self, keys: EpochKeys) -> None:
        self._receiver.install(keys)

    def retire(self, epoch: int) -> None:
        self._receiver.retire(epoch)

    def switch_sending(self, keys: EpochKeys) -> None:
        """Sends under these keys from now on, first of all what has no receipt yet."""
        self._sender.switch_to(keys)
        self._has_keys = True
        for waiting in list(self._outbox.values()):
            # What was lost under the keys of before says nothing about these.
            waiting.tries = 0
            self._dispatch(waiting)

    def suspend(self) -> None:
        """The attempt is over: what must arrive waits for the next one."""
        self._has_keys = False
        for waiting in self._outbox.values():
            waiting.stop()

    def send(self, payload: DataPayload) -> None:
        """Seals and sends. What needs a receipt and finds no keys waits for them; anything else is then dropped.

        Raises `ERR_DATA_MALFORMED`, `ERR_DATA_TOO_LARGE`.
        """
        encode_payload(payload)
        waiting = _Waiting(payload)
        if needs_receipt(payload):
            self._outbox[payload.id] = waiting
            if len(self._outbox) > OUTBOX_MAX:
                self._forget(next(iter(self._outbox)))
        if self._has_keys:
            self._dispatch(waiting)

    def open(self, frame: bytes) -> Delivered | Duplicate | Refused:
        """Opens a data frame and answers what wants a receipt. Receipts themselves are settled here."""
        outcome = self._receiver.open(frame)
        if isinstance(outcome, Duplicate):
            self._acknowledge(outcome.id)
        elif isinstance(outcome, Delivered):
            if isinstance(outcome.payload, Received):
                self._forget(outcome.payload.received)
            elif needs_receipt(outcome.payload):
                self._acknowledge(outcome.payload.id)
        return outcome

    def close(self) -> None:
        self.suspend()
        self._outbox.clear()

    def _acknowledge(self, received: str) -> None:
        self.send(Received(create_payload_id(), received))

    def _dispatch(self, waiting: _Waiting) -> None:
        waiting.stop()
        waiting.tries += 1
        try:
            self._send(self._sender.seal(waiting.payload))
        except OracleCallError as error:
            # The keys were wiped or used up since: then the next attempt's or epoch's switch sends it.
            if not error.code.startswith("ERR_KEY_"):
                raise
        if self._outbox.get(waiting.payload.id) is waiting:
            waiting.timer = self._clock.after(RECEIPT_WAIT_MS, lambda: self._overdue(waiting))

    def _overdue(self, waiting: _Waiting) -> None:
        if waiting.tries >= RECEIPT_TRIES:
            self._forget(waiting.payload.id)
        else:
            self._dispatch(waiting)

    def _forget(self, payload_id: str) -> None:
        waiting = self._outbox.pop(payload_id, None)
        if waiting is not None:
            waiting.stop()
