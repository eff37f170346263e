"""What an oracle's agent needs to know: the places of secrets, never the secrets."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, get_args

from oracle_calls.protocol import OracleCallError
from oracle_calls.protocol.names import parse_did
from oracle_calls.protocol.rekey.steps import REKEY_INTERVAL_MS

from .call.call_job import GRACE_MS, MAX_CALL_MS
from .call.open_call import OlderProtocol

#: An operator may choose how often keys are renewed, between these, in ms (`docs/protocol.md`, "Rekey").
REKEY_INTERVAL_MIN_MS: Final = 10_000
REKEY_INTERVAL_MAX_MS: Final = 60 * 60_000

#: As long as the Node agent waits, in ms.
DRAIN_MS: Final = 75_000

_PREFIX: Final = "ORACLE_CALLS_"


@dataclass(frozen=True, slots=True, kw_only=True)
class OracleSettings:
    """Raises `ERR_PROTOCOL_MALFORMED` or `ERR_DID_MALFORMED` for what cannot be meant."""

    oracle_did: str
    #: The only text of this file is the API key that the backend knows the agent by.
    api_key_file: str
    #: SQLite, shared by all processes of the oracle, in a folder that is its owner's alone.
    trust_store_file: str
    #: The file of `oracle-calls keygen`. Without it the only key comes from `ORACLE_PRIVATE_KEY_HEX`.
    key_file: str | None = None
    #: What the oracle's DID document says, unless told.
    backend_url: str | None = None
    #: HTTP resolver for `did:ixo`; without it neither such oracles nor such users.
    did_resolver_url: str | None = None
    #: DID documents may be fetched from loopback and private networks: for development.
    allow_private_addresses: bool = False
    #: Whether callers of the older protocol are answered: their calls have none of the promises of signed ones.
    older_protocol: OlderProtocol = "refuse"
    #: How long a user who vanished may stay away, in ms.
    grace_ms: float = GRACE_MS
    #: How long a call may last, in ms.
    max_call_ms: float = MAX_CALL_MS
    #: Between two renewals of a call's keys, in ms.
    rekey_interval_ms: float = REKEY_INTERVAL_MS
    #: How long calls may go on once the worker was told to stop, in ms; 0 ends them at once.
    drain_ms: float = DRAIN_MS

    def __post_init__(self) -> None:
        parse_did(self.oracle_did)
        if self.older_protocol not in get_args(OlderProtocol):
            raise OracleCallError("ERR_PROTOCOL_MALFORMED", 'older_protocol is "refuse" or "allow".')
        if not REKEY_INTERVAL_MIN_MS <= self.rekey_interval_ms <= REKEY_INTERVAL_MAX_MS:
            raise OracleCallError("ERR_PROTOCOL_MALFORMED", "Keys are renewed every 10 s to every hour.")
        if not (self.grace_ms >= 0 and self.drain_ms >= 0 and self.max_call_ms > 0):
            raise OracleCallError("ERR_PROTOCOL_MALFORMED", "A call lasts, and a grace is not negative.")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> OracleSettings:
        """`ORACLE_CALLS_ORACLE_DID`, `…_API_KEY_FILE`, `…_TRUST_STORE_FILE`, and any other field by its name in capitals."""
        texts = {
            name: environment[_PREFIX + name.upper()]
            for name in cls.__dataclass_fields__
            if environment.get(_PREFIX + name.upper())
        }
        missing = [name for name in ("oracle_did", "api_key_file", "trust_store_file") if name not in texts]
        if missing:
            names = ", ".join(_PREFIX + name.upper() for name in missing)
            raise OracleCallError("ERR_PROTOCOL_MALFORMED", f"Not set: {names}.")
        return cls(**{name: _read(name, text) for name, text in texts.items()})  # type: ignore[arg-type]


def _read(name: str, text: str) -> str | float | bool:
    try:
        if name.endswith("_ms"):
            return float(text)
        return {"true": True, "false": False}[text] if name.startswith("allow_") else text
    except (ValueError, KeyError):
        raise OracleCallError("ERR_PROTOCOL_MALFORMED", f"{_PREFIX}{name.upper()} cannot be read.") from None
