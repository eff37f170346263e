from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle_calls.protocol import OracleCallError
from oracle_calls.protocol.hearing import (
    HEARD_HERE,
    HEARING_MAX_BYTES,
    ON_THIS_MACHINE,
    SENT_KINDS,
    CallHearing,
    EnginePlace,
    SentKind,
    SentTo,
    decode_hearing,
    encode_hearing,
    listeners_of,
    place_of,
)

HOSTS = st.sampled_from(["api.example.com", "a:8443", "xn--bcher-kva.example", "[2001:db8::7]", "192.168.1.7:80"])


def places(kinds: tuple[SentKind, ...], *always: SentKind) -> st.SearchStrategy[EnginePlace]:
    some = st.sets(st.sampled_from(kinds), min_size=0 if always else 1)
    sent = st.builds(lambda host, what: SentTo(host, tuple({*what, *always})), HOSTS, some)
    return st.one_of(st.just(ON_THIS_MACHINE), sent)


WORDS = places(("audio", "text"))
HEARINGS = st.builds(
    CallHearing, WORDS, WORDS, WORDS, remembers=st.booleans(), pictures=st.none() | places(SENT_KINDS, "pictures")
)


def decoded(data: bytes) -> CallHearing | str:
    try:
        return decode_hearing(data, "ERR_HANDSHAKE_MALFORMED")
    except OracleCallError as error:
        return error.code


@given(HEARINGS)
def test_what_was_declared_is_read_back(hearing: CallHearing) -> None:
    data = encode_hearing(hearing)
    assert len(data) <= HEARING_MAX_BYTES
    assert decode_hearing(data, "ERR_HANDSHAKE_MALFORMED") == hearing


@given(st.binary(max_size=60))
def test_bytes_are_the_only_encoding_of_what_they_say_or_say_nothing(data: bytes) -> None:
    read = decoded(data)
    assert read == "ERR_HANDSHAKE_MALFORMED" if isinstance(read, str) else encode_hearing(read) == data


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:11434/v1", "http://localhost:8000", "http://[::1]:8000/v1"],
)
def test_loopback_is_the_oracles_machine(url: str) -> None:
    assert place_of(url, "text") == ON_THIS_MACHINE


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://api.example.com/v1", "api.example.com"),
        ("https://user:pass@models.example:8443/v1?key=1", "models.example:8443"),
        ("https://models.example:443", "models.example"),
        ("http://ollama.localhost", "ollama.localhost"),
        ("http://localhost.example.com", "localhost.example.com"),
        ("http://127.0.0.1.example.com", "127.0.0.1.example.com"),
        ("http://[FE80::1]", "[fe80::1]"),
        ("https://Bücher.example", "xn--bcher-kva.example"),
    ],
)
def test_another_machine_is_named_without_path_and_credentials(url: str, host: str) -> None:
    assert place_of(url, "text") == SentTo(host, ("text",))


@pytest.mark.parametrize(
    "host", ["", "A.example", "a.example\u202e", "\u0430pi.example", "a b", "a/b", "a:0", "a" * 64]
)
def test_a_host_that_must_not_be_shown_is_no_place(host: str) -> None:
    with pytest.raises(ValueError, match="host"):
        SentTo(host, ("text",))


@pytest.mark.parametrize("what", [(), ("text", "text"), ("thoughts",)])
def test_what_is_sent_is_some_of_three_kinds_each_once(what: tuple[SentKind, ...]) -> None:
    with pytest.raises(ValueError, match="each once"):
        SentTo("a.example", what)


def test_pictures_are_declared_as_such_and_sent_to_whoever_sees_them() -> None:
    sent, words = SentTo("a.example", ("text", "pictures")), SentTo("a.example", ("text",))
    with pytest.raises(ValueError, match="declared"):
        CallHearing(ON_THIS_MACHINE, sent, ON_THIS_MACHINE, remembers=False)
    with pytest.raises(ValueError, match="sees"):
        CallHearing(ON_THIS_MACHINE, ON_THIS_MACHINE, ON_THIS_MACHINE, remembers=False, pictures=words)


def test_each_listener_is_named_once_with_all_it_gets() -> None:
    assert listeners_of(HEARD_HERE) == {}
    hearing = CallHearing(
        recognition=SentTo("a.example", ("audio",)),
        language_model=SentTo("a.example", ("text",)),
        speech=SentTo("b.example", ("text",)),
        pictures=SentTo("a.example", ("pictures",)),
        remembers=False,
    )
    assert listeners_of(hearing) == {"a.example": ("audio", "text", "pictures"), "b.example": ("text",)}
