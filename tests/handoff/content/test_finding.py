"""Answers are found by their words, group, state and review date, and previewed before anyone gets them."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest

from handoff.app import Parts
from handoff.content.meaning import Meanings
from tests.handoff.cases.scenes import Colleague


async def _slugs(editor: Colleague, query: str) -> list[str]:
    return [row["slug"] for row in (await editor.get(f"/api/staff/answers?{query}"))[1]["answers"]]


async def test_every_word_looked_for_must_be_there(jo: Colleague) -> None:
    found = await _slugs(jo, "q=BURSARY+vulnerable")
    assert "bursary-vulnerable" in found and "ema" not in found
    assert await _slugs(jo, "q=xylophone") == []


async def test_answers_are_found_by_group_and_state(jo: Colleague) -> None:
    await jo.post("/api/staff/answers/ema/start")
    assert await _slugs(jo, "state=draft") == ["ema"]
    assert "ema" in await _slugs(jo, "group=money") and "ema" not in await _slugs(jo, "group=jobs")


async def test_an_answer_past_its_review_date_is_overdue(jo: Colleague, parts: Parts) -> None:
    assert "ema" not in await _slugs(jo, "overdue=1")
    parts.clock.move(timedelta(days=3 * 365))
    who = {"email": "editor.one@demo.test", "password": parts.settings.demo_password}
    await jo.http.post("/api/staff/session", json=who)  # nobody stays signed in for three years
    assert "ema" in await _slugs(jo, "overdue=1")


async def test_a_preview_shows_an_areas_details_and_the_cost_of_a_text(jo: Colleague) -> None:
    words = {"web": "Ring **{area.phone}**", "sms": "Ring {area.phone} – or €", "area": "lambeth"}
    status, shown = await jo.post("/api/staff/answers/preview", words)
    assert status == 200 and shown["html"].startswith("<p>Ring <strong>020 7946")
    assert shown["sms"].endswith(" - or €") and shown["parts"] == 1
    assert shown["places"] == len(shown["sms"]) + 1


async def test_a_preview_says_which_signs_make_a_text_dear(jo: Colleague) -> None:
    _, shown = await jo.post("/api/staff/answers/preview", {"web": "x", "sms": "ok 🎓"})
    assert shown["strange"] == ["🎓"] and shown["places"] is None


async def test_a_preview_for_no_area_of_ours_is_refused(jo: Colleague) -> None:
    assert (await jo.post("/api/staff/answers/preview", {"area": "atlantis"}))[0] == 422


async def test_an_answer_shows_what_people_ask_and_where_it_comes_from(jo: Colleague) -> None:
    _, found = await jo.get("/api/staff/answers/ema")
    assert "can i get ema" in found["examples"] and found["live"]["source_url"].startswith("https://")


async def test_an_answer_that_is_not_there_is_not_found(jo: Colleague) -> None:
    assert (await jo.get("/api/staff/answers/xylophone"))[0] == 404
    assert (await jo.post("/api/staff/answers/xylophone/start"))[0] == 404


async def test_answers_are_found_by_who_wrote_them_last(jo: Colleague, kit: Colleague) -> None:
    _, ema = await jo.post("/api/staff/answers/ema/start")
    await jo.post("/api/staff/answers/ema/save", {"version": ema["draft"]["version"], "title": "EMA"})
    await kit.post("/api/staff/answers/bursary/start")
    page = await jo.page("/staff/answers")
    writer = re.search(r'name="writer".*?<option value="([-0-9a-f]{36})" >Jo Davies', page, re.DOTALL)
    assert writer
    _, found = await jo.get(f"/api/staff/answers?writer={writer[1]}")
    assert [(row["slug"], row["writer"]) for row in found["answers"]] == [("ema", "Jo Davies")]


async def test_answers_are_found_by_their_review_date(jo: Colleague) -> None:
    assert await _slugs(jo, "before=2020-01-01") == []
    assert "ema" in await _slugs(jo, "before=2099-01-01")
    assert (await jo.get("/api/staff/answers?before=soon"))[0] == 422
    async with jo.http.get("/staff/answers?before=soon") as response:
        assert response.status == 422 and "/staff/answers/ema" in await response.text()


async def test_answers_that_did_not_help_somebody_are_found(jo: Colleague) -> None:
    assert await _slugs(jo, "unhelpful=1") == []


@pytest.mark.usefixtures("read")
async def test_a_search_finds_what_means_the_same_in_other_words(jo: Colleague) -> None:
    _, found = await jo.get("/api/staff/answers?q=lunch+at+sixth+form+costs+nothing")
    assert found["answers"] == [] and found["near"][0]["slug"] == "free-meals"
    assert "Near in meaning" in await jo.page("/staff/answers?q=lunch+at+sixth+form+costs+nothing")


async def test_nothing_that_is_searched_stays_in_memory(
    jo: Colleague, vectors_kept: Callable[[], set[str]]
) -> None:
    live = vectors_kept()
    assert await _slugs(jo, "q=tyrese+wants+lunch+at+sixth+form") == []
    assert vectors_kept() == live != set()


@pytest.mark.usefixtures("read")
async def test_a_search_for_nothing_of_ours_finds_nothing(jo: Colleague) -> None:
    _, found = await jo.get("/api/staff/answers?q=xylophone")
    assert found == {"answers": [], "near": [], "whole": True}


async def test_while_meanings_are_still_being_read_a_search_says_that_it_goes_by_words(
    jo: Colleague, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = threading.Event()
    read = Meanings._learn

    def slowly(self: Meanings, texts: Sequence[str]) -> None:
        reading.wait(60)
        read(self, texts)

    monkeypatch.setattr(Meanings, "_learn", slowly)
    try:
        _, found = await jo.get("/api/staff/answers?q=xylophone+lunch")
        assert found == {"answers": [], "near": [], "whole": False}
        page = await jo.page("/staff/answers?q=xylophone+lunch")
        assert "Search again in a minute" in page and "No answer has all these words" in page
    finally:
        reading.set()
