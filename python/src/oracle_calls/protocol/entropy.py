"""Where random bytes come from. A port only so that vectors can fix them."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Final, TypeAlias

Entropy: TypeAlias = Callable[[int], bytes]

#: The platform's CSPRNG.
SYSTEM_ENTROPY: Final[Entropy] = secrets.token_bytes
