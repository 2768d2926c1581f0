"""The whole life of an answer: two editors in their browsers, and people's chats open beside them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from handoff.app import Parts, at_work, make_parts
from handoff.settings import Settings
from tests.browser.chat import MESSAGES, open_chat, say
from tests.browser.conftest import PHONE, NewPage, assert_accessible, on_browsers_loop
from tests.browser.test_editor import JO, KIT, WIDE, press, signed_in, write
from tests.handoff.fakes import FakeRasa, answer
from tests.handoff.studio.conftest import script
from tests.handoff.studio.scripts import Script

__all__ = ["script"]
LONGEST = 60.0  # seconds; what is waited for is done in one or two
EMA, RENAMED = "/staff/answers/ema", "/staff/answers/old-ema"
ASKED, NEW = "do they still do ema", "is the old weekly college cash back"


@on_browsers_loop
async def parts(settings: Settings, script: Script) -> AsyncIterator[Parts]:
    """A service whose assistant learns by the stand-in programs."""
    async with make_parts(settings) as made, at_work(made):
        yield made


@dataclass
class Life:
    """Jo writes, Kit decides, and somebody in Camden and somebody in Lambeth ask."""

    site: str
    parts: Parts
    jo: Page
    kit: Page
    camden: Page
    lambeth: Page

    async def people_read(self, words: str, *, in_lambeth: str | None = None) -> None:
        """Both ask, in the chats that were open all the while, and get these words.

        They say something else before: the same answer twice running is given in short.
        """
        for chat, told in ((self.camden, words), (self.lambeth, in_lambeth or words)):
            await say(chat, "ok thanks")
            await expect(chat.locator(MESSAGES).last).to_have_text("You said: ok thanks")
            await say(chat, ASKED)
            await expect(chat.locator(MESSAGES).last).to_contain_text(told)

    async def open(self, who: Page, path: str = EMA) -> Page:
        await who.goto(self.site + path)
        await assert_accessible(who)
        return who

    async def write(self, **words: str) -> None:
        jo = await self.open(self.jo)
        await press(jo, "Change the words")
        await write(jo, **words)
        await assert_accessible(jo)

    async def take_away(self, path: str) -> Page:
        """Where Jo withdraws or renames it."""
        jo = await self.open(self.jo, path)
        await jo.get_by_text("Withdraw or rename this answer").click()
        await assert_accessible(jo)
        return jo

    async def send(self) -> None:
        await press(self.jo, "Send for approval")
        await expect(self.jo.get_by_role("heading", name="Waiting for approval")).to_be_visible()
        await assert_accessible(self.jo)

    async def approve(self, path: str = EMA) -> None:
        await self.open(self.kit, path)
        await press(self.kit, "Approve and publish")


async def alive(new_page: NewPage, site: str, parts: Parts, look: dict[str, object]) -> Life:
    jo = await signed_in(await new_page(**look), site, JO, EMA)
    kit = await signed_in(await new_page(**look), site, KIT, EMA)
    camden, lambeth = await new_page(), await new_page()
    await open_chat(camden, site, "?area=camden")
    await open_chat(lambeth, site, "?area=lambeth")
    return Life(site, parts, jo, kit, camden, lambeth)


@pytest.mark.parametrize("look", [{"viewport": WIDE}, {"viewport": PHONE}], ids=["wide", "phone"])
async def test_an_answer_lives_from_its_first_change_to_its_end_and_back(
    new_page: NewPage, site: str, parts: Parts, rasa: FakeRasa, look: dict[str, object]
) -> None:
    rasa.script |= {ASKED: [answer("ema")], NEW: [answer("ema")]}
    life = await alive(new_page, site, parts, look)
    await life.people_read("has closed in England")
    await written_previewed_and_sent_back(life)
    await sent_again_and_approved(life)
    await scheduled(life)
    await other_words_in_one_area(life)
    await another_question(life)
    await another_name(life)
    await withdrawn_for_another_answer(life)
    await back_to_an_earlier_release(life)


async def written_previewed_and_sent_back(life: Life) -> None:
    await life.write(Web_chat="EMA is **over**.", Text_message="EMA is over.")
    await expect(life.jo.locator("[data-preview=web] strong")).to_have_text("over")
    await expect(life.jo.locator("[data-preview=sms]")).to_have_text("EMA is over.")
    await life.send()
    kit = await life.open(life.kit)
    await expect(kit.locator("ins").first).to_be_visible()
    await kit.get_by_label("Or say what should change").fill("Say what there is instead.")
    await press(kit, "Send back")
    await expect(kit.get_by_text("Sent back with your note.")).to_be_visible()
    await life.people_read("has closed in England")


async def sent_again_and_approved(life: Life) -> None:
    jo = await life.open(life.jo)
    await expect(jo.get_by_text("Say what there is instead.")).to_be_visible()
    await write(jo, Web_chat="Ask for the **bursary**.", Text_message="Ask for the bursary.")
    await life.send()
    await life.approve()
    await expect(life.kit.get_by_text("Approved and live")).to_be_visible()
    await assert_accessible(life.kit)
    await life.people_read("Ask for the bursary.")


async def scheduled(life: Life) -> None:
    await life.write(Web_chat="Ask from Monday.", Text_message="Ask from Monday.")
    await life.send()
    kit = await life.open(life.kit)
    await press(kit, "Approve, publish later")
    now = life.parts.clock.now()
    planned = (now + timedelta(minutes=3)).replace(second=0, microsecond=0)
    local = planned.astimezone(life.parts.rules.area(None).timezone)
    await kit.get_by_label("Day").fill(f"{local:%Y-%m-%d}")
    await kit.get_by_label("Time").fill(f"{local:%H:%M}")
    await press(kit, "Schedule")
    await expect(kit.get_by_text("It goes live by itself on")).to_be_visible()
    await assert_accessible(kit)
    await life.people_read("Ask for the bursary.")
    life.parts.clock.move(planned - now)
    await until_live(life, kit)
    await life.people_read("Ask from Monday.")


async def other_words_in_one_area(life: Life) -> None:
    await life.write(Web_chat="Ask anywhere.", Text_message="Ask anywhere.")
    await life.jo.get_by_text("Lambeth same as everywhere").click()
    await life.jo.get_by_label("Web chat in Lambeth").fill("Ask in Brixton.")
    await life.jo.get_by_label("Filled in for").select_option("lambeth")
    await expect(life.jo.locator("[data-preview=web]")).to_contain_text("Ask in Brixton.")
    await life.send()
    await life.approve()
    await expect(life.kit.get_by_text("Approved and live")).to_be_visible()
    await life.people_read("Ask anywhere.", in_lambeth="Ask in Brixton.")


async def another_question(life: Life) -> None:
    """The assistant learns it first; then words and question are live together."""
    await life.write(Web_chat="Not any more.", Text_message="Not any more.")
    box = life.jo.get_by_label("Ways people ask this")
    await box.fill(f"{await box.input_value()}\n{NEW}")
    await life.send()
    await life.approve()
    await until_live(life, life.kit)
    await life.people_read("Not any more.", in_lambeth="Ask in Brixton.")
    assert life.parts.content.release == 5


async def another_name(life: Life) -> None:
    """Whoever is led to the old name, as the assistant still does, gets what the new one says."""
    jo = await life.take_away(EMA)
    await jo.get_by_label("New name").fill("old-ema")
    await press(jo, "Begin to rename it")
    await expect(jo.get_by_role("heading", name="A new name")).to_be_visible()
    await assert_accessible(jo)
    await life.send()
    await life.approve()
    await until_live(life, life.kit, RENAMED)
    await life.people_read("Not any more.", in_lambeth="Ask in Brixton.")


async def withdrawn_for_another_answer(life: Life) -> None:
    jo = await life.take_away(RENAMED)
    await jo.get_by_label("What people get instead").select_option("bursary")
    await press(jo, "Begin to withdraw it")
    await expect(jo.get_by_role("heading", name="To be withdrawn")).to_be_visible()
    await assert_accessible(jo)
    await life.send()
    await life.approve(RENAMED)
    await expect(life.kit.get_by_role("heading", name="Withdrawn")).to_be_visible()
    await assert_accessible(life.kit)
    await life.people_read("16 to 19 Bursary Fund")


async def until_live(life: Life, who: Page, path: str = EMA) -> None:
    """The answer's page, looked at again until nothing waits."""
    heading = who.get_by_role("heading", name="What people get now")
    async with asyncio.timeout(LONGEST):
        while not await heading.count():
            await who.goto(life.site + path)


async def back_to_an_earlier_release(life: Life) -> None:
    kit = await life.open(life.kit, "/staff/releases")
    await press(kit, "Go back to release 2")
    await expect(kit.get_by_role("status").filter(has_text="Going back")).to_be_visible()
    await assert_accessible(kit)
    async with asyncio.timeout(LONGEST):
        while life.parts.content.release < 8:
            await kit.goto(f"{life.site}/staff/releases")
    await life.people_read("Ask for the bursary.")
