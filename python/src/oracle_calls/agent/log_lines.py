"""Logs as lines of JSON, as the Node agent writes them: what happened, in which call, with facts that are no secrets."""

from __future__ import annotations

import json
import logging
import sys
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Final, TextIO

from oracle_calls.protocol.schema import wire_name

#: Everything of this package logs below this name.
LOGGER_NAME: Final = "oracle_calls"

#: What the Node agent calls it otherwise.
_LEVELS: Final = {logging.WARNING: "warn"}

#: What every record has; the rest was given as `extra`.
_USUAL: Final = frozenset(vars(logging.LogRecord("", 0, "", 0, "", (), None))) | {"message", "asctime", "taskName"}


@dataclass(slots=True)
class CallName:
    """Which call a job is about, once it is known."""

    call_id: str | None = None
    #: By which the lines of caller, backend and agent are found together.
    trace_id: str | None = None


#: Of the job whose tasks are running. A holder, since tasks begin before the name is known.
call_name: Final[ContextVar[CallName | None]] = ContextVar("oracle_calls_call_name", default=None)


def log_as_json(stream: TextIO = sys.stdout) -> None:
    """Has everything of this package logged as lines of JSON, and to nowhere else. For the module in which a worker is made: each of
    its processes loads that.
    """
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    logger = logging.getLogger(LOGGER_NAME)
    logger.handlers = [handler]
    logger.setLevel(logging.INFO)
    logger.propagate = False


class JsonLines(logging.Formatter):
    """One object a line: `at`, `level`, `msg`, `callId` once it is known, and the facts under their names on the wire."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, timezone.utc)
        line: dict[str, Any] = {
            "at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": _LEVELS.get(record.levelno, record.levelname.lower()),
            "pid": record.process,
            "msg": record.getMessage(),
        }
        name = call_name.get()
        if name is not None and name.call_id is not None:
            line["callId"] = name.call_id
            if name.trace_id is not None:
                line["traceId"] = name.trace_id
        line.update({wire_name(key): value for key, value in vars(record).items() if key not in _USUAL})
        if record.exc_info and record.exc_info[1] is not None:
            # Its kind alone: a message may quote what somebody sent.
            line["kind"] = type(record.exc_info[1]).__name__
        return json.dumps(line, default=str)
