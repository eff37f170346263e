from __future__ import annotations

import json

import pytest

from known_vectors import code_of
from oracle_calls.protocol import OracleCallError
from oracle_calls.protocol.call_status import CALL_STATUSES, can_move
from oracle_calls.protocol.errors import ERROR_TABLE
from oracle_calls.protocol.events import find_forbidden_edit, parse_call_event
from oracle_calls.protocol.frame import FRAME_MAX_BYTES, FrameHeader, encode_frame_header, read_frame_header
from oracle_calls.protocol.names import create_sfu_room_name, parse_call_id
from test_events_known import CALLS

CALL = CALLS["calls"]["base"]


def test_a_call_id_has_two_halves() -> None:
    call_id = parse_call_id("$abc_-@lk-1")
    assert (call_id.event_id, call_id.sfu_room_name, str(call_id)) == ("$abc_-", "lk-1", "$abc_-@lk-1")
    for wrong in ("", "@", "$a@", "@lk", "$a@lk@lk", "a@lk", "$a@-lk", "$a@lk\n", None, 5, b"$a@lk"):
        assert code_of(lambda value=wrong: parse_call_id(value)) == "ERR_PROTOCOL_CALL_ID"  # type: ignore[misc]


def test_room_names_are_fresh_and_say_nothing() -> None:
    names = {create_sfu_room_name() for _ in range(20)}
    assert len(names) == 20
    for name in names:
        parse_call_id(f"$a@{name}")


def test_a_status_only_moves_forward() -> None:
    moves = {(before, after) for before in CALL_STATUSES for after in CALL_STATUSES if can_move(before, after)}
    assert moves == {("pending", "active"), ("pending", "ended"), ("active", "ended")}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("callType", "video"),
        ("callStartedAt", "2026-01-02T03:04:05.007Z"),
        ("encryptionKey", "0400"),
        ("sessionId", "another"),
        ("roomId", "lk-another"),
        ("userDid", "did:ixo:mallory"),
        ("oracleDid", "did:ixo:false-oracle"),
    ],
)
def test_an_edit_may_not_change_what_the_call_is(field: str, value: str) -> None:
    original = parse_call_event(CALL)
    assert (
        find_forbidden_edit(original, parse_call_event({**CALL, "callStatus": "ended", "endReason": "hangup"})) is None
    )
    forbidden = find_forbidden_edit(original, parse_call_event({**CALL, field: value}))
    assert forbidden is not None
    assert forbidden.replace("_", "") == field.lower()


def test_the_diagrams_spellings_are_read_where_the_tables_are_absent() -> None:
    spelled = {**CALL, "type": CALL["callType"], "status": CALL["callStatus"], "encryptedKey": CALL["encryptionKey"]}
    for name in ("callType", "callStatus", "encryptionKey"):
        del spelled[name]
    assert parse_call_event(spelled) == parse_call_event(CALL)
    both = {**CALL, "type": "video", "status": "ended", "encryptedKey": "ab"}
    assert parse_call_event(both) == parse_call_event(CALL)


def test_all_problems_are_told_together_and_without_values() -> None:
    canary = "canary-7f3a"
    with pytest.raises(OracleCallError) as caught:
        parse_call_event({**CALL, "callType": canary, "roomId": f"{canary}@", "encryptionKey": canary})
    issues = caught.value.details["issues"]
    assert isinstance(issues, list)
    assert [issue.split(":")[0] for issue in issues] == ["callType", "encryptionKey", "roomId"]
    assert canary not in repr(caught.value) + str(dict(caught.value.details))


@pytest.mark.parametrize(
    "instant",
    [
        "2026-02-29T00:00:00Z",
        "2026-02-31T00:00:00Z",
        "2026-04-31T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-01-00T00:00:00Z",
        "2026-01-01T23:60:00Z",
        "2026-01-01T23:59:60Z",
        "2026-01-01T00:00:00.Z",
        "2026-01-01T00:00:00.1234567890Z",
        "2026-01-01t00:00:00z",
        "٢٠٢٦-01-01T00:00:00Z",
    ],
)
def test_an_instant_that_there_is_not_is_none(instant: str) -> None:
    assert code_of(lambda: parse_call_event({**CALL, "callStartedAt": instant})) == "ERR_PROTOCOL_MALFORMED"


@pytest.mark.parametrize("instant", ["2024-02-29T00:00:00Z", "0000-02-29T00:00:00Z", "9999-12-31T23:59:59.999999999Z"])
def test_an_instant_that_there_is_is_one(instant: str) -> None:
    assert parse_call_event({**CALL, "callStartedAt": instant}).call_started_at == instant


@pytest.mark.parametrize("version", [True, "1", 1.5, None, [], 2])
def test_only_the_number_one_is_the_version(version: object) -> None:
    assert code_of(lambda: parse_call_event({**CALL, "v": version})) == "ERR_PROTOCOL_UNKNOWN_VERSION"
    assert parse_call_event({**CALL, "v": 1.0}) == parse_call_event({**CALL, "v": 1})


def test_what_cannot_be_json_is_malformed() -> None:
    loop: dict[str, object] = dict(CALL)
    loop["self"] = loop
    deep: object = []
    for _ in range(100_000):
        deep = [deep]
    for content in (loop, {**CALL, "n": b"bytes"}, {**CALL, "n": float("nan")}, {**CALL, "n": deep}):
        assert code_of(lambda content=content: parse_call_event(content)) == "ERR_PROTOCOL_MALFORMED"  # type: ignore[misc]


def test_lengths_count_utf16_units_of_compact_json() -> None:
    overhead = 12  # `,"filler":""`
    room = 32_768 - len(json.dumps(CALL, separators=(",", ":"))) - overhead
    parse_call_event({**CALL, "filler": "é" * room})
    assert code_of(lambda: parse_call_event({**CALL, "filler": "é" * (room + 1)})) == "ERR_PROTOCOL_TOO_LARGE"
    assert code_of(lambda: parse_call_event({**CALL, "filler": "😀" * (room // 2 + 1)})) == "ERR_PROTOCOL_TOO_LARGE"


def test_an_error_says_its_title_and_whether_to_try_again() -> None:
    error = OracleCallError("ERR_DID_NOT_RESOLVED")
    assert str(error) == ERROR_TABLE["ERR_DID_NOT_RESOLVED"].title
    assert error.retryable
    assert not OracleCallError("ERR_ENVELOPE_OPEN").retryable


def test_a_frame_is_bounded_before_it_is_read() -> None:
    assert code_of(lambda: read_frame_header(bytes(FRAME_MAX_BYTES + 1))) == "ERR_PROTOCOL_TOO_LARGE"
    for attempt, epoch in ((0, 1), (1025, 1), (1, 0), (1, 2**32)):
        with pytest.raises(ValueError, match=r"expected|count from"):
            encode_frame_header(FrameHeader("data", attempt, epoch))
