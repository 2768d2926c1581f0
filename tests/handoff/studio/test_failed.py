"""Why questions could not be learnt stands where they are put right."""

from __future__ import annotations

from handoff.app import Parts
from tests.handoff.cases.scenes import Colleague
from tests.handoff.studio.scripts import Script
from tests.handoff.studio.test_trainings import BURSARY, new_example, parts, until

__all__ = ["parts"]
WHY = "“Help with travel” would be found less often"
PAGE = "/staff/answers/bursary"


async def test_a_draft_taken_back_shows_what_went_wrong_until_its_questions_change(
    parts: Parts, jo: Colleague, kit: Colleague, script: Script
) -> None:
    script.let("check", f"{WHY}: “bus” brings “Money”.")
    await new_example(parts, jo, kit)
    await until(kit, "failed")
    version = (await jo.get(BURSARY))[1]["draft"]["version"]
    _, back = await jo.post(f"{BURSARY}/take-back", {"version": version})
    page = await jo.page(PAGE)
    assert WHY in page and '<a href="/staff/answers/travel">Open “Help with travel”</a>' in page
    assert "Open “Help with travel”" in await jo.page("/staff/releases")
    _, saved = await jo.post(f"{BURSARY}/save", {"version": back["draft"]["version"], "web": "Other words."})
    assert WHY in await jo.page(PAGE)
    asked = "\n".join(saved["draft"]["examples"].split("\n")[:-1])
    await jo.post(f"{BURSARY}/save", {"version": saved["draft"]["version"], "examples": asked})
    assert WHY not in await jo.page(PAGE)
