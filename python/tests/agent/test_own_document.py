from __future__ import annotations

import asyncio
import logging
import pickle
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from livekit.agents import JobProcess

from oracle_calls.agent import HEARD_HERE, Oracle, OracleServer, OracleSettings, own_document
from oracle_calls.protocol import OracleCallError
from oracle_calls.protocol.did import DidResolver

from .fake_clock import FakeClock

SETTINGS = OracleSettings(oracle_did="did:ixo:oracle", api_key_file="key", trust_store_file="trust.db")


@pytest.fixture(autouse=True)
def forgets() -> Iterator[None]:
    own_document._resolved.clear()
    yield
    own_document._resolved.clear()


@pytest.fixture
def documents(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the resolver says, one after the other; an error is raised."""
    said: list[Any] = []

    async def resolve(_self: DidResolver, did: str) -> Any:
        assert did == "did:ixo:oracle"
        answer = said.pop(0)
        if isinstance(answer, OracleCallError):
            raise answer
        return answer

    monkeypatch.setattr(DidResolver, "resolve_oracle", resolve)
    return said


@pytest.fixture
def fitting(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Documents whose keys are those of the key file."""
    fits: set[str] = set()

    def read(document: str, _file: str | None) -> str:
        if document not in fits:
            raise OracleCallError("ERR_DID_DOCUMENT")
        return f"identity by {document}"

    monkeypatch.setattr(own_document, "read_own_identity", read)
    return fits


async def identity() -> Any:
    return await own_document.own_identity(SETTINGS, None, FakeClock())  # type: ignore[arg-type]


def test_a_call_does_not_wait_for_what_its_process_has_resolved_before(documents: list[Any], fitting: set[str]) -> None:
    documents.append("first")
    fitting.add("first")
    own_document.resolve_ahead(SETTINGS)
    assert documents == []
    assert asyncio.run(identity()) == ("first", "identity by first")


def test_keys_that_were_rotated_meanwhile_are_looked_up_anew(documents: list[Any], fitting: set[str]) -> None:
    documents += ["first", "second"]
    fitting.add("second")
    own_document.resolve_ahead(SETTINGS)
    assert asyncio.run(identity()) == ("second", "identity by second")
    # Once: keys that do not fit the document of now are wrong.
    documents.append("third")
    with pytest.raises(OracleCallError):
        asyncio.run(identity())


def test_a_process_waits_for_its_call_without_a_document_too(
    documents: list[Any], fitting: set[str], caplog: pytest.LogCaptureFixture
) -> None:
    documents += [OracleCallError("ERR_DID_DOCUMENT"), "later"]
    fitting.add("later")
    with caplog.at_level(logging.WARNING, "oracle_calls.agent"):
        own_document.resolve_ahead(SETTINGS)
    assert [record.getMessage() for record in caplog.records] == ["the oracle's own document does not resolve"]
    assert asyncio.run(identity()) == ("later", "identity by later")


def test_a_worker_prepares_its_processes_and_then_does_what_its_author_wants(documents: list[Any]) -> None:
    documents.append("first")
    done: list[object] = []
    oracle = Oracle(replace(SETTINGS), hearing=HEARD_HERE)
    server = OracleServer(oracle, ws_url="ws://127.0.0.1:1", setup_fnc=done.append)
    process = JobProcess(executor_type=None, user_arguments=None, http_proxy=None)  # type: ignore[arg-type]
    assert server.setup_fnc is not None
    # As the framework gives it to other processes.
    pickle.loads(pickle.dumps(server.setup_fnc.args[0]))  # type: ignore[attr-defined]
    server.setup_fnc(process)
    assert (documents, done) == ([], [process])
