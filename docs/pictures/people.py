"""What young people see: an answer in the chat, wide and on a phone, and the same as a text."""

from __future__ import annotations

from playwright.async_api import expect

from docs.pictures.site import SMALL, Site, press, say, snap, text


async def show_chat(site: Site) -> None:
    """A question with its answer, wide and on a phone."""
    for name, viewport in (("chat", {"width": 860, "height": 1080}), ("chat-phone", SMALL)):
        page = await site.page("/chat?area=camden", viewport)
        await page.wait_for_selector("[data-ready]", state="attached")
        await say(page, "can i get money to help with college?")
        await expect(page.locator(".message--bot, .message[data-author=bot]").first).to_be_visible()
        await snap(page, name)
    await say(page, "no one listens to me, can i talk to a person")
    await expect(page.get_by_text("adviser").last).to_be_visible()


async def show_phone(site: Site) -> None:
    """The simulator, with an answer in numbered choices or in words."""
    page = await site.page("/phone", {"width": 860, "height": 800})
    await text(page, "hi")
    await expect(page.locator("#thread [data-id]")).to_have_count(2)
    await text(page, "how much do u get paid on an apprenticeship")
    await expect(page.locator("#thread [data-id]")).to_have_count(4)
    await expect(page.get_by_text("arriving")).to_have_count(0)
    await expect(page.locator(".sim-phones__unread")).to_have_count(0)
    await snap(page, "phone")


async def people_who_need_someone(site: Site) -> None:
    """Webchats that open cases of several levels and reasons, and a text that asks for a person."""
    for words in (
        "my step dad hits me when he drinks and im scared to go home",
        "i left college in october and im not doing anything",
        "i cry every day and i feel really low about college",
    ):
        page = await site.page("/chat?area=camden", SMALL)
        await page.wait_for_selector("[data-ready]", state="attached")
        await say(page, words)
        await expect(page.locator(".message:not(.message--unsent)[data-seq]")).not_to_have_count(1)
    page = await site.page("/phone", SMALL)
    await press(page, "07700 900102")
    await text(page, "can i talk to a person pls")
    await expect(page.locator("#thread [data-id]")).not_to_have_count(1)
