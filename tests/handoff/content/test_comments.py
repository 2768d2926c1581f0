"""What colleagues say of a draft stays with it: in threads, on the record, until somebody resolves them."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, text

from handoff.app import Parts
from handoff.audit import AuditEntry
from handoff.content.model import ContentNotice
from tests.handoff.cases.scenes import Colleague
from tests.handoff.content.conftest import approved

EMA = "/api/staff/answers/ema"
WORDS = "Is that still so? Their page says March."


async def _said(editor: Colleague, **comment: str) -> list[dict[str, Any]]:
    status, body = await editor.post(f"{EMA}/comment", comment)
    assert status == 200, body
    return list(body["comments"])


async def test_a_comment_and_its_reply_make_a_thread_that_is_resolved_and_opened_again(
    jo: Colleague, kit: Colleague
) -> None:
    await jo.post(f"{EMA}/start")
    [thread] = await _said(kit, words=WORDS, about="sms")
    assert (thread["about"], thread["resolved_at"]) == ("sms", None)
    [thread] = await _said(jo, words="Yes, I rang them.", reply_to=thread["id"])
    assert [(one["by"], one["words"]) for one in thread["said"]] == [
        ("Kit Morgan", WORDS),
        ("Jo Davies", "Yes, I rang them."),
    ]
    _, body = await kit.post(f"{EMA}/resolve", {"comment": thread["id"]})
    assert body["comments"][0]["resolved_at"]
    status, refused = await jo.post(f"{EMA}/comment", {"words": "Late.", "reply_to": thread["id"]})
    assert (status, refused["error"]["code"]) == (409, "resolved")
    _, body = await jo.post(f"{EMA}/reopen", {"comment": thread["id"]})
    assert body["comments"][0]["resolved_at"] is None


async def test_what_an_approver_asks_for_stays_after_the_draft_is_sent_again(
    jo: Colleague, kit: Colleague
) -> None:
    _, begun = await jo.post(f"{EMA}/start")
    body = {"version": begun["draft"]["version"], "web": "New.", "sms": "New."}
    _, sent = await jo.post(f"{EMA}/submit", body)
    version = sent["draft"]["version"]
    _, back = await kit.post(f"{EMA}/request-changes", {"version": version, "note": "Say since when."})
    _, again = await jo.post(f"{EMA}/submit", {"version": back["draft"]["version"]})
    assert again["draft"]["review_note"] is None
    [thread] = again["comments"]
    assert (thread["said"][0]["by"], thread["said"][0]["words"]) == ("Kit Morgan", "Say since when.")


async def test_who_commented_may_still_approve_and_no_version_changes(jo: Colleague, kit: Colleague) -> None:
    _, begun = await jo.post(f"{EMA}/start")
    await _said(kit, words=WORDS)
    body = {"version": begun["draft"]["version"], "web": "New.", "sms": "New."}
    status, sent = await jo.post(f"{EMA}/submit", body)
    assert status == 200
    assert (await kit.post(f"{EMA}/approve", {"version": sent["draft"]["version"]}))[0] == 200


async def test_whoever_wrote_the_draft_is_told_without_the_words(
    jo: Colleague, kit: Colleague, parts: Parts
) -> None:
    await jo.post(f"{EMA}/start")
    await _said(kit, words=WORDS)
    await _said(jo, words="My own.")
    async with parts.db.reading() as session:
        told = list((await session.execute(select(ContentNotice))).scalars())
    assert [one.path for one in told] == ["/staff/answers/ema#said"]
    assert told[0].words.startswith("Kit Morgan") and "March" not in told[0].words


async def test_whoever_wrote_the_draft_is_told_that_it_was_sent_back(
    jo: Colleague, kit: Colleague, parts: Parts
) -> None:
    _, begun = await jo.post(f"{EMA}/start")
    body = {"version": begun["draft"]["version"], "web": "New.", "sms": "New."}
    _, sent = await jo.post(f"{EMA}/submit", body)
    await kit.post(f"{EMA}/request-changes", {"version": sent["draft"]["version"], "note": WORDS})
    async with parts.db.reading() as session:
        [told] = (await session.execute(select(ContentNotice))).scalars()
    assert told.path == "/staff/answers/ema#said"
    assert told.words.startswith("Kit Morgan sent back") and "March" not in told.words


async def test_every_comment_is_on_the_record_by_its_id_and_kept_encrypted(
    jo: Colleague, parts: Parts
) -> None:
    await jo.post(f"{EMA}/start")
    [thread] = await _said(jo, words=WORDS)
    await jo.post(f"{EMA}/resolve", {"comment": thread["id"]})
    async with parts.db.reading() as session:
        entries = list((await session.execute(select(AuditEntry))).scalars())
        kept = (await session.execute(text("SELECT words FROM revision_comment"))).scalar_one()
    said = [one for one in entries if one.action in ("answer.comment", "answer.resolve_comment")]
    assert [one.detail["comment"] for one in said] == [thread["id"], thread["id"]]
    assert b"March" not in kept and "March" not in str([one.detail for one in entries])


async def test_open_threads_are_counted_in_the_list(jo: Colleague) -> None:
    await jo.post(f"{EMA}/start")
    [first] = await _said(jo, words="One.")
    await _said(jo, words="Two.", about="web")
    await jo.post(f"{EMA}/resolve", {"comment": first["id"]})
    _, found = await jo.get("/api/staff/answers?q=ema")
    assert {row["slug"]: row["comments"] for row in found["answers"]}["ema"] == 1


@pytest.mark.parametrize(
    ("comment", "status"),
    [
        ({"words": " \u200b "}, 422),
        ({"words": "x" * 2_001}, 413),
        ({"words": ["x"]}, 422),
        ({"words": "x", "about": "everything"}, 422),
        ({"words": "x", "reply_to": "6f1e7e5c-0000-4000-8000-000000000000"}, 404),
        ({"words": "x", "reply_to": "none"}, 404),
    ],
)
async def test_a_comment_that_is_none_is_refused(jo: Colleague, comment: dict[str, Any], status: int) -> None:
    await jo.post(f"{EMA}/start")
    assert (await jo.post(f"{EMA}/comment", comment))[0] == status


async def test_nothing_is_said_of_another_answers_thread_or_of_no_draft(jo: Colleague) -> None:
    assert (await jo.post(f"{EMA}/comment", {"words": "x"}))[0] == 409
    await jo.post(f"{EMA}/start")
    [thread] = await _said(jo, words="Mine.")
    await jo.post("/api/staff/answers/cv/start")
    status, _ = await jo.post("/api/staff/answers/cv/resolve", {"comment": thread["id"]})
    assert status == 404


async def test_markup_in_a_comment_is_only_ever_words(jo: Colleague) -> None:
    await jo.post(f"{EMA}/start")
    await _said(jo, words="<script>alert(1)</script>")
    page = await jo.page("/staff/answers/ema")
    assert "&lt;script&gt;alert(1)" in page and "<script>alert" not in page


async def test_history_opens_the_words_of_a_version_with_what_was_said_of_it(
    jo: Colleague, kit: Colleague, sam: Colleague
) -> None:
    _, ema = await jo.post(f"{EMA}/start")
    first, number = ema["live"]["number"], ema["draft"]["number"]
    words = "EMA <b>ended</b>. See {area.phone}."
    await jo.post(f"{EMA}/save", {"version": ema["draft"]["version"], "sms": words})
    await _said(kit, words=WORDS, about="sms")
    await approved(jo, kit)
    listed = await sam.page("/staff/answers/ema")
    assert f'href="/staff/answers/ema/history/{number}">its words and 1 comment<' in listed
    page = await sam.page(f"/staff/answers/ema/history/{number}")
    assert "EMA &lt;b&gt;ended&lt;/b&gt;. See {area.phone}." in page and WORDS in page
    assert "approved by Kit Morgan" in page and "(live now)" in page
    page = await sam.page(f"/staff/answers/ema/history/{first}")
    assert ema["live"]["title"] in page and WORDS not in page and "(live now)" not in page


async def test_what_was_said_of_an_earlier_version_is_there_to_read_alone(
    jo: Colleague, kit: Colleague
) -> None:
    _, ema = await jo.post(f"{EMA}/start")
    await _said(kit, words=WORDS)
    page = await jo.page(f"/staff/answers/ema/history/{ema['draft']['number']}")
    assert WORDS in page and "/comment" not in page and "Resolve<" not in page


@pytest.mark.parametrize("path", ["ema/history/99", "ema/history/x", "no-such/history/1"])
async def test_a_version_that_is_none_is_not_found(jo: Colleague, path: str) -> None:
    async with jo.http.get(f"/staff/answers/{path}") as response:
        assert response.status == 404
