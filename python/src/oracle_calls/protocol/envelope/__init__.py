"""The envelope: the call key sealed to the oracle and signed by the user, with everything that it is meant for."""

from .bare_envelope import open_bare_envelope, seal_bare_envelope
from .context import EnvelopeContext, KeyBinding, bind_key, decode_context, encode_context, hash_context
from .open import OracleKeys, open_signed_envelope
from .own_keys import OracleKeyFile, OwnOracleKeys, own_oracle_keys, parse_oracle_key_file
from .seal import CallFacts, SealedCall, seal_signed_envelope
from .signed_envelope import (
    SignedEnvelope,
    format_signed_envelope,
    is_signed_envelope,
    message_to_sign,
    parse_signed_envelope,
)
from .suites import CALL_KEY_BYTES, ENVELOPE_SUITES, EnvelopeKey, EnvelopeSuite
from .used_contexts import UsedContexts
from .verify import ENVELOPE_CLOCK_SKEW_MS, ExpectedCall, verify_signed_envelope

__all__ = [
    "CALL_KEY_BYTES",
    "ENVELOPE_CLOCK_SKEW_MS",
    "ENVELOPE_SUITES",
    "CallFacts",
    "EnvelopeContext",
    "EnvelopeKey",
    "EnvelopeSuite",
    "ExpectedCall",
    "KeyBinding",
    "OracleKeyFile",
    "OracleKeys",
    "OwnOracleKeys",
    "SealedCall",
    "SignedEnvelope",
    "UsedContexts",
    "bind_key",
    "decode_context",
    "encode_context",
    "format_signed_envelope",
    "hash_context",
    "is_signed_envelope",
    "message_to_sign",
    "open_bare_envelope",
    "open_signed_envelope",
    "own_oracle_keys",
    "parse_oracle_key_file",
    "parse_signed_envelope",
    "seal_bare_envelope",
    "seal_signed_envelope",
    "verify_signed_envelope",
]
