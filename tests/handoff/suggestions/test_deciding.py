"""What editors do about questions: as examples of an answer, as a new one, dismissed, and undone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import select

from handoff.audit import AuditEntry
from handoff.content.model import Answer, Revision
from handoff.suggestions.model import Unmet
from tests.handoff.cases.scenes import Colleague
from tests.handoff.suggestions.scenes import HERE, LICENCE, ZIP, People, forms, the_form

Entries = Callable[[str], Awaitable[list[AuditEntry]]]


async def draft_of(colleague: Colleague, slug: str) -> dict[str, Any] | None:
    _, body = await colleague.get(f"/api/staff/answers/{slug}")
    found: dict[str, Any] | None = body["draft"]
    return found


@pytest.fixture
async def licence(people: People) -> People:
    """Three people asked for a provisional licence, which is near no answer."""
    await people.ask_all(LICENCE)
    await people.are_read()
    return people


@pytest.fixture
async def zips(people: People) -> People:
    """Three people asked for a zip card, which is near Help with travel."""
    await people.ask_all(ZIP)
    await people.are_read()
    return people


async def test_one_click_puts_the_words_into_a_draft_of_the_nearest_answer(
    zips: People, jo: Colleague, audited: Entries
) -> None:
    assert "Teach “Help with travel” these words" in await jo.page(HERE)
    status, shown = await jo.submit(await the_form(jo, "examples"), slug="travel")
    assert status == 200 and "Added to a draft of" in shown and "Nothing here" in shown
    draft = await draft_of(jo, "travel")
    assert draft and draft["state"] == "draft" and set(ZIP) <= set(draft["examples"].split("\n"))
    assert [entry.detail for entry in await audited("suggestion.examples")] == [{"people": 3}]
    assert len(await audited("answer.add_examples")) == 1


async def test_undone_the_draft_is_gone_and_the_questions_are_back(
    zips: People, jo: Colleague, audited: Entries
) -> None:
    await jo.submit(await the_form(jo, "examples"), slug="travel")
    undo = forms(await jo.page(HERE), "undo")[0]
    assert "Undone" in (await jo.submit(undo))[1]
    assert await draft_of(jo, "travel") is None
    await zips.are_read()
    assert "3 chats or phones" in await jo.page(HERE)
    status, shown = await jo.submit(undo)
    assert status == 409 and "undone already" in shown
    assert len(await audited("suggestion.undo")) == 1


async def test_undo_leaves_what_else_a_colleague_wrote(zips: People, jo: Colleague) -> None:
    await jo.post("/api/staff/answers/travel/start")
    draft = await draft_of(jo, "travel")
    assert draft
    words = {"version": draft["version"], "web": "Ask us.", "sms": "Ask us."}
    assert (await jo.post("/api/staff/answers/travel/save", words))[0] == 200
    await jo.submit(await the_form(jo, "examples"), slug="travel")
    await jo.submit(forms(await jo.page(HERE), "undo")[0])
    draft = await draft_of(jo, "travel")
    assert draft and draft["web"] == "Ask us." and not set(ZIP) & set(draft["examples"].split("\n"))


@pytest.mark.parametrize("undone", [False, True])
async def test_whoever_puts_words_in_a_colleagues_draft_or_takes_them_out_does_not_approve_it(
    zips: People, jo: Colleague, kit: Colleague, undone: bool
) -> None:
    path = "/api/staff/answers/travel"
    _, begun = await jo.post(f"{path}/start")
    words = {"version": begun["draft"]["version"], "web": "Ask us.", "sms": "Ask us."}
    assert (await jo.post(f"{path}/save", words))[0] == 200
    await (jo if undone else kit).submit(await the_form(kit, "examples"), slug="travel")
    if undone:
        await kit.submit(forms(await kit.page(HERE), "undo")[0])
    draft = await draft_of(kit, "travel")
    assert draft and (set(ZIP) <= set(draft["examples"].split("\n"))) is not undone
    async with zips.parts.db.transaction() as session:
        found = select(Revision).where(Revision.slug == "travel", Revision.state == "draft")
        (await session.execute(found)).scalar_one().state = "in_review"
    status, body = await kit.post(f"{path}/approve", {"version": draft["version"] + 1})
    assert (status, body["error"]["code"]) == (403, "own_work")


async def test_an_undo_and_a_colleagues_saving_come_one_after_the_other(
    zips: People, jo: Colleague, kit: Colleague
) -> None:
    await jo.submit(await the_form(jo, "examples"), slug="travel")
    undo, draft = forms(await jo.page(HERE), "undo")[0], await draft_of(kit, "travel")
    assert draft
    words = {"version": draft["version"], "web": "Ask us.", "sms": "Ask us."}
    saving = kit.post("/api/staff/answers/travel/save", words)
    (undone, _), (saved, _) = await asyncio.gather(jo.submit(undo), saving)
    assert (undone, saved) in ((200, 200), (200, 409))
    kept = await draft_of(kit, "travel")
    assert kept is None if saved == 409 else kept and kept["web"] == "Ask us."
    assert not kept or not set(ZIP) & set(kept["examples"].split("\n"))


async def test_a_draft_that_went_on_is_not_touched_by_an_undo(zips: People, jo: Colleague) -> None:
    await jo.submit(await the_form(jo, "answer"))
    undo = forms(await jo.page(HERE), "undo")[0]
    async with zips.parts.db.transaction() as session:
        one = (await session.execute(select(Revision).where(Revision.web == ""))).scalar_one()
        one.state = "in_review"
    status, shown = await jo.submit(undo)
    assert status == 409 and "gone on with the draft" in shown


async def test_one_click_begins_a_new_answer(licence: People, jo: Colleague) -> None:
    shown = await jo.page(HERE)
    assert "Teach “" not in shown and "not near" in shown
    status, shown = await jo.submit(await the_form(jo, "answer"))
    assert status == 200 and "Began a new answer" in shown
    async with licence.parts.db.reading() as session:
        draft = (await session.execute(select(Revision).where(Revision.web == ""))).scalar_one()
        assert await session.get(Answer, draft.slug)
    assert draft.state == "draft" and set(draft.examples) == set(LICENCE)
    assert draft.title.casefold() in LICENCE and draft.title[0].isupper()
    assert draft.title in await jo.page(f"/staff/answers/{draft.slug}")
    await jo.submit(forms(await jo.page(HERE), "undo")[0])
    async with licence.parts.db.reading() as session:
        assert (await session.get_one(Revision, draft.id)).state == "set_aside"


async def test_no_answer_begins_without_words_that_may_be_shown(people: People, jo: Colleague) -> None:
    await people.ask_all(["can tyrese okonjo get a bus pass"] * 3)
    await people.are_read()
    form = await the_form(jo, "answer")
    status, shown = await jo.submit(form)
    assert status == 422 and "nothing to begin with" in shown and "3 chats or phones" in shown
    assert all(one.suggestion_id is None for one in await people.kept()) and form in await jo.page(HERE)


async def test_dismissed_needs_a_reason_and_comes_back_only_with_others(
    licence: People, jo: Colleague
) -> None:
    form = await the_form(jo, "dismiss")
    status, shown = await jo.submit(form, reason="because")
    assert status == 422 and "Say why" in shown and "3 chats or phones" in shown
    assert "Dismissed: not for this service" in (await jo.submit(form, reason="not_ours"))[1]
    await licence.ask_all(LICENCE[:2])
    await licence.are_read()
    assert "Nothing here" in await jo.page(HERE)
    await licence.ask(LICENCE[2])
    await licence.are_read()
    assert "3 chats or phones" in await jo.page(HERE)


async def test_the_second_of_two_editors_is_told(zips: People, jo: Colleague, audited: Entries) -> None:
    first, second = await the_form(jo, "examples"), await the_form(jo, "dismiss")
    assert (await jo.submit(first, slug="travel"))[0] == 200
    status, shown = await jo.submit(second, reason="answered")
    assert status == 409 and "have been seen to" in shown
    assert await audited("suggestion.dismissed") == []


async def test_a_draft_that_waits_for_approval_is_left_alone(zips: People, jo: Colleague) -> None:
    await jo.post("/api/staff/answers/travel/start")
    async with zips.parts.db.transaction() as session:
        found = select(Revision).where(Revision.slug == "travel", Revision.state == "draft")
        (await session.execute(found)).scalar_one().state = "in_review"
    status, shown = await jo.submit(await the_form(jo, "examples"), slug="travel")
    assert status == 409 and "waiting for approval" in shown and "3 chats or phones" in shown
    assert all(one.suggestion_id is None for one in await zips.kept())


async def test_an_answer_that_is_being_withdrawn_is_taught_nothing(zips: People, jo: Colleague) -> None:
    await jo.post("/api/staff/answers/travel/start")
    async with zips.parts.db.transaction() as session:
        found = select(Revision).where(Revision.slug == "travel", Revision.state == "draft")
        (await session.execute(found)).scalar_one().goes_to = "cv"
    before = await draft_of(jo, "travel")
    status, shown = await jo.submit(await the_form(jo, "examples"), slug="travel")
    assert status == 409 and "A draft withdraws this answer" in shown and "3 chats" in shown
    assert await draft_of(jo, "travel") == before


@pytest.mark.parametrize("slug", ["", "xylophone", "x" * 500, "../travel"])
async def test_an_answer_there_is_none_of_is_refused(zips: People, jo: Colleague, slug: str) -> None:
    status, shown = await jo.submit(await the_form(jo, "examples"), slug=slug)
    assert status == 404 and "3 chats or phones" in shown


async def test_another_answer_may_be_named_by_its_title(zips: People, jo: Colleague) -> None:
    status, _ = await jo.submit(await the_form(jo, "examples"), slug="Free meals")
    draft = await draft_of(jo, "free-meals")
    assert status == 200 and draft and set(ZIP) <= set(draft["examples"].split("\n"))


async def test_words_the_answer_has_already_are_not_added_again(zips: People, jo: Colleague) -> None:
    async with zips.parts.db.transaction() as session:
        for one in (await session.execute(select(Revision).where(Revision.slug == "travel"))).scalars():
            one.examples = [*one.examples, *(text.upper() for text in ZIP)]
    status, shown = await jo.submit(await the_form(jo, "examples"), slug="travel")
    assert status == 422 and "nothing to add" in shown
    assert await draft_of(jo, "travel") is None


async def test_others_areas_are_neither_decided_nor_undone(
    zips: People, jo: Colleague, lambeth_editor: Colleague, sam: Colleague
) -> None:
    form = await the_form(jo, "dismiss")
    assert (await lambeth_editor.submit(form, reason="not_ours"))[0] == 409
    assert (await sam.submit(form, reason="not_ours"))[0] == 403
    await jo.submit(form, reason="not_ours")
    undo = forms(await jo.page(HERE), "undo")[0]
    assert (
        forms(await lambeth_editor.page(HERE), "undo") == [] and (await lambeth_editor.submit(undo))[0] == 404
    )
    async with jo.http.post(undo, data={"csrf": "wrong"}) as response:
        assert response.status == 403
    assert all(one.suggestion_id for one in await zips.kept())


async def test_an_editor_of_one_area_decides_for_that_area_alone(
    people: People, jo: Colleague, lambeth_editor: Colleague
) -> None:
    await people.ask_all(LICENCE, "camden")
    await people.ask_all(LICENCE, "lambeth")
    await people.are_read()
    await lambeth_editor.submit(await the_form(lambeth_editor, "dismiss"), reason="not_ours")
    decided = {one.area for one in await people.kept() if one.suggestion_id}
    assert decided == {"lambeth"} and "3 chats or phones" in await jo.page(HERE)


@pytest.mark.parametrize("id", ["no-id", "00000000-0000-0000-0000-000000000000"])
async def test_an_address_there_is_none_of_says_so(people: People, jo: Colleague, id: str) -> None:
    for name in ("examples", "answer", "dismiss", "undo"):
        assert (await jo.submit(f"{HERE}/{id}/{name}", reason="mixed", slug="cv"))[0] in (404, 409)
    assert "Unmet questions" in await jo.page(f"{HERE}/{id}/dismiss")


async def test_nothing_is_kept_of_words(zips: People) -> None:
    kept = [str(getattr(row, column.key)) for row in await zips.kept() for column in Unmet.__table__.columns]
    assert not any("zip" in value for value in kept)


async def test_discarded_with_their_draft_the_questions_are_back(zips: People, jo: Colleague) -> None:
    await jo.submit(await the_form(jo, "examples"), slug="travel")
    draft = await draft_of(jo, "travel")
    assert draft
    await jo.post("/api/staff/answers/travel/discard", {"version": draft["version"]})
    await zips.are_read()
    shown = await jo.page(HERE)
    assert "3 chats or phones" in shown and forms(shown, "undo") == []
    assert (await jo.submit(await the_form(jo, "examples"), slug="travel"))[0] == 200


async def test_words_the_answer_has_with_other_signs_are_not_added_again(zips: People, jo: Colleague) -> None:
    async with zips.parts.db.transaction() as session:
        for one in (await session.execute(select(Revision).where(Revision.slug == "travel"))).scalars():
            one.examples = [*one.examples, *(f"{text}?" for text in ZIP)]
    status, shown = await jo.submit(await the_form(jo, "examples"), slug="travel")
    assert status == 422 and "nothing to add" in shown
