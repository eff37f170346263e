from __future__ import annotations

from typing import Any

import pytest

from known_vectors import code_of, load, named, secret
from oracle_calls.protocol import OracleCallError
from oracle_calls.protocol.events import (
    TranscriptBody,
    TranscriptEvent,
    TranscriptLine,
    derive_transcript_key,
    is_call_answer,
    open_transcript_part,
    parse_call_answer,
    parse_call_event,
    parse_ring_answer,
    parse_ring_event,
    parse_transcript_event,
    seal_transcript_part,
)
from oracle_calls.protocol.events.ring_event import instant_ms

CALLS, RINGS, TRANSCRIPTS = load("call-events.json"), load("ring-events.json"), load("transcripts.json")
KINDS: dict[str, tuple[Any, Any]] = {
    "call": (CALLS["calls"], parse_call_event),
    "answer": (CALLS["answers"], parse_call_answer),
    "ring": (RINGS["rings"], parse_ring_event),
    "ring answer": (RINGS["answers"], parse_ring_answer),
}


def content_of(base: dict[str, Any], row: dict[str, Any]) -> Any:
    if "content" in row:
        return row["content"]
    content = {**base, **row.get("change", {})}
    for field in row.get("remove", []):
        del content[field]
    if "pad" in row:
        content[row["pad"]["field"]] = "a" * row["pad"]["length"]
    return content


def rows_of(which: str) -> list[Any]:
    return [
        pytest.param(kind, row.values[0], id=f"{kind}: {row.id}")
        for kind in KINDS
        for row in named(KINDS[kind][0][which])
    ]


@pytest.mark.parametrize(("kind", "row"), rows_of("accepted"))
def test_accepted_contents_are_read_without_what_is_unknown(kind: str, row: dict[str, Any]) -> None:
    group, parse = KINDS[kind]
    content = content_of(group["base"], row)
    expected = {name: value for name, value in content.items() if name not in row.get("dropped", [])}
    assert parse(content).to_content() == expected


@pytest.mark.parametrize(("kind", "row"), rows_of("rejected"))
def test_rejected_contents_are_refused_with_the_code_and_the_field(kind: str, row: dict[str, Any]) -> None:
    group, parse = KINDS[kind]
    with pytest.raises(OracleCallError) as caught:
        parse(content_of(group["base"], row))
    assert caught.value.code == row["code"]
    if "path" in row:
        issues = caught.value.details["issues"]
        assert isinstance(issues, list)
        assert {issue.split(": ")[0] for issue in issues} == {row["path"]}


def test_what_is_sent_is_read_again() -> None:
    answer = parse_ring_answer(RINGS["answers"]["base"])
    assert parse_ring_answer(answer.to_event()) == answer
    ring = parse_ring_event(RINGS["rings"]["base"])
    assert parse_ring_event(ring.to_content()) == ring
    assert ring.over_at == 1_767_323_045_006 + 45_000 + 15_000
    assert is_call_answer(CALLS["answers"]["base"])
    assert not is_call_answer(CALLS["calls"]["base"])


@pytest.mark.parametrize(
    ("instant", "ms"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2028-02-29T23:59:59.9Z", 1_835_481_599_900),
        ("1969-12-31T23:59:59.999999999Z", -1),
        ("0000-01-01T00:00:00Z", -62_167_219_200_000),
        ("9999-12-31T23:59:59Z", 253_402_300_799_000),
    ],
)
def test_an_instant_is_as_many_milliseconds_in_every_implementation(instant: str, ms: int) -> None:
    assert instant_ms(instant) == ms


ACCOUNT_KEY = secret(TRANSCRIPTS["accountKeyHex"])


def body_of(row: dict[str, Any]) -> TranscriptBody:
    lines = tuple(TranscriptLine(**line) for line in row["body"]["lines"])
    return TranscriptBody(lines=lines, is_last=row["body"]["isLast"])


def test_the_accounts_key_is_derived_from_its_user_signing_key() -> None:
    assert derive_transcript_key(secret(TRANSCRIPTS["userSigningKeyHex"])).expose() == ACCOUNT_KEY.expose()


@pytest.mark.parametrize("row", named(TRANSCRIPTS["accepted"]))
def test_a_part_is_opened_and_sealed_again(row: dict[str, Any]) -> None:
    event = parse_transcript_event(row["content"])
    account = TRANSCRIPTS["account"]
    assert open_transcript_part(ACCOUNT_KEY, account, event) == body_of(row)
    salt = bytes.fromhex(row["saltHex"])
    assert seal_transcript_part(ACCOUNT_KEY, account, event.call_id, event.part, body_of(row), salt) == event
    fresh = seal_transcript_part(ACCOUNT_KEY, account, event.call_id, event.part, body_of(row))
    assert fresh.sealed != event.sealed
    assert open_transcript_part(ACCOUNT_KEY, account, fresh) == body_of(row)


@pytest.mark.parametrize("row", named(TRANSCRIPTS["rejected"]))
def test_a_rejected_part_is_refused_with_its_code(row: dict[str, Any]) -> None:
    content = content_of(TRANSCRIPTS["accepted"][0]["content"], row)
    account = row.get("account", TRANSCRIPTS["account"])
    assert code_of(lambda: open_transcript_part(ACCOUNT_KEY, account, parse_transcript_event(content))) == row["code"]


def test_a_body_that_does_not_fit_is_not_sealed() -> None:
    line = TranscriptLine(speaker="user", how="spoken", text="\x01" * 4_000, at=0)

    def seal(body: TranscriptBody) -> TranscriptEvent:
        return seal_transcript_part(ACCOUNT_KEY, "@a:b", "$a@lk", 0, body)

    one, two = TranscriptBody(lines=(line,), is_last=False), TranscriptBody(lines=(line, line), is_last=False)
    assert seal(one).part == 0
    assert code_of(lambda: seal(two)) == "ERR_PROTOCOL_TOO_LARGE"
    many = TranscriptBody(lines=(TranscriptLine(speaker="user", how="spoken", text="a", at=0),) * 501, is_last=False)
    assert code_of(lambda: seal(many)) == "ERR_PROTOCOL_MALFORMED"
