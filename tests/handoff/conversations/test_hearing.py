"""What is heard in passing of age, area and activity, and above all what is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.vocabulary import load_vocabulary
from handoff.content.areas import load_areas
from handoff.conversations.hearing import OLDEST, YOUNGEST, hear

AREAS = load_areas()
NOTHING_NOW = "not_learning_or_working"

STATED = {
    "im 17": {"age": 17},
    "I’m 17.": {"age": 17},
    "i am only 15, can i work": {"age": 15},
    "i'm 16 yrs old": {"age": 16},
    "im 17yo and at college": {"age": 17, "activity": "college"},
    "im sixteen what can i do": {"age": 16},
    "hi im a 17 year old girl": {"age": 17},
    "am 17 years old": {"age": 17},
    "aged 17": {"age": 17},
    "actually im 18": {"age": 18},
    "im 17 no wait im 18": {"age": 18},
    "ive just turned 16": {"age": 16},
    "i turn 18 in may": {"age": 17},
    "im 17 18 in may": {},
    "im 17, 18 in may": {"age": 17},
    "my son is 16": {"age": 16},
    "my daughter, 17, wants an apprenticeship": {"age": 17},
    "im 24 and my foster son is 16": {"age": 16},
    "im 45 and my 17 year old daughter wont go in": {"age": 17},
    "can i get a bursary im 17": {"age": 17},
    "i live in lambeth": {"area": "lambeth"},
    "We live in Kensington & Chelsea and need help": {"area": "kensington-and-chelsea"},
    "im in camden": {"area": "camden"},
    "im from k&c": {"area": "kensington-and-chelsea"},
    "what about in lambeth": {"area": "lambeth"},
    "and for southwark?": {"area": "southwark"},
    "islington": {"area": "islington"},
    "my postcode is SW9 9AA": {"area": "lambeth"},
    "i live in sw9": {"area": "lambeth"},
    "im 17, i live in lambeth and im at college": {"age": 17, "area": "lambeth", "activity": "college"},
    "im 16 and live in camden": {"age": 16, "area": "camden"},
    "im in year 11": {"activity": "school"},
    "im at school": {"activity": "school"},
    "im in sixth form rn": {"activity": "sixth_form"},
    "i go to college": {"activity": "college"},
    "im doing an apprenticeship": {"activity": "apprenticeship"},
    "i work at tesco": {"activity": "working"},
    "im working full time": {"activity": "working"},
    "im not in education or work": {"activity": NOTHING_NOW},
    "im not doing anything rn": {"activity": NOTHING_NOW},
    "i left college": {"activity": ""},
    "i dropped out": {"activity": ""},
    "im not at college": {"activity": ""},
}

NOT_STATED = [
    "my mate is 19",
    "hes 17",
    "when i was 14",
    "when im 18 can i claim",
    "over 18s only?",
    "im not 18",
    "im nearly 18",
    "im 5 mins away",
    "im 15 mins away",
    "im 16 weeks pregnant",
    "im 12.50 short",
    "im 17 in may",
    "im 16 or 17",
    "im 16-17",
    "im 99",
    "and if im 19",
    "what if im 19 and live in lambeth",
    "they think im 18",
    "is there help for people aged 17",
    "minimum wage for a 17 year old",
    "my son is 16 and my daughter is 14",
    "can i work if i live in lambeth",
    "my mate lives in lambeth",
    "i used to live in camden",
    "i dont live in lambeth",
    "i want to live in camden",
    "westminster kingsway college",
    "im in camden market",
    "camden market job",
    "im at lambeth north station",
    "i live in lambeth not southwark",
    "i moved from camden to lambeth",
    "colleges in lambeth",
    "w8 what",
    "n1 mate",
    "i live in wc1",
    "the jobcentre at SW9 9AA is shut",
    "i want to go to college",
    "can i go to college",
    "im starting college in september",
    "im at college from next year",
    "if im at college do i get money",
    "my mate is at college",
    "i want an apprenticeship",
    "im working on my cv",
    "i have a job interview",
    "im at college and i work at tesco",
    "im not doing anything wrong",
    "help with childcare while im at college",
    "i work in a cafe on weekends",
    "am i finished for work",
    "how much is it",
]


@pytest.mark.parametrize(("text", "facts"), STATED.items())
def test_what_is_said_plainly_is_heard(text: str, facts: dict[str, int | str]) -> None:
    assert hear(text, AREAS) == facts


@pytest.mark.parametrize("text", NOT_STATED)
def test_what_is_not_theirs_or_not_so_now_is_not_heard(text: str) -> None:
    assert hear(text, AREAS) == {}


PIECES = st.sampled_from(
    ["im ", "i live in ", "my son is ", "17", "16 yrs old", "lambeth", "k&c", "sw9 ", "at college", "not ",
     "if ", "i left ", ", ", ".", "\n", "½", "१७", "٢", " and ", "work at "]
)  # fmt: skip


@given(st.text() | st.lists(PIECES).map("".join))
def test_any_text_gives_only_codes_we_have(text: str) -> None:
    facts = hear(text, AREAS)
    assert facts.keys() <= {"age", "area", "activity"}
    assert YOUNGEST <= int(facts.get("age", YOUNGEST)) <= OLDEST
    assert facts.get("area", "lambeth") in AREAS
    assert facts.get("activity", "") in {"", *load_vocabulary().doing_now}
