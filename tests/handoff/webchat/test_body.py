"""Whatever bytes a browser sends, reading them ends in words or in a refusal that names the field."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from handoff.errors import Unprocessable
from handoff.webchat.body import LAST_SEQ, LIMIT, _salvage, seq_value, uuid_field


@given(st.text(), st.integers(0, 40))
@example('"\\', 0)
def test_the_words_of_a_cut_body_are_kept_as_far_as_they_came(text: str, short: int) -> None:
    whole = json.dumps({"id": "x", "text": text}).encode()
    body = _salvage(whole[: len(whole) - 2 - short] if short < len(text) else whole)
    kept = body["text"].encode("utf-16", "surrogatepass")[2:]
    assert text.encode("utf-16", "surrogatepass")[2:].startswith(kept[: max(0, len(kept) - 2)])


@given(st.binary(max_size=200))
def test_bytes_that_are_no_message_are_refused_or_read(raw: bytes) -> None:
    try:
        assert isinstance(_salvage(b'{"text": "' + raw)["text"], str)
    except Unprocessable as refusal:
        assert refusal.extra["field"] == "body"


def test_the_same_cut_body_has_the_same_id() -> None:
    raw = b'{"id": "1", "text": "' + b"a" * LIMIT
    assert _salvage(raw)["id"] == _salvage(raw)["id"] == uuid_field(_salvage(raw), "id")


@pytest.mark.parametrize(("given", "read"), [("", 0), ("0", 0), ("12", 12), ("9" * 400, LAST_SEQ)])
def test_a_seq_is_read_within_what_the_database_can_hold(given: str, read: int) -> None:
    assert seq_value(given, "after") == read
