from __future__ import annotations

from make_vectors import differing


def test_the_committed_vectors_are_what_the_package_makes() -> None:
    assert differing() == []
