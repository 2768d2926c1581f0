"""The editor's pages as plain forms: every step works without a script, and a no keeps what was typed."""

from __future__ import annotations

import re

from tests.handoff.cases.scenes import Colleague

BURSARY = "/staff/answers/bursary"


def _version(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found
    return found[1]


async def _draft(editor: Colleague) -> str:
    await editor.submit(f"{BURSARY}/start")
    return _version(await editor.page(BURSARY))


async def test_the_list_links_to_every_answer_it_finds(jo: Colleague) -> None:
    page = await jo.page("/staff/answers?q=ema&group=money")
    assert 'href="/staff/answers/ema"' in page and 'href="/staff/answers/traineeship"' not in page


async def test_a_wording_goes_from_draft_to_live_by_forms_alone(jo: Colleague, kit: Colleague) -> None:
    words = {"web": "New **words**.", "sms": "New words."}
    _, sent = await jo.submit(f"{BURSARY}/submit", version=await _draft(jo), **words)
    assert "Sent for approval" in sent and "someone else has to approve it" in sent
    review = await kit.page(BURSARY)
    assert "<ins>" in review and "<del>" in review
    _, done = await kit.submit(f"{BURSARY}/approve", version=_version(review))
    assert "Approved and live" in done and "<p>New <strong>words</strong>.</p>" in done


async def test_a_refused_form_keeps_what_was_typed_and_says_what_to_do(jo: Colleague) -> None:
    status, page = await jo.submit(
        f"{BURSARY}/submit", version=await _draft(jo), sms="Ring {area.fax} & wait"
    )
    assert status == 422 and "Ring {area.fax} &amp; wait</textarea>" in page
    assert "{area.fax} is not a placeholder" in page


async def test_the_address_of_a_refused_form_leads_back_to_the_answer(jo: Colleague) -> None:
    assert "What people get now" in await jo.page(f"{BURSARY}/submit")


async def test_words_saved_meanwhile_are_shown_beside_ones_own(jo: Colleague, kit: Colleague) -> None:
    version = await _draft(jo)
    await jo.submit(f"{BURSARY}/save", version=version, sms="Words of Jo.")
    status, page = await kit.submit(f"{BURSARY}/save", version=version, sms="Words of Kit.")
    assert status == 409 and "Jo Davies saved this draft" in page
    assert "Words of Kit.</textarea>" in page and "<del>Jo</del>" in page
    assert _version(page) != version


async def test_markup_in_a_draft_is_only_ever_words(jo: Colleague) -> None:
    await jo.submit(f"{BURSARY}/save", version=await _draft(jo), web="<script>x</script>", title="<b>t</b>")
    assert "<script>x" not in await jo.page(BURSARY) and "<b>t" not in await jo.page(BURSARY)


async def test_an_earlier_release_is_one_press_away(jo: Colleague, kit: Colleague) -> None:
    await jo.submit(f"{BURSARY}/submit", version=await _draft(jo), web="New.", sms="New.")
    await kit.submit(f"{BURSARY}/approve", version=_version(await kit.page(BURSARY)))
    status, page = await kit.submit("/staff/releases/1/restore")
    assert status == 200 and "Release 3 is live" in page and "Back to release 1" in page


async def test_an_adviser_is_offered_no_step(sam: Colleague) -> None:
    page = await sam.page(BURSARY)
    assert "What people get now" in page and f'action="{BURSARY}' not in page


async def test_a_form_from_an_old_page_is_refused(jo: Colleague) -> None:
    async with jo.http.post(f"{BURSARY}/start", data={"csrf": "old"}) as response:
        assert response.status == 403
