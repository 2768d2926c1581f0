"""What people and editors get of a sum of money: the rate of the day, and never one that has ended."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from handoff.app import Parts
from tests.handoff.cases.scenes import Colleague, signed_in
from tests.handoff.factories import make_chat
from tests.handoff.fakes import FakeRasa, FakeTwilio, answer
from tests.handoff.sms.phones import Phone

LAST_MINUTE = datetime(2026, 3, 31, 22, 59, tzinfo=UTC)  # summer time: a minute before midnight in London
NEW_DAY = datetime(2026, 3, 31, 23, 0, tzinfo=UTC)
ENDED = datetime(2027, 4, 1, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def wage_question(rasa: FakeRasa) -> None:
    rasa.script["pay?"] = [answer("apprenticeship-pay")]


def set_clock(parts: Parts, moment: datetime) -> None:
    parts.clock.move(moment - parts.clock.now())


async def _asked(client: TestClient[Any, Any]) -> dict[str, Any]:
    [said] = await (await make_chat(client)).say("pay?")
    return said


async def test_at_midnight_on_1_april_the_new_rate_is_said(
    client: TestClient[Any, Any], parts: Parts
) -> None:
    set_clock(parts, LAST_MINUTE)
    before = await _asked(client)
    set_clock(parts, NEW_DAY)
    after = await _asked(client)
    assert "£7.55 an hour" in before["text"] and "since April 2025" in before["text"]
    assert "<strong>£8.00 an hour</strong>" in after["html"] and "£7.55" not in after["html"]


async def test_a_rate_that_has_ended_is_sent_on_no_channel(
    client: TestClient[Any, Any], parts: Parts, twilio: FakeTwilio
) -> None:
    set_clock(parts, ENDED)
    said = await _asked(client)
    phone = Phone(client, parts)
    await phone.text("pay?")
    await phone.settled()
    for words in (said["text"], said["html"], twilio.sent[0]["Body"]):
        assert "£" not in words and "the rate on GOV.UK" in words


async def test_editors_see_which_figure_has_ended_since_when_and_what_to_do(
    client: TestClient[Any, Any], parts: Parts
) -> None:
    set_clock(parts, ENDED)
    async with signed_in(client, "editor.one@demo.test") as editor:
        rows = (await editor.get("/api/staff/answers?overdue=1"))[1]["answers"]
        assert {row["slug"]: row["figure_overdue_since"] for row in rows}[
            "apprenticeship-pay"
        ] == "2027-04-01"
        assert "No known rate since 1 April 2027" in await editor.page("/staff/answers?overdue=1")
        page = await editor.page("/staff/answers/apprenticeship-pay")
    assert "Minimum wage, 18 to 20 (<code>wage-18-20</code>): none since 1 April 2027." in page
    assert "“the rate on GOV.UK (" in page and "<code>data/reference/money.yml</code>" in page
    assert 'href="https://www.gov.uk/national-minimum-wage-rates"' in page


async def test_editors_see_until_when_a_figure_is_good_and_where_it_was_read(jo: Colleague) -> None:
    _, found = await jo.get("/api/staff/answers/apprenticeship-pay")
    wage = {one["key"]: one for one in found["figures"]}["wage-21"]
    assert wage == {
        "key": "wage-21", "what": "Minimum wage, 21 and over", "said": "£12.71 an hour",
        "until": "2027-03-31", "overdue_since": None,
    }  # fmt: skip
    page = await jo.page("/staff/answers/apprenticeship-pay")
    assert "£12.71 an hour, until 31 March 2027" in page and "checked 22 November 2026" in page


async def test_an_answer_whose_rate_nobody_has_read_says_where_it_stands(
    client: TestClient[Any, Any], rasa: FakeRasa, jo: Colleague
) -> None:
    rasa.script["nursery?"] = [answer("care-to-learn")]
    [said] = await (await make_chat(client)).say("nursery?")
    assert "£" not in said["text"] and "(see GOV.UK)" in said["text"]
    rows = (await jo.get("/api/staff/answers?overdue=1"))[1]["answers"]
    assert [(row["slug"], row["overdue"]) for row in rows] == [("care-to-learn", False)]


async def test_an_answer_without_a_figure_is_never_overdue_for_one(jo: Colleague, parts: Parts) -> None:
    rows = (await jo.get("/api/staff/answers?q=ema"))[1]["answers"]
    assert {row["slug"]: row["figure_overdue_since"] for row in rows}["ema"] is None


PREVIEW = "/api/staff/answers/preview"


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("You get £12.71 an hour.", "use the placeholder {money.wage-21}, its value today is £12.71 an hour"),
        ("You get £12.21 an hour.", "use the placeholder {money.wage-21}, its value today is £12.71 an hour"),
        (
            "You get £8 an hour.",
            "{money.wage-16-17}, its value today is £8.00 an hour; or {money.wage-appren",
        ),
        ("It costs £35.", "use the placeholder {money.saver-16-17}, its value today is £35 a year"),
        (
            "It costs £4.32.",
            "no placeholder says it: have whoever runs Wayline add it to data/reference/money",
        ),
    ],
)
async def test_a_sum_that_is_written_out_gets_a_hint_and_is_no_problem(
    jo: Colleague, words: str, hint: str
) -> None:
    texts = {
        "title": words,
        "web": words,
        "sms": words,
        "differs": words,
        "areas": {"camden": {"web": words}},
    }
    status, shown = await jo.post(PREVIEW, texts)
    assert status == 200 and shown["sums"].keys() == {"title", "web", "sms", "differs", "areas"}
    assert all(len(own) == 1 and hint in own[0] for own in shown["sums"].values())
    assert not any("written out" in told for own in shown["problems"].values() for told in own)


async def test_a_placeholder_needs_no_hint(jo: Colleague) -> None:
    assert (await jo.post(PREVIEW, {"web": "You get {money.wage-21}.", "sms": "£"}))[1]["sums"] == {}


async def test_who_sends_or_approves_a_sum_that_is_written_out_is_told(jo: Colleague, kit: Colleague) -> None:
    assert (await jo.post("/api/staff/answers/ema/start", {}))[0] == 200
    words = "You may get £12.71 an hour."
    saved = await jo.post("/api/staff/answers/ema/save", {"version": 1, "sms": words})
    assert "use the placeholder {money.wage-21}" in await jo.page("/staff/answers/ema")
    sent = {"version": saved[1]["draft"]["version"]}
    assert (await jo.post("/api/staff/answers/ema/submit", sent))[0] == 200
    for colleague in (jo, kit):
        assert "A sum is written out in these words" in await colleague.page("/staff/answers/ema")
