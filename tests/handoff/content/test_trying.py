"""What would the assistant say? Live as it says it, beside it with the draft; nothing of it is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from handoff.app import Parts
from handoff.conversations.model import Message
from tests.handoff.cases.scenes import Colleague
from tests.handoff.fakes import FakeRasa, answer

EMA = "/api/staff/answers/ema"


@pytest.fixture
async def draft(jo: Colleague) -> dict[str, Any]:
    """EMA's draft, open."""
    return dict((await jo.post(f"{EMA}/start"))[1]["draft"])


async def test_the_live_answer_stands_beside_the_drafts_words(
    jo: Colleague, rasa: FakeRasa, draft: dict[str, Any]
) -> None:
    rasa.script["is ema still a thing"] = [answer("ema")]
    asked = {"question": "is ema still a thing", "web": "It has **closed**.", "title": "Old EMA"}
    status, tried = await jo.post(f"{EMA}/ask", asked)
    assert status == 200
    assert (tried["live"]["slug"], tried["live"]["title"]) == ("ema", "EMA")
    assert tried["draft"] | {"sms": ""} == {
        "kind": "answer", "slug": "ema", "title": "Old EMA", "html": "<p>It has <strong>closed</strong>.</p>",
        "sms": "", "offers": [], "judged": False,
    } | {"html": tried["draft"]["html"]}  # fmt: skip
    assert tried["draft"]["html"].startswith("<p>It has <strong>closed</strong>.</p>")
    assert tried["live"]["html"] != tried["draft"]["html"]


async def test_several_answers_are_offered_by_their_titles(
    jo: Colleague, rasa: FakeRasa, draft: dict[str, Any]
) -> None:
    choices = [{"text": None, "answer": "ema"}, {"text": None, "answer": "bursary"}]
    rasa.script["money?"] = [{"kind": "choices", "text": "Which?", "choices": choices}]
    _, tried = await jo.post(f"{EMA}/ask", {"question": "money?"})
    assert (tried["live"]["kind"], tried["live"]["offers"]) == ("offers", ["EMA", "Help with college costs"])
    assert tried["draft"] == tried["live"]


async def test_questions_not_learnt_yet_are_judged_by_meaning(
    jo: Colleague, rasa: FakeRasa, read: None, draft: dict[str, Any]
) -> None:
    rasa.script["can my dog come to college"] = [{"kind": "talk", "text": "Hm."}]
    asked = {"question": "can my dog come to college", "examples": "can i bring my dog\nis my dog allowed"}
    _, tried = await jo.post(f"{EMA}/ask", asked)
    assert tried["live"]["kind"] == "talk"
    assert (tried["draft"]["slug"], tried["draft"]["judged"]) == ("ema", True)


async def test_a_worry_is_said_to_go_to_a_person(
    jo: Colleague, rasa: FakeRasa, draft: dict[str, Any]
) -> None:
    _, tried = await jo.post(f"{EMA}/ask", {"question": "my dad hits me every night"})
    assert tried["live"]["kind"] == tried["draft"]["kind"] == "worry" and rasa.asked == []


async def test_while_the_assistant_is_away_it_says_so(
    jo: Colleague, rasa: FakeRasa, draft: dict[str, Any]
) -> None:
    rasa.failures = 9
    status, tried = await jo.post(f"{EMA}/ask", {"question": "is ema still a thing"})
    assert status == 200 and tried["live"]["kind"] == "away"


async def test_nothing_that_is_asked_is_kept(
    jo: Colleague, rasa: FakeRasa, parts: Parts, draft: dict[str, Any]
) -> None:
    await jo.post(f"{EMA}/ask", {"question": "is ema still a thing", "web": "Other."})
    async with parts.db.reading() as session:
        assert (await session.execute(select(func.count()).select_from(Message))).scalar() == 0
    assert rasa.asked == [] and (await jo.get(EMA))[1]["draft"]["web"] == draft["web"]


async def test_nothing_that_is_tried_stays_in_memory(
    jo: Colleague, rasa: FakeRasa, draft: dict[str, Any], vectors_kept: Callable[[], set[str]]
) -> None:
    live = vectors_kept()
    rasa.script["can tyrese bring his dog"] = [{"kind": "talk", "text": "Hm."}]
    asked = {"question": "can tyrese bring his dog", "examples": "is tyrese's dog allowed\nthe dog of tyrese"}
    assert (await jo.post(f"{EMA}/ask", asked))[1]["draft"]["judged"]
    assert vectors_kept() == live != set()


@pytest.mark.parametrize(("question", "status"), [("", 422), ("x" * 501, 413), (7, 422)])
async def test_a_question_that_is_none_is_refused(jo: Colleague, question: object, status: int) -> None:
    assert (await jo.post(f"{EMA}/ask", {"question": question}))[0] == status


async def test_whoever_is_to_approve_a_draft_can_try_it_too(
    jo: Colleague, kit: Colleague, rasa: FakeRasa, draft: dict[str, Any]
) -> None:
    words = {"version": draft["version"], "web": "Words to approve.", "sms": "Words to approve."}
    assert (await jo.post(f"{EMA}/submit", words))[0] == 200
    assert "What would the assistant say?" in await kit.page("/staff/answers/ema")
    rasa.script["is ema still a thing"] = [answer("ema")]
    status, page = await kit.submit("/staff/answers/ema/ask", question="is ema still a thing")
    assert status == 200 and "Words to approve." in page.split("With this draft")[1]
    assert "Approve and publish" in page


async def test_an_adviser_asks_nothing_here(sam: Colleague) -> None:
    assert (await sam.post(f"{EMA}/ask", {"question": "x"}))[0] == 403


async def test_it_works_as_a_form_and_keeps_what_was_typed(
    jo: Colleague, rasa: FakeRasa, draft: dict[str, Any]
) -> None:
    rasa.script["is ema still a thing"] = [answer("ema")]
    fields = {
        "question": "is ema still a thing",
        "web": "Typed and not saved.",
        "version": str(draft["version"]),
    }
    status, page = await jo.submit("/staff/answers/ema/ask", **fields)
    assert status == 200 and "Live now" in page and page.count("Typed and not saved.") >= 2
