"""How long an end of a call waits, and for how much. In milliseconds."""

from __future__ import annotations

from typing import Final

#: First wait before a frame that got no answer is sent again: a round trip around the world fits.
RESEND_FIRST_MS: Final = 300
#: Each wait is longer than the one before by this factor, so that a slow network is not flooded.
RESEND_GROWTH: Final = 1.5
#: Longest wait between two tries.
RESEND_LONGEST_MS: Final = 3_000

#: An offer must be accepted within this time.
HANDSHAKE_MAX_MS: Final = 10_000
#: A rekey must be through within this time; media goes on meanwhile under the keys of before.
REKEY_MAX_MS: Final = 30_000
#: Two rekeys that the other end asks for are at least this far apart: each costs both ends a key pair.
REKEY_REQUEST_GAP_MS: Final = 5_000

#: A payload without a receipt is sent again after this time.
RECEIPT_WAIT_MS: Final = 2_000
#: So often, then it is given up: the other end is gone, and presence will say so.
RECEIPT_TRIES: Final = 6
#: Payloads that wait for receipts or keys; the oldest give way.
OUTBOX_MAX: Final = 256
#: Frames that wait to be looked at. Whoever sends faster than a core can check is not heard out.
PENDING_FRAMES_MAX: Final = 256
