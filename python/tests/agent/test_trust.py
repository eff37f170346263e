from __future__ import annotations

import os
import sqlite3
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from oracle_calls.agent.trust import TrustStore, UsedContexts
from oracle_calls.agent.trust.database import TrustDatabase
from oracle_calls.protocol import OracleCallError, SecretBytes
from oracle_calls.protocol.did import ResolvedUserKey
from oracle_calls.protocol.envelope import SignedEnvelope
from oracle_calls.protocol.envelope.verify import ENVELOPE_CLOCK_SKEW_MS
from oracle_calls.protocol.frame import MAX_ATTEMPT
from oracle_calls.protocol.key_pin import FirstContact, Rotated, Same, sign_key_rotation
from oracle_calls.protocol.key_pin.pin import PresentedKeys
from oracle_calls.protocol.key_pin.rotation import KeyRotation
from oracle_calls.protocol.signing import RawKeySigner
from scene import CALL_ID, NOW, create_scene

DID = "did:web:user.example"
UNTIL = NOW + 60_000


def signer() -> RawKeySigner:
    return RawKeySigner("Ed25519", SecretBytes.random(32, "user key"))


def user_of(key: RawKeySigner, *rotations: str) -> ResolvedUserKey:
    return ResolvedUserKey(DID, key.named(f"{DID}#key"), rotations)


def file_in(folder: Path) -> Path:
    return folder / "trust" / "trust.db"


def test_a_key_is_pinned_at_first_contact_and_the_same_afterwards_over_restarts(tmp_path: Path) -> None:
    user = user_of(signer())
    with TrustStore(file_in(tmp_path)) as trust:
        assert not trust.user_keys.knows(DID)
        assert isinstance(trust.user_keys.judge(user, NOW), FirstContact)
    with TrustStore(file_in(tmp_path)) as trust:
        assert trust.user_keys.knows(DID)
        assert isinstance(trust.user_keys.judge(user, NOW), Same)


def test_another_key_is_refused_and_kept_for_the_operator(tmp_path: Path) -> None:
    before, after = user_of(signer()), user_of(signer())
    with TrustStore(file_in(tmp_path)) as trust:
        trust.user_keys.judge(before, NOW)
        with pytest.raises(OracleCallError) as refused:
            trust.user_keys.judge(after, NOW + 1)
        assert refused.value.code == "ERR_KEY_CHANGED"
        (known,) = trust.user_keys.list()
        assert known.pin.keys.signing_key == before.signing_key
        assert known.refused is not None
        assert known.refused.keys.signing_key == after.signing_key
        # The pinned key goes on being good.
        assert isinstance(trust.user_keys.judge(before, NOW + 2), Same)


def test_the_operator_accepts_exactly_the_key_that_was_refused_last(tmp_path: Path) -> None:
    before, after = user_of(signer()), user_of(signer())
    with TrustStore(file_in(tmp_path)) as trust:
        trust.user_keys.judge(before, NOW)
        with pytest.raises(OracleCallError):
            trust.user_keys.judge(after, NOW)
        with pytest.raises(OracleCallError) as wrong:
            trust.user_keys.accept(DID, before.signing_key.public_key.hex(), NOW)
        assert wrong.value.code == "ERR_KEY_CHANGED"
        trust.user_keys.accept(DID, after.signing_key.public_key.hex(), NOW)
        assert isinstance(trust.user_keys.judge(after, NOW), Same)


def test_a_signed_rotation_is_followed(tmp_path: Path) -> None:
    before, after = signer(), signer()
    rotation = KeyRotation(1, NOW, PresentedKeys(DID, after.named(f"{DID}#key")))
    with TrustStore(file_in(tmp_path)) as trust:
        trust.user_keys.judge(user_of(before), NOW)
        statement = sign_key_rotation(before, rotation)
        assert isinstance(trust.user_keys.judge(user_of(after, statement), NOW), Rotated)


def test_a_context_is_used_for_one_call_over_restarts(tmp_path: Path) -> None:
    envelope = create_scene().sealed.envelope
    with TrustStore(file_in(tmp_path)) as trust:
        trust.used_contexts.use(envelope, CALL_ID, NOW)
        trust.used_contexts.use(envelope, CALL_ID, NOW)
    with TrustStore(file_in(tmp_path)) as trust:
        with pytest.raises(OracleCallError) as refused:
            trust.used_contexts.use(envelope, "$other@lk-1", NOW)
        assert refused.value.code == "ERR_ENVELOPE_REPLAYED"
        # Another signature over the same context is the same replay.
        resigned = replace(envelope, signature=bytes(64))
        with pytest.raises(OracleCallError):
            trust.used_contexts.use(resigned, "$other@lk-1", NOW)


def test_contexts_are_forgotten_when_they_have_expired_and_not_for_want_of_room(tmp_path: Path) -> None:
    first, second = (create_scene().sealed.envelope for _ in range(2))
    database = TrustDatabase(file_in(tmp_path))
    contexts = UsedContexts(database, max_entries=1)
    contexts.use(first, CALL_ID, NOW)
    with pytest.raises(OracleCallError) as full:
        contexts.use(second, CALL_ID, NOW)
    assert full.value.code == "ERR_UPSTREAM_BUSY"
    contexts.use(second, CALL_ID, expiry_of(first) + 1)
    database.close()


def expiry_of(envelope: SignedEnvelope) -> int:
    return envelope.context.not_after + ENVELOPE_CLOCK_SKEW_MS


def test_numbers_of_attempts_rise_for_each_call_over_restarts_and_end(tmp_path: Path) -> None:
    with TrustStore(file_in(tmp_path)) as trust:
        assert [trust.attempts.next(CALL_ID, until=UNTIL, now=NOW) for _ in range(2)] == [1, 2]
        assert trust.attempts.next("$other@lk-1", until=UNTIL, now=NOW) == 1
    with TrustStore(file_in(tmp_path)) as trust:
        assert trust.attempts.next(CALL_ID, until=UNTIL, now=NOW, step=16) == 18
        with pytest.raises(OracleCallError) as over:
            trust.attempts.next(CALL_ID, until=UNTIL, now=NOW, step=MAX_ATTEMPT)
        assert over.value.code == "ERR_HANDSHAKE_CLOSED"
        assert trust.attempts.next(CALL_ID, until=UNTIL, now=UNTIL + 1) == 1


@pytest.mark.skipif(os.name == "nt", reason="no such bits")
def test_a_folder_that_is_open_to_others_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "trust"
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    with pytest.raises(OracleCallError) as refused:
        TrustStore(folder / "trust.db")
    assert refused.value.code == "ERR_KEY_STORE"
    folder.chmod(0o700)
    TrustStore(folder / "trust.db").close()


def test_a_file_that_is_none_or_of_another_version_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    (tmp_path / "none.db").write_text("nonsense, and long enough to be looked at as a header of SQLite")
    later = sqlite3.connect(tmp_path / "later.db")
    later.execute("PRAGMA user_version = 3")
    later.close()
    for name in ("none.db", "later.db"):
        with pytest.raises(OracleCallError) as refused:
            TrustStore(tmp_path / name)
        assert refused.value.code == "ERR_KEY_STORE"


def test_a_new_file_that_another_process_is_about_to_change_is_waited_for_which_sqlite_does_not(tmp_path: Path) -> None:
    (tmp_path / "trust").mkdir(mode=0o700)
    holder = sqlite3.connect(file_in(tmp_path), isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN IMMEDIATE")
    plain = sqlite3.connect(file_in(tmp_path), timeout=5, isolation_level=None)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        plain.execute("PRAGMA journal_mode = WAL")
    plain.close()
    release = threading.Timer(0.3, lambda: holder.execute("COMMIT"))
    release.start()
    TrustDatabase(file_in(tmp_path)).close()
    release.join()
    holder.close()


def test_a_file_of_before_is_brought_up_to_date_and_one_of_an_agent_in_node_is_used(tmp_path: Path) -> None:
    user = user_of(signer())
    with TrustStore(file_in(tmp_path)) as trust:
        trust.user_keys.judge(user, NOW)
    # As it was, and as an agent in Node makes it of that.
    before = sqlite3.connect(file_in(tmp_path))
    before.executescript("DROP TABLE memories; PRAGMA user_version = 1;")
    before.close()
    with TrustStore(file_in(tmp_path)) as trust:
        assert trust.user_keys.knows(DID)
    after = sqlite3.connect(file_in(tmp_path))
    assert after.execute("PRAGMA user_version").fetchone() == (2,)
    assert after.execute("SELECT COUNT(*) FROM memories").fetchone() == (0,)
    after.close()
    TrustStore(file_in(tmp_path)).close()


def test_a_pin_that_cannot_be_read_is_not_a_first_contact(tmp_path: Path) -> None:
    user = user_of(signer())
    with TrustStore(file_in(tmp_path)) as trust:
        trust.user_keys.judge(user, NOW)
    writer = sqlite3.connect(file_in(tmp_path))
    writer.execute("UPDATE key_pins SET pin = '{}'")
    writer.commit()
    writer.close()
    with TrustStore(file_in(tmp_path)) as trust:
        for look in (lambda: trust.user_keys.judge(user, NOW), lambda: trust.user_keys.knows(DID)):
            with pytest.raises(OracleCallError) as refused:
                look()
            assert refused.value.code == "ERR_KEY_STORE"
