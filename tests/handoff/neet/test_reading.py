"""What words say of somebody's situation: answers, times, signs of risk, and what is not said of oneself."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from bot.vocabulary import load_vocabulary
from handoff.neet.model import DOING, IN_THE_WAY, SINCE, WANTS
from handoff.neet.pattern import compile_words, sentence, stated
from handoff.neet.reading import answered, doing_in, ended_in, heard_in, since
from handoff.neet.reference import BadReference, load_reference

ROOT = Path(__file__).parents[3]
TODAY = date(2026, 11, 22)
SIGNS = load_reference().signs


def codes(kind: str, text: str) -> list[str]:
    return [fact.code for fact in answered(kind, text, TODAY)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("At school", "school"),
        ("year 11 atm", "school"),
        ("At sixth form", "sixth_form"),
        ("im at college doing a btec", "college"),
        ("On an apprenticeship", "apprenticeship"),
        ("Working", "working"),
        ("got a job at tesco", "working"),
        ("im at college looking for a saturday job", "college"),
        ("ill be at college till june", "college"),
        ("i go to college and look after my nan after", "college"),
        ("im in year 11 looking for an apprenticeship", "school"),
        ("im doing plumbing at college, job hunting", "college"),
        ("on an apprenticeship, off sick this week", "apprenticeship"),
        ("still in sixth form, waiting to start a job in summer", "sixth_form"),
        ("working at tesco looking for something better", "working"),
        ("i work in a cafe, looking for an apprenticeship", "working"),
        ("was at college, looking for a job now", "looking"),
        ("left college, looking for a job", "looking"),
        ("not at college, looking for work", "looking"),
        ("in between jobs, looking for more", "looking"),
        ("at home looking after my nan", "caring"),
        ("starting college in september", "starting_soon"),
        ("nothing, used to be at college", "not_learning_or_working"),
        ("Looking for work", "looking"),
        ("Caring for family", "caring"),
        ("i look after my nan", "caring"),
        ("looking after my baby", "parent"),
        ("too ill to do much", "unwell"),
        ("i start a course in january", "starting_soon"),
        ("volunteering at the food bank", "volunteering"),
        ("Nothing", "not_learning_or_working"),
        ("not in school", "not_learning_or_working"),
        ("left college in october aint got nothing", "not_learning_or_working"),
        ("at home all day", "not_learning_or_working"),
        ("purple", ""),
    ],
)
def test_what_they_do_is_read_from_a_choice_or_their_own_words(text: str, code: str) -> None:
    assert codes(DOING, text) == [code]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("october", "2026-10"),
        ("since sept", "2026-09"),
        ("1st of nov", "2026-11"),
        ("december", "2025-12"),
        ("september 2025", "2025-09"),
        ("2 weeks ago", "2026-11"),
        ("about 3 months now", "2026-08"),
        ("a couple of months", "2026-09"),
        ("last month", "2026-10"),
        ("ages", ""),
        ("may be a while", ""),
        ("my mate jane decided", ""),
        ("summer", ""),
        ("december 2026", ""),
        ("99 years ago", "1927-12"),
    ],
)
def test_since_when_is_a_month_that_has_been_or_their_words(text: str, code: str) -> None:
    assert codes(SINCE, text) == [code]
    assert answered(SINCE, text, TODAY)[0].words == text


@pytest.mark.parametrize(
    ("kind", "text", "found"),
    [
        (WANTS, "A job", ["work"]),
        (WANTS, "An apprenticeship, Training", ["apprenticeship", "training"]),
        (WANTS, "get back into college", ["learning"]),
        (WANTS, "To talk it over", ["talk"]),
        (WANTS, "be a vet", [""]),
        (IN_THE_WAY, "Money and travel", ["money", "travel"]),
        (IN_THE_WAY, "My health", ["health"]),
        (IN_THE_WAY, "Learning needs", ["send"]),
        (IN_THE_WAY, "Nothing", []),
        (IN_THE_WAY, "nah not really", []),
        (IN_THE_WAY, "no, but money is tight", ["money"]),
        (IN_THE_WAY, "its complicated", [""]),
    ],
)
def test_wants_and_what_is_in_the_way(kind: str, text: str, found: list[str]) -> None:
    assert codes(kind, text) == found


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("my attendance is really bad and they said they'll kick me off", "attendance"),
        ("school permanently excluded me last week", "excluded"),
        ("my son got kicked out of school", "excluded"),
        ("im in care and left college", "in_care"),
        ("i look after my mum", "carer"),
        ("my yot worker said to text you", "youth_justice"),
        ("i have no offer from anywhere", "no_offer"),
        ("i didn't get my grades", "first_choice_missed"),
        ("im sofa surfing", "homeless"),
        ("i failed all my gcses", "no_level_2"),
    ],
)
def test_signs_of_risk_are_heard_with_the_sentence(text: str, code: str) -> None:
    found = [fact for fact in heard_in(f"hi there. {text}. thanks", SIGNS) if fact.kind == "sign"]
    assert code in {fact.code for fact in found}
    assert {fact.words for fact in found} == {text}


@pytest.mark.parametrize(
    "text",
    [
        "ive never been excluded",
        "my mate got excluded",
        "what happens if i got excluded",
        "he said my brother is in care",
        "how do i improve my attendance",
        "is there an offer on at the college",
        "do you care for animals at college",
        "im muslim and my english is not good",
        "i am pregnant",
        "i get free school meals",
        "im black",
        "i have dyslexia",
        "im a girl who likes engineering",
    ],
)
def test_others_stories_questions_and_what_is_protected_are_no_signs(text: str) -> None:
    assert [fact.code for fact in heard_in(text, SIGNS) if fact.kind == "sign"] == []


def test_the_time_of_leaving_is_only_heard_beside_leaving() -> None:
    began = ended_in("left college in october. got nothing", TODAY)
    assert began is not None and (began.code, began.words) == ("2026-10", "left college in october")
    assert ended_in("i start in january", TODAY) is None
    assert ended_in("im bored", TODAY) is None


def test_what_they_do_in_passing_has_its_sentence() -> None:
    found = doing_in("hi. im looking after my mum! can you help?")
    assert found is not None and (found.code, found.words) == ("caring", "im looking after my mum")
    assert doing_in("hello you") is None


def test_a_wording_has_choices_parts_that_may_be_absent_and_gaps() -> None:
    pattern = compile_words("i (got|was) ... (kicked|thrown) (right)? out")
    assert [
        bool(pattern.search(text)) for text in ("i got then just kicked out", "i was thrown right out")
    ] == [
        True,
        True,
    ]
    assert not pattern.search("i got a b c d kicked out")
    assert next(stated("i got kicked out", [pattern])).group(0) == "i got kicked out"


@pytest.mark.parametrize("text", ["a " * 2_500, "not " * 1_200, "i got " * 800, "," * 5_000, "1 week " * 700])
def test_long_and_odd_texts_are_read_without_going_round_in_circles(text: str) -> None:
    assert heard_in(text, SIGNS) == [] and doing_in(text) is None
    assert all(
        len(fact.words) <= 200 for kind in (DOING, SINCE, WANTS) for fact in answered(kind, text, TODAY)
    )
    ended_in(text, TODAY)


def test_the_sentence_of_a_match_is_cut_to_a_glance() -> None:
    text = "x " * 400 + "got excluded " + "y " * 400
    match = next(stated(text, SIGNS["excluded"].patterns))
    assert "got excluded" in sentence(text, match) and len(sentence(text, match)) < 300


def test_every_choice_of_the_check_in_means_something() -> None:
    responses = yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))["responses"]
    for question in (DOING, WANTS, IN_THE_WAY):
        [response] = responses[f"utter_prompt_{question}"]
        for choice in response["custom"]["choices"]:
            meant = codes(question, choice["text"])
            assert len(meant) == (0 if (question, choice["text"]) == (IN_THE_WAY, "Nothing") else 1), choice
            assert "" not in meant, choice


def test_every_activity_people_name_suggests_a_code() -> None:
    assert set(load_reference().suggestions) == set(load_vocabulary().doing_now)


def test_every_answer_offered_at_the_end_is_there() -> None:
    slugs = {
        entry["slug"]
        for file in (ROOT / "data" / "content").glob("*.yml")
        for entry in yaml.safe_load(file.read_text("utf-8"))
    }
    words = load_vocabulary()
    named = {hope.answer for hope in (*words.wants.values(), *words.in_the_way.values()) if hope.answer}
    assert named <= slugs


def test_no_outcome_names_a_code_that_the_list_lacks() -> None:
    named = {one.activity for one in load_vocabulary().outcomes.values() if one.activity}
    assert named <= load_reference().activities.keys()


def test_a_suggestion_of_a_code_that_is_not_there_is_named(tmp_path: Path) -> None:
    for name in ("activity.yml", "risk_indicators.yml"):
        text = (ROOT / "data" / "reference" / name).read_text("utf-8")
        (tmp_path / name).write_text(
            text.replace('{doing: caring, code: "620"}', '{doing: caring, code: "450"}')
        )
    with pytest.raises(BadReference, match="caring: no activity 450"):
        load_reference(tmp_path)


@pytest.mark.parametrize("words", ["i left college in \u017fep", "i left school \u017fix weeks ago"])
def test_letters_that_only_look_like_others_are_read_as_no_time(words: str) -> None:
    assert since(words, TODAY) is None
