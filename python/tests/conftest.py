"""How much Hypothesis tries: little for every change, much at night. A machine that is busy proves nothing about deadlines."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("change", deadline=None, database=None, max_examples=60)
settings.register_profile("night", deadline=None, database=None, max_examples=3_000)
settings.load_profile("night" if os.environ.get("NIGHTLY") == "1" else "change")
