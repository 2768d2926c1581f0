"""Whoever writes example questions is told what is wrong with them; words of danger are never an example."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from handoff.content.facts import load_facts
from handoff.content.seed import load_content
from handoff.content.service import SHIPPED
from handoff.content.standing import next_problems
from handoff.content.talk import kept_for
from tests.handoff.cases.scenes import Colleague

EMA = "/api/staff/answers/ema"


async def _looked(editor: Colleague, *lines: str) -> dict[str, Any]:
    status, body = await editor.post(f"{EMA}/examples", {"examples": "\n".join(lines)})
    assert status == 200, body
    return body


async def _codes(editor: Colleague, *lines: str) -> list[tuple[str, int]]:
    return [(one["code"], one["line"]) for one in (await _looked(editor, *lines))["warnings"]]


@pytest.mark.usefixtures("read")
async def test_a_question_of_a_neighbour_is_named_with_the_score(jo: Colleague) -> None:
    lines = ["what is ema", "can i get ema", "ema payments", "how do i get free college meals"]
    found = await _looked(jo, *lines)
    assert found["whole"] and found["count"] == 4
    [told] = [one for one in found["warnings"] if one["code"] == "elsewhere"]
    assert (told["line"], told["slug"]) == (4, "free-meals") and 0.5 < told["score"] <= 1


@pytest.mark.usefixtures("read")
async def test_what_says_nearly_the_same_is_named_with_its_line(jo: Colleague) -> None:
    codes = await _codes(jo, "how do i get ema", "When was it stopped", "How do you get EMA")
    assert ("alike", 3) in codes and ("alike", 2) not in codes


async def test_lines_that_are_looked_at_stay_in_no_memory(
    jo: Colleague, vectors_kept: Callable[[], set[str]]
) -> None:
    live = vectors_kept()
    assert await _codes(jo, "does tyrese get ema", "do they pay ema to tyrese")
    assert vectors_kept() == live != set()


async def test_before_the_questions_are_read_the_rest_is_said(jo: Colleague) -> None:
    found = await _looked(jo, "what is ema", "What  is EMA", "i want to kill myself")
    assert not found["whole"]
    codes = [(one["code"], one["line"]) for one in found["warnings"]]
    assert codes == [("few", 0), ("danger", 3), ("alike", 2)]


@pytest.mark.usefixtures("read")
async def test_a_line_is_named_as_the_editor_counts_it_empty_ones_included(jo: Colleague) -> None:
    said = ["what is ema", "How do you get EMA", "i want to kill myself", "How do you get free college meals"]
    lines = [
        "",
        "  ",
        said[0],
        "",
        said[1],
        "",
        "",
        said[2],
        "what is EMA",
        "how do i get ema",
        said[3],
        "",
        "",
    ]
    found = await _looked(jo, *lines)
    assert found["count"] == 6
    codes = {(one["code"], one["line"]) for one in found["warnings"]}
    assert {("danger", 8), ("alike", 9), ("alike", 10), ("elsewhere", 11)} <= codes
    told = {one["line"]: one["says"] for one in found["warnings"] if one["code"] == "alike"}
    assert told[9] == "is line 3 again" and "what line 5 says" in told[10]


async def test_a_phrase_of_danger_is_refused_as_an_example(jo: Colleague) -> None:
    _, ema = await jo.post(f"{EMA}/start")
    version, known = ema["draft"]["version"], ema["draft"]["examples"]
    given = {"version": version, "web": "x", "examples": f"{known}\nmy dad hits me every night"}
    status, body = await jo.post(f"{EMA}/submit", given)
    assert status == 422 and "my dad hits me" in body["error"]["problems"]["examples"][0]


async def test_too_few_examples_are_refused(jo: Colleague) -> None:
    _, ema = await jo.post(f"{EMA}/start")
    version = ema["draft"]["version"]
    status, body = await jo.post(f"{EMA}/submit", {"version": version, "web": "x", "examples": "one\ntwo"})
    assert status == 422 and "only 2 examples" in body["error"]["problems"]["examples"][0]


async def test_examples_and_next_steps_are_kept_with_the_draft(jo: Colleague) -> None:
    _, ema = await jo.post(f"{EMA}/start")
    given = {"version": ema["draft"]["version"], "examples": " a  b \n\n c", "next": "travel, bursary"}
    _, saved = await jo.post(f"{EMA}/save", given)
    assert saved["draft"]["examples"] == "a b\nc" and saved["draft"]["next"] == "travel\nbursary"
    assert saved["live"]["examples"] == ema["live"]["examples"]


async def test_the_page_says_it_after_a_save_without_a_script(jo: Colleague) -> None:
    _, ema = await jo.post(f"{EMA}/start")
    version = str(ema["draft"]["version"])
    _, page = await jo.submit(
        "/staff/answers/ema/save", version=version, examples="what is ema\nwhat is ema", next_1="travel"
    )
    assert "Line 2 is line 1 again." in page and 'value="travel" selected' in page


async def test_a_page_that_keeps_empty_lines_in_the_box_counts_them(jo: Colleague) -> None:
    _, ema = await jo.post(f"{EMA}/start")
    given = {"version": str(ema["draft"]["version"]), "examples": "what is ema\n\nwhat is ema"}
    _, page = await jo.submit("/staff/answers/ema/ask", question="x", **given)
    assert "Line 3 is line 1 again." in page


async def test_an_adviser_asks_nothing_of_examples(sam: Colleague) -> None:
    assert (await sam.post(f"{EMA}/examples", {"examples": "x"}))[0] == 403


LIVE = {"a": ["b"], "b": ["c"], "c": ["d", "e"], "d": ["e"], "e": ["d"], "f": []}


@pytest.mark.parametrize(
    ("slug", "steps", "told"),
    [
        ("a", ["a"], "itself"),
        ("a", ["nowhere"], "nowhere is not the name"),
        ("c", ["a"], "round in a circle"),
        ("e", ["d"], "round in a circle"),
    ],
)
def test_next_steps_that_lead_nowhere_or_round_are_refused(slug: str, steps: list[str], told: str) -> None:
    [problem] = next_problems(slug, steps, LIVE)
    assert told in problem


@pytest.mark.parametrize(("slug", "steps"), [("a", []), ("c", ["a", "f"]), ("f", ["e"]), ("f", ["a"])])
def test_next_steps_with_a_way_on_are_good(slug: str, steps: list[str]) -> None:
    assert next_problems(slug, steps, LIVE) == []


@pytest.mark.parametrize("mine", [True, False])
async def test_an_example_differing_only_in_signs_is_not_sent_as_no_file_could_hold_it(
    jo: Colleague, mine: bool
) -> None:
    _, begun = await jo.post(f"{EMA}/start")
    other = (await jo.get("/api/staff/answers/travel"))[1]["examples"]
    said = (begun["examples"] if mine else other)[0]
    lines = [*begun["examples"], f"{said.upper()} ?!"]
    given = {"version": begun["draft"]["version"], "examples": "\n".join(lines), "web": "Closed."}
    status, told = await jo.post(f"{EMA}/submit", given)
    where = "this answer, written otherwise" if mine else "“Help with travel”"
    assert status == 422 and f"is already an example of {where}" in told["error"]["problems"]["examples"][0]


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ("stop texting me", "wanting no more messages"),
        ("Pls don't get anyone to message me!", "not wanting an adviser"),
        ("What's my reference number again?", "asking for a reference"),
    ],
)
async def test_what_people_say_besides_questions_is_refused_as_an_example(
    jo: Colleague, said: str, what: str
) -> None:
    _, ema = await jo.post(f"{EMA}/start")
    examples = f"{ema['draft']['examples']}\n{said}"
    given = {"version": ema["draft"]["version"], "web": "Closed.", "examples": examples}
    status, body = await jo.post(f"{EMA}/submit", given)
    [told] = body["error"]["problems"]["examples"]
    assert status == 422 and told.startswith(f'"{said}" is kept for something else people say ({what})')
    assert told.endswith("take it out, or write what they ask here in other words")


async def test_what_people_say_besides_questions_is_named_below_the_box(jo: Colleague) -> None:
    found = await _looked(jo, "what is ema", "quit texting me")
    [told] = [one for one in found["warnings"] if one["code"] == "talk"]
    assert told["line"] == 2 and "(wanting no more messages)" in told["says"]


async def test_what_people_say_for_an_answer_of_the_assistants_own_may_be_its_example(jo: Colleague) -> None:
    path, lines = "/api/staff/answers/talk-to-person/examples", {"examples": "get me a human please"}
    _, own = await jo.post(path, lines)
    assert "talk" not in [one["code"] for one in own["warnings"]]
    _, other = await jo.post(f"{EMA}/examples", lines)
    assert "talk" in [one["code"] for one in other["warnings"]]


def test_no_shipped_example_is_kept_for_what_people_say_besides() -> None:
    shipped = load_content(SHIPPED, load_facts())
    assert [(one.slug, text) for one in shipped for text in one.examples if kept_for(one.slug, text)] == []
