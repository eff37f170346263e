"""Sends again what got no answer, less and less often, until it is answered or overdue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..clock import Clock, Timer
from .times import RESEND_FIRST_MS, RESEND_GROWTH, RESEND_LONGEST_MS


@dataclass(frozen=True, slots=True)
class Overdue:
    """Called once when the same wait has lasted `max_ms`."""

    max_ms: float
    #: The waits that are meant; of any other, sending again goes on.
    is_meant: Callable[[], bool]
    call: Callable[[], None]


class Resender:
    def __init__(
        self, clock: Clock, *, unanswered: Callable[[], bytes | None], send: Callable[[bytes], None], overdue: Overdue
    ) -> None:
        self._clock = clock
        self._unanswered = unanswered
        self._send = send
        self._overdue = overdue
        self._timer: Timer | None = None
        self._deadline: Timer | None = None
        self._wait_ms: float = RESEND_FIRST_MS

    def start(self) -> None:
        """Starts anew: something was just sent that wants an answer."""
        self.stop()
        self._arm()
        self._deadline = self._clock.after(self._overdue.max_ms, self._on_overdue)

    def stop(self) -> None:
        for timer in (self._timer, self._deadline):
            if timer is not None:
                timer.cancel()
        self._timer = self._deadline = None
        self._wait_ms = RESEND_FIRST_MS

    def _arm(self) -> None:
        self._timer = self._clock.after(self._wait_ms, self._again)

    def _again(self) -> None:
        frame = self._unanswered()
        if frame is None:
            self.stop()
            return
        self._wait_ms = min(self._wait_ms * RESEND_GROWTH, RESEND_LONGEST_MS)
        self._send(frame)
        self._arm()

    def _on_overdue(self) -> None:
        if not self._overdue.is_meant():
            return
        self.stop()
        self._overdue.call()
