"""The console as plain pages and forms, the way it works without JavaScript."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from handoff.app import Parts
from handoff.audit import AuditEntry
from handoff.cases.view import marked
from handoff.console import words
from handoff.content.areas import load_areas
from handoff.conversations.model import Conversation
from tests.handoff.cases.scenes import LEAD, Colleague, conversation_state, make_case, signed_in, stored

Client = TestClient[Any, Any]


def at(case: dict[str, str]) -> str:
    return f"/staff/cases/{case['id']}"


async def test_a_case_is_taken_answered_and_closed_with_plain_forms(sam: Colleague, parts: Parts) -> None:
    case = await make_case(parts, words="is anyone there")
    _, text = await sam.submit(f"{at(case)}/claim")
    assert "Reply in the chat" in text and "is anyone there" in text
    _, text = await sam.submit(f"{at(case)}/reply", text="Hi, I am here.", id="one")
    assert "Hi, I am here." in text
    _, text = await sam.submit(f"{at(case)}/close", outcome="advice_given")
    assert "Advice given" in text and (await stored(parts, case)).state == "closed"


async def test_a_phone_that_blocked_us_is_shown_to_staff(sam: Colleague, parts: Parts) -> None:
    case = await make_case(parts, phone="+447700900123")
    assert "This number has blocked us" not in await sam.page(at(case))
    async with parts.db.transaction() as session:
        thread = await session.get_one(Conversation, uuid.UUID(case["conversation"]))
        thread.blocked_at = parts.clock.now()
    assert "This number has blocked us" in await sam.page(at(case))


async def test_take_next_opens_the_top_case_or_says_that_nobody_waits(sam: Colleague, parts: Parts) -> None:
    case = await make_case(parts)
    _, text = await sam.submit("/staff/take-next")
    assert f'data-case="{case["id"]}"' in text
    _, text = await sam.submit("/staff/take-next")
    assert "Nobody is waiting just now" in text


async def test_a_lost_race_is_explained_on_the_case(sam: Colleague, client: Client, parts: Parts) -> None:
    case = await make_case(parts)
    async with signed_in(client, LEAD) as priya:
        await priya.submit(f"{at(case)}/claim")
    status, text = await sam.submit(f"{at(case)}/claim")
    assert status == 409 and "Priya Nair has already taken this case" in text


async def looks(parts: Parts, case: dict[str, str]) -> int:
    """How many looks at the case are in the audit."""
    async with parts.db.reading() as session:
        query = select(AuditEntry.id).where(
            AuditEntry.subject == f"case:{case['id']}", AuditEntry.action == "case.read"
        )
        return len((await session.execute(query)).all())


async def test_a_case_read_past_its_page_is_in_the_audit_once_a_session(
    sam: Colleague, client: Client, parts: Parts
) -> None:
    case = await make_case(parts, words="is anyone there")
    for _ in range(3):
        assert "is anyone there" in await sam.page(f"{at(case)}/live")
    assert await looks(parts, case) == 1
    async with signed_in(client, LEAD) as priya:
        await priya.page(f"{at(case)}/live")
        assert await looks(parts, case) == 2
    parts.clock.move(timedelta(minutes=5))
    async with signed_in(client) as sam_again:
        await sam_again.page(f"{at(case)}/live")
    assert await looks(parts, case) == 3


async def test_a_page_that_is_open_adds_no_look_to_that_of_its_opening(sam: Colleague, parts: Parts) -> None:
    case = await make_case(parts)
    await sam.page(at(case))
    await sam.page(f"{at(case)}/live")
    assert await looks(parts, case) == 1


async def test_the_case_that_a_refused_form_shows_is_in_the_audit(
    sam: Colleague, client: Client, parts: Parts
) -> None:
    case = await make_case(parts, words="is anyone there")
    async with signed_in(client, LEAD) as priya:
        await priya.post(f"{case['at']}/claim")
    status, text = await sam.submit(f"{at(case)}/claim")
    assert status == 409 and "is anyone there" in text
    assert await looks(parts, case) == 1


async def test_what_was_typed_is_still_there_after_a_no(sam: Colleague, parts: Parts) -> None:
    case = await make_case(parts, "safeguarding", level="urgent")
    await sam.submit(f"{at(case)}/claim")
    status, text = await sam.submit(f"{at(case)}/close", outcome="", decision="Spoke to <b>mum</b>")
    assert status == 422 and "Choose one of the outcomes" in text
    assert "Spoke to &lt;b&gt;mum&lt;/b&gt;" in text


async def test_a_form_without_the_token_does_nothing(sam: Colleague, parts: Parts) -> None:
    case = await make_case(parts)
    async with sam.http.post(f"{at(case)}/claim", data={"csrf": "wrong"}) as response:
        assert response.status == 403
    assert (await stored(parts, case)).state == "waiting"


async def test_words_from_outside_are_never_markup(sam: Colleague, parts: Parts) -> None:
    case = await make_case(parts, words="<script>alert(1)</script> <img src=x onerror=y>")
    text = await sam.page(at(case))
    assert "&lt;script&gt;alert(1)" in text and "<script>alert" not in text and "<img" not in text


async def test_the_number_shows_only_after_it_is_asked_for(sam: Colleague, parts: Parts) -> None:
    case = await make_case(parts, phone="+447700900127")
    assert "+447700900127" not in await sam.page(at(case))
    _, text = await sam.submit(f"{at(case)}/reveal")
    assert "+447700900127" in text


async def test_cases_that_one_fault_opened_show_as_one_incident(sam: Colleague, parts: Parts) -> None:
    for _ in range(3):
        await make_case(parts, "failure", incident="rasa-down")
    assert "The assistant is failing: 3 people got an apology." in await sam.page("/staff/queue")


async def test_texts_that_do_not_arrive_are_not_called_a_fault_of_the_assistant(
    sam: Colleague, parts: Parts
) -> None:
    for _ in range(2):
        await make_case(parts, "failure", incident="texts-2026-11-22T09")
    shown = await sam.page("/staff/queue")
    assert "Texts are not getting through to 2 people." in shown and "The assistant is failing" not in shown


@pytest.mark.parametrize("form", ["claim", "reply", "close", "reveal"])
async def test_the_address_of_a_form_loaded_anew_leads_to_the_case(
    sam: Colleague, parts: Parts, form: str
) -> None:
    case = await make_case(parts)
    async with sam.http.get(f"{at(case)}/{form}", allow_redirects=False) as response:
        assert (response.status, response.headers["Location"]) == (303, at(case))


async def test_a_hand_back_form_gives_the_conversation_to_the_assistant(sam: Colleague, parts: Parts) -> None:
    case = await make_case(parts)
    await sam.submit(f"{at(case)}/claim")
    await sam.submit(f"{at(case)}/hand-back")
    assert await conversation_state(parts, case) == "bot"


async def test_a_long_queue_comes_in_pages_and_its_top_is_taken_from_any(
    sam: Colleague, parts: Parts
) -> None:
    for _ in range(26):
        await make_case(parts)
    worst = await make_case(parts, "safeguarding", level="emergency")
    first, second = [await sam.page(f"/staff/queue?page={number}") for number in (1, 2)]
    assert (first.count("data-key="), second.count("data-key=")) == (25, 2)
    assert worst["id"] in first and "Page 1 of 2" in first and "page=2" in first
    assert not set(re.findall('data-key="([^"]+)', first)) & set(re.findall('data-key="([^"]+)', second))
    part = await sam.page("/staff/queue/list?show=waiting&page=2")
    assert part.count("data-key=") == 2 and "Page 2 of 2" in part
    await sam.submit("/staff/take-next")
    assert (await sam.get(f"/api/staff/cases/{worst['id']}"))[1]["state"] == "claimed"


@pytest.mark.parametrize("wanted", ["0", "-1", "9999", "x", "", "٣", "99999999999"])
async def test_a_page_that_is_not_there_shows_one_that_is(sam: Colleague, parts: Parts, wanted: str) -> None:
    case = await make_case(parts)
    assert case["id"] in await sam.page(f"/staff/queue?page={wanted}")


@pytest.mark.parametrize("show", ["waiting", "mine", "all", "closed", "nonsense"])
async def test_every_view_of_an_empty_queue_is_a_page(sam: Colleague, show: str) -> None:
    assert "Take next case" in await sam.page(f"/staff/queue?show={show}")


async def test_a_manager_sees_no_buttons_they_may_not_press(client: Client, parts: Parts) -> None:
    case = await make_case(parts)
    async with signed_in(client, "manager@demo.test") as dana:
        pages = await dana.page("/staff/queue") + await dana.page(at(case))
    assert "Take this case" not in pages and "Take next case" not in pages


async def test_the_server_counts_the_texts_a_reply_would_be(sam: Colleague) -> None:
    for text, parts in (("", 0), ("Hi", 1), ("x" * 161, 2)):
        _, body = await sam.post("/api/staff/text-parts", {"text": text})
        assert body == {"parts": parts, "characters": len(text)}


@given(st.text(max_size=80), st.lists(st.text(max_size=12), max_size=4))
def test_marking_evidence_loses_and_adds_nothing(text: str, evidence: list[str]) -> None:
    assert "".join(piece for piece, _ in marked(text, evidence)) == text


def test_evidence_is_marked_whatever_its_case_and_line_breaks() -> None:
    assert marked("He KICKED me\nout", ["kicked me out"]) == [("He ", False), ("KICKED me\nout", True)]


NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "minutes, said",
    [
        (-3, "overdue by 3 min"),
        (0, "overdue by under a minute"),
        (12, "due in 12 min"),
        (80, "due in 1 h 20 min"),
        (100, "due 3.40pm today"),
        (19 * 60 + 30, "due 9.30am tomorrow"),
        (3 * 24 * 60, "due 2pm on Thursday"),
    ],
)
def test_a_clock_reads_as_people_say_it(minutes: int, said: str) -> None:
    assert words.due(NOW + timedelta(minutes=minutes), NOW, load_areas()["camden"]) == said
