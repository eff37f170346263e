from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from known_vectors import code_of
from oracle_calls.protocol.did import (
    DID_DOCUMENT_MAX_BYTES,
    DidResolver,
    FetchAnswer,
    did_key_method_id_of,
    did_key_of,
    did_web_url,
    find_address_problem,
)
from test_did_documents import DID, ED25519, STRICT, service

BASE = "https://resolver.example.org"


class Network:
    """A network of one answer, which remembers what was asked."""

    def __init__(self, *parts: bytes, status: int = 200, wait_s: float = 0, error: Exception | None = None) -> None:
        self.parts = parts
        self.status = status
        self.wait_s = wait_s
        self.error = error
        self.asked: list[str] = []
        self.sent = 0

    async def __call__(self, url: str, headers: dict[str, str]) -> FetchAnswer:
        assert headers["accept"].startswith("application/did+json")
        self.asked.append(url)
        if self.error is not None:
            raise self.error
        return FetchAnswer(self.status, self._body())

    async def _body(self) -> AsyncIterator[bytes]:
        await asyncio.sleep(self.wait_s)
        for part in self.parts:
            self.sent += len(part)
            yield part


def answer(value: Any, **options: Any) -> Network:
    return Network(json.dumps(value).encode(), **options)


def resolve(did: str, network: Network, **options: Any) -> dict[str, Any]:
    return asyncio.run(DidResolver(network, ixo_resolver_url=BASE, **options).resolve(did))


@pytest.mark.parametrize(
    "value", [STRICT, {"didDocument": STRICT, "didDocumentMetadata": {}, "didResolutionMetadata": {}}]
)
def test_an_ixo_did_is_asked_of_its_resolver_wrapped_or_bare(value: dict[str, Any]) -> None:
    network = answer(value)
    assert resolve(DID, network) == STRICT
    assert network.asked == [f"{BASE}/1.0/identifiers/{DID}"]


def test_a_percent_sign_of_a_did_is_escaped() -> None:
    did = "did:ixo:a%3Ab"
    network = answer({"id": did})
    resolve(did, network)
    assert network.asked == [f"{BASE}/1.0/identifiers/did:ixo:a%253Ab"]


@pytest.mark.parametrize(
    ("did", "url"),
    [
        ("did:web:example.org", "https://example.org/.well-known/did.json"),
        ("did:web:example.org%3A8443:oracles:one", "https://example.org:8443/oracles/one/did.json"),
    ],
)
def test_a_web_did_is_where_its_name_says(did: str, url: str) -> None:
    network = answer({"id": did})
    assert resolve(did, network) == {"id": did}
    assert network.asked == [url]


@pytest.mark.parametrize(
    "did",
    [
        "did:web:127.0.0.1",
        "did:web:2130706433",
        "did:web:0x7f.1",
        "did:web:example.org:..",
        "did:web:example.org:%2e%2e",
        "did:web:example.org%2Fa",
        "did:web:user%40example.org",
        "did:web:example.org:a%2Fb",
        "did:web:%C3%A9.org",
        "did:web:%ff.org",
        "did:web:example.org%3A99999",
        "did:web:-a.org",
    ],
)
def test_a_web_did_that_leads_elsewhere_is_malformed(did: str) -> None:
    assert code_of(lambda: did_web_url(did)) == "ERR_DID_MALFORMED"


@pytest.mark.parametrize("host", ["localhost", "router.local", "db.internal", "a.home.arpa", "nas.lan", "intranet"])
def test_a_web_did_does_not_lead_into_a_private_network(host: str) -> None:
    network = answer({"id": f"did:web:{host}"})
    assert code_of(lambda: resolve(f"did:web:{host}", network)) == "ERR_DID_UNSUPPORTED"
    assert network.asked == []
    resolve(f"did:web:{host}", network, allow_private_addresses=True)


@pytest.mark.parametrize(
    ("network", "code"),
    [
        (answer(STRICT, status=302), "ERR_DID_NOT_RESOLVED"),
        (answer(STRICT, status=404), "ERR_DID_NOT_RESOLVED"),
        (Network(error=OSError("no route")), "ERR_DID_NOT_RESOLVED"),
        (answer(STRICT, wait_s=5), "ERR_DID_NOT_RESOLVED"),
        (Network(b"<html>"), "ERR_DID_DOCUMENT"),
        (Network(b""), "ERR_DID_DOCUMENT"),
        (answer([STRICT]), "ERR_DID_DOCUMENT"),
        (answer({**STRICT, "id": "did:ixo:mallory"}), "ERR_DID_DOCUMENT"),
        (answer({"didDocument": None}), "ERR_DID_DOCUMENT"),
        (answer({"didDocument": STRICT, "didDocumentMetadata": {"deactivated": True}}), "ERR_DID_DOCUMENT"),
        (answer({"didDocument": STRICT, "didResolutionMetadata": {"error": "notFound"}}), "ERR_DID_NOT_RESOLVED"),
    ],
)
def test_an_answer_that_is_no_document_is_refused(network: Network, code: str) -> None:
    assert code_of(lambda: resolve(DID, network, timeout_s=0.2)) == code


def test_an_answer_is_read_no_further_than_its_bound() -> None:
    network = Network(*(b"a" * 1_000 for _ in range(1_000)))
    assert code_of(lambda: resolve(DID, network)) == "ERR_DID_DOCUMENT"
    assert network.sent <= DID_DOCUMENT_MAX_BYTES + 1_000


def test_methods_that_are_not_there_are_unsupported() -> None:
    assert code_of(lambda: resolve("did:example:a", answer({}))) == "ERR_DID_UNSUPPORTED"
    without = DidResolver(answer({}))
    assert code_of(lambda: asyncio.run(without.resolve(DID))) == "ERR_DID_UNSUPPORTED"
    assert code_of(lambda: asyncio.run(without.resolve("did:IXO:a"))) == "ERR_DID_MALFORMED"


@pytest.mark.parametrize(
    "base", ["http://resolver.example.org", f"{BASE}/?a=b", "ftp://a.org", "nonsense", "http://127.0.0.1"]
)
def test_a_resolvers_address_that_cannot_be_used_is_the_applications_mistake(base: str) -> None:
    with pytest.raises(ValueError, match="cannot be used"):
        DidResolver(answer({}), ixo_resolver_url=base)


def test_an_oracle_is_resolved_to_keys_account_and_backend() -> None:
    services = [
        service("MatrixAccount", "matrix:u/oracle:example.org"),
        service("OracleCallsBackend", "https://calls.example.org/"),
        service("OracleCallsKeyRotation", "data:text/plain,20ab"),
    ]
    resolver = DidResolver(answer({**STRICT, "service": services}), ixo_resolver_url=BASE)
    oracle = asyncio.run(resolver.resolve_oracle(DID))
    assert (oracle.matrix_user_id, oracle.backend_url) == ("@oracle:example.org", "https://calls.example.org")
    assert oracle.keys.identity_key.public_key == ED25519
    assert oracle.key_rotations == ("20ab",)


def test_a_users_key_is_the_one_that_the_envelope_names() -> None:
    did = did_key_of("ed25519", ED25519)
    user = asyncio.run(DidResolver(answer({})).resolve_user_key(did, did_key_method_id_of(did)))
    assert (user.did, user.signing_key.public_key, user.key_rotations) == (did, ED25519, ())


@pytest.mark.parametrize(
    "url",
    [
        "https://10.0.0.1/",
        "https://172.31.255.255/",
        "https://169.254.169.254/latest",
        "https://100.64.0.1/",
        "https://224.0.0.1/",
        "https://[::1]/",
        "https://[fc00::1]/",
        "https://[fe80::1]/",
        "https://[::ffff:8.8.8.8]/",
        "https://[2002:7f00:1::]/",
        "https://[2001:0:1::]/",
        "https://localhost./",
        "https://a.localhost/",
        "https://127.1/",
        "https://0177.0.0.1/",
        "https://2130706433/",
        "https://user@example.org/",
        "https://example.org\\@10.0.0.1/",
        "https://exa mple.org/",
        "https://é.org/",
        "https://example.org:port/",
        "file:///etc/passwd",
        "https://",
        "http://example.org/",
    ],
)
def test_an_address_that_could_lead_into_a_network_is_refused(url: str) -> None:
    assert find_address_problem(url) is not None


@pytest.mark.parametrize("url", ["https://example.org", "https://8.8.8.8:1/", "https://[2606:4700::1111]/a?b#c"])
def test_a_public_address_is_used(url: str) -> None:
    assert find_address_problem(url) is None


def test_a_private_address_may_be_plain_http_where_it_is_allowed() -> None:
    for url in ("http://127.0.0.1:8008", "http://[::1]", "https://db.internal"):
        assert find_address_problem(url, allow_private_addresses=True) is None
    assert find_address_problem("http://example.org", allow_private_addresses=True) is not None
