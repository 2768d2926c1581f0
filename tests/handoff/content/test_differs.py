"""Why an answer may differ is kept from the shipped file to the chat, and staff may change it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from tests.handoff.cases.scenes import Colleague
from tests.handoff.factories import make_chat
from tests.handoff.fakes import FakeRasa, answer

BURSARY = "/api/staff/answers/bursary"
SHIPPED = "Each school and college sets its own rules."
KEYS = {"seq", "author", "kind", "answer", "text", "html", "choices", "source", "at"}


@pytest.fixture(autouse=True)
def questions(rasa: FakeRasa) -> None:
    rasa.script["bursary?"] = [answer("bursary")]
    rasa.script["hours?"] = [answer("opening-hours")]


async def test_the_web_shows_it_under_the_answer_with_source_and_day(client: TestClient[Any, Any]) -> None:
    [said] = await (await make_chat(client)).say("bursary?")
    assert said["html"].endswith(f'<p class="differs">{SHIPPED}</p>')
    assert said["text"].endswith(SHIPPED)
    assert said["source"]["name"].startswith("GOV.UK") and said["source"]["checked"] == "2026-11-22"
    assert said.keys() - {"helped"} == KEYS


async def test_the_page_without_a_script_shows_it_too(client: TestClient[Any, Any]) -> None:
    page = await (await client.get("/chat", headers={"Accept": "text/html"})).text()
    address = re.search(r'action="(/chat/[^"/]+)"', page)
    fields = dict(re.findall(r'name="(csrf|id|area)" value="([^"]*)"', page))
    assert address
    sent = await client.post(address[1], data={**fields, "text": "bursary?"})
    assert f'<p class="differs">{SHIPPED}</p>' in await sent.text()


async def test_an_answer_names_the_area_as_its_source_and_reason(client: TestClient[Any, Any]) -> None:
    [said] = await (await make_chat(client, "lambeth")).say("hours?")
    assert said["source"]["name"] == "Lambeth young people's advice service"
    assert said["source"]["url"] == "https://www.lambeth.example/young-people"
    assert "These are for Lambeth.</p>" in said["html"]


async def test_an_editor_changes_it_a_second_person_sees_the_difference_and_it_is_live(
    client: TestClient[Any, Any], jo: Colleague, kit: Colleague
) -> None:
    version = (await jo.post(f"{BURSARY}/start"))[1]["draft"]["version"]
    words = {"version": version, "differs": "Ask <your> college."}
    _, sent = await jo.post(f"{BURSARY}/submit", words | {"web": "Ask.", "sms": "Ask."})
    page = await kit.page("/staff/answers/bursary")
    assert "Why it may differ" in page and "<ins>Ask &lt;your&gt; college</ins>" in page
    status, body = await kit.post(f"{BURSARY}/approve", {"version": sent["draft"]["version"]})
    assert (status, body["live"]["differs"]) == (200, "Ask <your> college.")
    _, preview = await jo.post(
        "/api/staff/answers/preview", {"web": "Ask.", "differs": "Ask <your> college."}
    )
    assert preview["html"] == '<p>Ask.</p>\n<p class="differs">Ask &lt;your&gt; college.</p>'


async def test_it_can_be_taken_away(jo: Colleague) -> None:
    version = (await jo.post(f"{BURSARY}/start"))[1]["draft"]["version"]
    _, saved = await jo.post(f"{BURSARY}/save", {"version": version, "differs": ""})
    assert saved["draft"]["differs"] == "" and saved["problems"] == {}


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("x" * 161, "at most 160 characters"),
        ("One.\nTwo.", "must be one sentence"),
        ("In {area.nmae}.", "did you mean {area.name}?"),
    ],
)
async def test_a_reason_that_is_no_short_sentence_is_not_published(
    jo: Colleague, reason: str, told: str
) -> None:
    version = (await jo.post(f"{BURSARY}/start"))[1]["draft"]["version"]
    _, saved = await jo.post(f"{BURSARY}/save", {"version": version, "differs": reason})
    assert any(told in sentence for sentence in saved["problems"]["differs"])
    assert (await jo.post(f"{BURSARY}/submit", {"version": saved["draft"]["version"]}))[0] == 422


async def test_a_text_says_it_in_its_own_words_or_not_at_all(jo: Colleague) -> None:
    _, preview = await jo.post("/api/staff/answers/preview", {"sms": "Ask.", "differs": "It differs."})
    assert preview["sms"] == "Ask."
