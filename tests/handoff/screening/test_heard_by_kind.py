"""What a held-back set showed to be missed, in other words, is heard; what is near it is left alone."""

from __future__ import annotations

import pytest

from handoff.screening.leaving import leaving_phrases
from handoff.screening.service import phrase_screen, screen
from handoff.screening.verdict import Level, Verdict, at_least


def heard(text: str) -> Verdict:
    """What the phrases alone say."""
    return Verdict.of(phrase_screen().screen(text))


@pytest.mark.parametrize(
    ("text", "level", "category"),
    [
        ("did stripes on my wrists again", "urgent", "self_harm"),
        ("mum and dad went back abroad in june and left me on my own here", "urgent", "neglect"),
        ("i clean his hotel every night until i have paid", "urgent", "criminal_exploitation"),
        ("he lives with eight men and works every night for nothing", "urgent", "criminal_exploitation"),
        ("ive been on about seven sofas this month", "urgent", "homelessness"),
        ("my nan said i have to be gone by sunday", "urgent", "homelessness"),
        ("my sisters fgm is planned for this weekend", "emergency", "fgm"),
        ("i have to be sick after every meal", "urgent", "eating_disorder"),
        ("got knocked out at football and ive been throwing up since", "urgent", "medical"),
        ("ive got no insulin since friday and im throwing up", "emergency", "medical"),
        ("he wants more pics or he will send them to my mum", "urgent", "grooming"),
        ("theres a toddler out on the balcony and nobody is in", "emergency", "third_party"),
        ("cryed every night for weeks", "urgent", "distress"),
        ("had a breakdown at work and i could not stop", "urgent", "distress"),
        ("eating out of bins now", "urgent", "hardship"),
        ("the lecturer shoved my mate in the throat", "urgent", "allegation"),
        ("i tried to end it in june", "urgent", "suicide"),
        ("my brother keeps saying hell end it", "urgent", "third_party"),
        ("is it abuse if they leave no bruises", "urgent", "physical_abuse"),
        ("he wont let me get changed", "emergency", "sexual_abuse"),
        ("mum locked me in the cellar again", "emergency", "neglect"),
        ("dads on the brown and i mind the little ones", "urgent", "neglect"),
        ("shotting because i owe them", "urgent", "criminal_exploitation"),
        ("the boys are holding my bank card", "urgent", "criminal_exploitation"),
        ("im outside in the snow with nowhere to sleep", "emergency", "homelessness"),
        ("dad threw me out and ive got no coat", "emergency", "homelessness"),
        ("a stranger offered me his sofa its that or the station", "emergency", "homelessness"),
        ("ive been sleeping at work, nobody knows", "urgent", "homelessness"),
        ("on friday shes going to be made clean", "emergency", "fgm"),
        ("they told me marry him or get out", "urgent", "forced_marriage"),
    ],
)
def test_danger_that_was_missed_is_heard_by_its_kind(text: str, level: Level, category: str) -> None:
    verdict = heard(text)
    assert at_least(verdict.level, level) and category in verdict.categories


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("they took us off mum because she neglected us, its sorted now", "neglect"),
        ("we moved to a refuge when i was nine", "domestic_abuse"),
        ("i was in county lines at 14, the police dealt with it", "criminal_exploitation"),
        ("my inhaler is running out and i have no gp here", "medical"),
        ("my tutor smelt of beer this morning", "allegation"),
        ("mum says i should get my own place", "homelessness"),
        ("the landlord is selling up and we might lose our flat", "homelessness"),
        ("i used to run for some olders, out of it now", "criminal_exploitation"),
        ("been in care because of neglect since i was six", "neglect"),
        ("theres a protection order on my parents", "neglect"),
        ("i look after my dad and im shattered", "hardship"),
    ],
)
def test_a_worry_that_was_missed_is_heard_as_a_concern_at_least(text: str, category: str) -> None:
    verdict = heard(text)
    assert at_least(verdict.level, "concern") and category in verdict.categories


@pytest.mark.parametrize(
    "text",
    [
        "can you train as a refuge worker",
        "my aunt works in a womens refuge and loves it",
        "we did county lines in assembly",
        "i work at a refugee charity",
        "im new in the country",
        "the seagulls eat out of the bins by college",
        "stabbed in the dark on the last question",
        "suicide sprints in pe again",
        "shooting at the studio all day for my media course",
        "he marked my paper",
        "can someone help me with my ucas form",
        "could someone help me prepare for an interview",
        "they threw me out of the class chat",
        "our coach is an absolute weapon",
        "i shot myself in the foot with that form",
        "overdosed on mince pies",
        "i tried to end it with a joke in my interview",
    ],
)
def test_what_is_near_it_is_left_alone(text: str) -> None:
    assert heard(text).level == "routine"


@pytest.mark.parametrize(
    "text",
    [
        "they are shooting at my house",
        "someone got stabbed in the dark street",
        "we ran to a refuge last night, he is looking for us and said he will kill my mum",
        "my sister is starving herself",
        "can someone help me with my stepdad",
        "someone help me",
        "they threw me out",
        "he has a weapon at school",
        "i overdosed on tablets",
        "he shot me in the leg",
    ],
)
def test_the_look_alikes_beside_it_hide_no_danger(text: str) -> None:
    assert at_least(screen(text).level, "urgent")


@pytest.mark.parametrize(
    "text",
    ["my nan thinks im leaving college, im not", "gave up coffee but im not giving up my course", "studying"],
)
def test_who_stays_is_believed_to_stay_unless_it_is_all_but_sure(text: str) -> None:
    phrases = leaving_phrases()
    assert phrases is not None
    said = phrases.hear(text)
    assert said.leaving is None and said.least is not None and said.least >= 0.8


def test_a_geordie_parent_of_somebody_doing_nothing_is_heard() -> None:
    phrases = leaving_phrases()
    assert phrases is not None and phrases.hear("wor kid's deein nowt, nee college nee job").leaving == "now"
