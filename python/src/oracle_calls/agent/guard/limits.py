"""How much the guard bears, and for how long."""

from __future__ import annotations

from typing import Final

#: Session descriptions are the largest messages and stay below 100 kB; whoever sends more wants memory.
MAX_MESSAGE_BYTES: Final = 1_048_576
#: The media library waits 5 s for the SFU; after that nobody waits here any more, in ms.
CONNECT_MAX_MS: Final = 8_000
#: A refusal's explanation, in bytes.
MAX_ANSWER_BYTES: Final = 16_384
#: How long a goodbye between two ends of a WebSocket may take, in seconds.
CLOSE_MAX_S: Final = 1.0
#: The headers of the media library that the SFU reads: the join token travels in the first.
PASSED_HEADERS: Final = ("authorization", "user-agent")
