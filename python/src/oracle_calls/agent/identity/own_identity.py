"""Who the agent is: what its DID document offers, and the private halves of it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Final

from oracle_calls.protocol import OracleCallError, SecretBytes
from oracle_calls.protocol.did import ResolvedOracle
from oracle_calls.protocol.envelope import OwnOracleKeys, own_oracle_keys
from oracle_calls.protocol.envelope.own_keys import OracleKeyFile, parse_oracle_key_file

from ..backend.bearer_secret import read_secret_file

#: Environment variable with the oracle's only private key in hex, for operators who keep secrets there.
PRIVATE_KEY_VARIABLE: Final = "ORACLE_PRIVATE_KEY_HEX"

_HEX_KEY = re.compile(r"[0-9a-fA-F]{64}")


class OwnIdentity:
    """The keys of one process and one call. `destroy` wipes them all."""

    def __init__(self, file: OracleKeyFile, document: ResolvedOracle) -> None:
        """Takes the secrets of the file. Raises `ERR_DID_DOCUMENT` when file and document have drifted apart."""
        self._file = file
        try:
            self.keys: OwnOracleKeys = own_oracle_keys(file, document.keys)
        except OracleCallError:
            self.destroy()
            raise
        #: The oracle's Matrix account, by its own document.
        self.matrix_user_id: str = document.matrix_user_id

    @property
    def did(self) -> str:
        return self.keys.keys.did

    @property
    def older_private_key(self) -> SecretBytes:
        """secp256k1: opens calls of the older protocol."""
        return self._file.private_key

    def wipe_receiving(self) -> None:
        """Wipes the keys that open envelopes; the one that signs stays, for later attempts of the call."""
        if self._file.envelope_private_key is not None:
            self._file.envelope_private_key.destroy()
        # The single key of such a document signs as well, and is needed until the call is over.
        if self.keys.keys.identity_key.algorithm == "Ed25519":
            self._file.private_key.destroy()

    def destroy(self) -> None:
        """Idempotent."""
        for secret in (self._file.private_key, self._file.envelope_private_key, self._file.identity_private_key):
            if secret is not None:
                secret.destroy()

    def __repr__(self) -> str:
        return f"OwnIdentity({self.did!r})"


def read_own_identity(
    document: ResolvedOracle,
    key_file: str | os.PathLike[str] | None = None,
    environment: Mapping[str, str] = os.environ,
) -> OwnIdentity:
    """Reads the private keys from their file or, when none is named, the single secp256k1 key from the environment.

    Raises `ERR_PROTOCOL_MALFORMED` naming the source, never its content; `ERR_ENVELOPE_UNSUPPORTED` when a number is no private
    key; `ERR_DID_DOCUMENT` when the keys are not those of the document.
    """
    if key_file is not None:
        return OwnIdentity(parse_oracle_key_file(read_secret_file(key_file)), document)
    text = environment.get(PRIVATE_KEY_VARIABLE, "").strip()
    if _HEX_KEY.fullmatch(text) is None:
        raise OracleCallError("ERR_PROTOCOL_MALFORMED", f"{PRIVATE_KEY_VARIABLE} is not 32 bytes in hex.")
    return OwnIdentity(OracleKeyFile(document.did, SecretBytes(bytes.fromhex(text), "oracle private key")), document)
