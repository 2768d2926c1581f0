"""What someone reads who cannot register here: whom to ask, by name; and nobody is promised a benefit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp.test_utils import TestClient

from handoff.content.authorities import WHEREVER, load_authorities
from handoff.content.entries import ROOT, ContentFaults
from handoff.content.facts import load_facts
from handoff.content.seed import SeedAnswer, load_content
from handoff.registrations.benefits import SIGNPOSTS
from tests.handoff.factories import make_chat
from tests.handoff.fakes import FakeRasa

CONTENT = ROOT / "data" / "content"
ELSEWHERE = {"kind": "answer", "answer": "signpost-other-area"}


@pytest.fixture(scope="module")
def answers() -> dict[str, SeedAnswer]:
    return {answer.slug: answer for answer in load_content(CONTENT, load_facts())}


async def read(client: TestClient, rasa: FakeRasa, reply: dict[str, Any]) -> dict[str, Any]:
    rasa.script["CR0 1EA"] = [reply]
    response = await (await make_chat(client)).send("CR0 1EA", wait=True)
    return dict((await response.json())["replies"][0])


async def test_someone_elsewhere_reads_which_council_to_ask(client: TestClient, rasa: FakeRasa) -> None:
    told = await read(client, rasa, {**ELSEWHERE, "council": "Croydon council"})
    assert told["answer"] == "signpost-other-area" and WHEREVER not in told["text"]
    assert "The one to ask is Croydon council" in told["text"]
    assert "<strong>Croydon council</strong>" in told["html"]


async def test_where_the_council_is_not_known_it_is_the_one_where_they_live(
    client: TestClient, rasa: FakeRasa
) -> None:
    told = await read(client, rasa, ELSEWHERE)
    assert f"The one to ask is {WHEREVER}" in told["text"] and "{" not in told["text"]


async def test_two_people_from_two_places_each_read_their_own(client: TestClient, rasa: FakeRasa) -> None:
    for council in ("Croydon council", "Surrey County Council"):
        assert council in (await read(client, rasa, {**ELSEWHERE, "council": council}))["text"]


async def test_the_name_of_a_council_is_words_and_never_markup(client: TestClient, rasa: FakeRasa) -> None:
    told = await read(client, rasa, {**ELSEWHERE, "council": "<img src=x> **council**"})
    assert "<img" not in told["html"]


@pytest.mark.parametrize("slug", SIGNPOSTS)
def test_every_signpost_has_a_next_step_and_a_person_to_talk_to(
    answers: dict[str, SeedAnswer], slug: str
) -> None:
    for said in (answers[slug].web, answers[slug].sms):
        assert "Next step: " in said and 'say "talk to a person"' in said
    assert answers[slug].next[0] == "talk-to-person"


@pytest.mark.parametrize(
    ("slug", "named"),
    [
        ("signpost-under-16", ["parent or carer", "school", "children's services"]),
        ("signpost-18-plus", ["Universal Credit", "Jobcentre", "0800 328 5644"]),
        ("signpost-other-area", ["{their.council}"]),
        ("signpost-in-care", ["social worker", "independent reviewing officer", "advocate"]),
        ("signpost-care-leaver", ["personal adviser", "must support you with money until"]),
    ],
)
def test_every_signpost_names_who_helps_on_both_channels(
    answers: dict[str, SeedAnswer], slug: str, named: list[str]
) -> None:
    for said in (answers[slug].web, answers[slug].sms):
        assert [one for one in named if one not in said.replace("**", "")] == []


def _strings(node: object) -> Iterator[str]:
    """Every text in loaded YAML; people's own words (examples) are not ours."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for name, value in node.items():
            if name != "examples":
                yield from _strings(value)
    elif isinstance(node, list):
        for value in node:
            yield from _strings(value)


PLAIN_WORDS = "plain_words"  # it names the words that editors are told not to use


def _ours() -> Iterator[tuple[str, str]]:
    """Everything that the service may say: (file, text)."""
    data = [
        *CONTENT.glob("*.yml"),
        *(one for one in (ROOT / "data" / "reference").glob("*.yml") if one.stem != PLAIN_WORDS),
        ROOT / "data" / "translations.yml",
        ROOT / "data" / "vocabulary.yml",
        ROOT / "data" / "screening" / "messages.yml",
        ROOT / "domain.yml",
    ]
    for path in data:
        for text in _strings(
            yaml.load(path.read_text("utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        ):
            yield path.name, text
    code = [path for folder in ("handoff", "actions", "bot") for path in (ROOT / folder).rglob("*.*")]
    for path in code:
        if path.suffix in (".py", ".html", ".js", ".typ", ".txt"):
            yield str(path.relative_to(ROOT)), path.read_text("utf-8")


def test_nothing_the_service_says_promises_a_right_to_a_benefit() -> None:
    """The Jobcentre decides; whoever is told otherwise by us is let down twice."""
    assert [(file, text[:60]) for file, text in _ours() if re.search("entitle", text, re.IGNORECASE)] == []


def test_every_authority_can_be_named_in_a_sentence() -> None:
    for authority in load_authorities().values():
        assert re.fullmatch(
            r"(?:[A-Z][\w .,'-]+ (?:council|County Council)|the careers service in .+)", authority.council
        )


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("E09000008: Croydon\nE09000008: Croydon\n", ":2: E09000008 is given twice"),
        ("Croydon: E09000008\n", ":1: Croydon is not the code of an authority"),
        ("E09000008:\n", ":1: E09000008 needs a name"),
        ("- E09000008\n", ":1: no authorities here"),
    ],
)
def test_a_list_of_authorities_that_is_wrong_is_told_so(tmp_path: Path, written: str, told: str) -> None:
    (tmp_path / "authorities.yml").write_text(written, "utf-8")
    with pytest.raises(ContentFaults) as caught:
        load_authorities(tmp_path)
    assert told in str(caught.value)
