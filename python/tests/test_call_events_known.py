from __future__ import annotations

from typing import Any

import pytest

from known_vectors import load, named
from oracle_calls.protocol import OracleCallError
from oracle_calls.protocol.events import is_call_answer, parse_call_answer, parse_call_event

VECTORS = load("call-events.json")
PARSERS: dict[str, Any] = {"calls": parse_call_event, "answers": parse_call_answer}


def content_of(base: dict[str, Any], row: dict[str, Any]) -> Any:
    if "content" in row:
        return row["content"]
    content = {**base, **row.get("change", {})}
    for field in row.get("remove", []):
        del content[field]
    if "pad" in row:
        content[row["pad"]["field"]] = "a" * row["pad"]["length"]
    return content


@pytest.mark.parametrize("group", PARSERS)
def test_accepted_contents_are_read_without_what_is_unknown(group: str) -> None:
    for row in VECTORS[group]["accepted"]:
        content = content_of(VECTORS[group]["base"], row)
        expected = {name: value for name, value in content.items() if name not in row.get("dropped", [])}
        parsed = PARSERS[group](content)
        assert parsed.to_content() == expected, row["name"]
        assert PARSERS[group](parsed.to_content()) == parsed
        assert is_call_answer(content) == (group == "answers")


@pytest.mark.parametrize(
    ("group", "row"),
    [
        pytest.param(group, row.values[0], id=f"{group}: {row.id}")
        for group in PARSERS
        for row in named(VECTORS[group]["rejected"])
    ],
)
def test_rejected_contents_are_refused_with_the_code_and_the_field(group: str, row: dict[str, Any]) -> None:
    with pytest.raises(OracleCallError) as caught:
        PARSERS[group](content_of(VECTORS[group]["base"], row))
    assert caught.value.code == row["code"]
    if "path" in row:
        issues = caught.value.details["issues"]
        assert isinstance(issues, list)
        assert {issue.split(":")[0] for issue in issues} == {row["path"]}
