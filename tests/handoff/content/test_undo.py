"""What was written before comes back: a draft that was discarded, and the words of an earlier version."""

from __future__ import annotations

import pytest

from tests.handoff.cases.scenes import Colleague
from tests.handoff.content.conftest import approved

EMA = "/api/staff/answers/ema"


async def test_a_discarded_draft_is_opened_again_as_it_was(jo: Colleague) -> None:
    _, begun = await jo.post(f"{EMA}/start")
    _, saved = await jo.post(f"{EMA}/save", {"version": begun["draft"]["version"], "sms": "Kept words."})
    draft = saved["draft"]
    _, gone = await jo.post(f"{EMA}/discard", {"version": draft["version"]})
    assert gone["draft"] is None
    status, back = await jo.post(f"{EMA}/take-up", {"revision": draft["number"]})
    assert (status, back["draft"]["sms"], back["draft"]["state"]) == (200, "Kept words.", "draft")
    status, body = await jo.post(f"{EMA}/take-up", {"revision": 1})
    assert (status, body["error"]["code"]) == (409, "draft_open")


async def test_what_a_colleague_saves_over_is_kept_and_opened_again(jo: Colleague, kit: Colleague) -> None:
    _, begun = await jo.post(f"{EMA}/start")
    _, jos = await jo.post(f"{EMA}/save", {"version": begun["draft"]["version"], "sms": "Jo's words."})
    _, kits = await kit.post(f"{EMA}/save", {"version": jos["draft"]["version"], "sms": "Kit's words."})
    assert kits["draft"]["number"] == begun["draft"]["number"]
    _, more = await kit.post(f"{EMA}/save", {"version": kits["draft"]["version"], "sms": "Kit's own words."})
    page = await kit.submit("/staff/answers/ema/discard", version=str(more["draft"]["version"]))
    assert f'name="revision" value="{begun["draft"]["number"]}"' in page[1].split("History")[0]
    kept = begun["draft"]["number"] + 1
    status, back = await jo.post(f"{EMA}/take-up", {"revision": kept})
    assert (status, back["draft"]["sms"], back["draft"]["author"]) == (200, "Jo's words.", "Jo Davies")
    assert (await jo.post(f"{EMA}/take-up", {"revision": kept + 1}))[0] in (404, 409)


async def test_a_draft_that_one_person_writes_is_kept_once(jo: Colleague) -> None:
    _, begun = await jo.post(f"{EMA}/start")
    version = begun["draft"]["version"]
    for words in ("One.", "Two.", "Three."):
        _, saved = await jo.post(f"{EMA}/save", {"version": version, "sms": words})
        version = saved["draft"]["version"]
    await jo.post(f"{EMA}/discard", {"version": version})
    _, next_one = await jo.post(f"{EMA}/start")
    assert next_one["draft"]["number"] == begun["draft"]["number"] + 1


async def test_an_earlier_versions_words_begin_a_draft(jo: Colleague, kit: Colleague) -> None:
    first = (await jo.get(EMA))[1]["live"]
    _, begun = await jo.post(f"{EMA}/start")
    body = {"version": begun["draft"]["version"], "web": "New.", "sms": "New."}
    _, saved = await jo.post(f"{EMA}/save", body)
    await approved(jo, kit)
    _, back = await jo.post(f"{EMA}/take-up", {"revision": first["number"]})
    assert back["draft"]["web"] == first["web"] and back["draft"]["number"] == saved["draft"]["number"] + 1


@pytest.mark.parametrize("revision", [99, 0, "x", None])
async def test_a_version_that_there_was_not_is_not_opened(jo: Colleague, revision: object) -> None:
    assert (await jo.post(f"{EMA}/take-up", {"revision": revision}))[0] in (404, 422)


async def test_the_history_offers_the_words_that_were_shipped(jo: Colleague, kit: Colleague) -> None:
    _, begun = await jo.post(f"{EMA}/start")
    body = {"version": begun["draft"]["version"], "web": "New.", "sms": "New."}
    await jo.post(f"{EMA}/save", body)
    await approved(jo, kit)
    assert "Use these words again" in await jo.page("/staff/answers/ema")


async def test_still_correct_has_its_undo_beside_it(kit: Colleague) -> None:
    _, page = await kit.submit("/staff/answers/ema/still-correct", revision="1")
    assert "Undo it under Releases" in page
