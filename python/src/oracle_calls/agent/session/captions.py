"""What the oracle says, as captions: to the user alone, by the sealed channel."""

from __future__ import annotations

from livekit.agents.voice.io import TextOutput

from oracle_calls.protocol.data import CAPTION_MAX_LENGTH, create_payload_id
from oracle_calls.protocol.schema import utf16_length

from ..call.conversation import ConversationObserver


class SealedCaptions(TextOutput):
    def __init__(self, observer: ConversationObserver) -> None:
        super().__init__(label="OracleCall", next_in_chain=None)
        self._observer = observer
        self._segment = create_payload_id()
        self._text = ""

    async def capture_text(self, text: str) -> None:
        """Takes a piece of an answer, as it is spoken."""
        if utf16_length(self._text + text) > CAPTION_MAX_LENGTH:
            self.flush()
        self._text += text
        self._tell(is_final=False)

    def flush(self) -> None:
        self._tell(is_final=True)
        self._segment = create_payload_id()
        self._text = ""

    def _tell(self, *, is_final: bool) -> None:
        shown = self._text.strip()
        if shown:
            self._observer.words("oracle", self._segment, shown, is_final)
