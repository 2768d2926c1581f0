"""How a message is read beside the topic answered last, and how two questions are told from a long story."""

import numpy as np
import pytest

from bot.components.decision import Label, Thresholds
from bot.components.reading import Reader

LABELS = [Label(f"faq/{slug}", "faq", slug) for slug in ("bursary", "travel", "t-levels", "cv")]
LABELS += [Label("talk_to_person", "talk_to_person", "talk-to-person"), Label("thanks", "thanks")]
LABELS += [Label("nonsense", "nonsense"), Label("about_me", "about_me")]
NAMES = [label.topic or label.intent for label in LABELS]


def row(**chances):
    """The logarithms of these chances; the rest shares what is left."""
    named = {name if name in NAMES else name.replace("_", "-"): chance for name, chance in chances.items()}
    rest = (1 - sum(named.values())) / (len(NAMES) - len(named))
    return np.log([named.get(name, rest) for name in NAMES])


class Scores:
    """Scores texts as told, anything else as nothing in particular; remembers what it was asked."""

    def __init__(self, **told):
        self.told, self.asked = told, []

    def __call__(self, texts):
        self.asked += texts
        return np.array([self.told.get(text.replace(" ", "_").rstrip("?"), row()) for text in texts])


def read(text, scores, last=None, **metadata):
    own = scores([text])[0]
    scores.asked.clear()
    return Reader(LABELS, Thresholds()).read(text, own, {"last_topic": last, **metadata}, scores)


def best(reading):
    return reading.guesses[0].label.topic or reading.guesses[0].label.intent


def test_a_bare_message_is_about_the_topic_answered_last():
    reading = read("how much is it", Scores(), last="bursary")
    assert best(reading) == "bursary" and reading.follows


def test_a_bare_message_without_a_topic_before_it_stays_open():
    assert not read("how much is it", Scores()).follows


def test_a_neighbour_that_the_message_means_wins_over_the_last_topic():
    light = {"bursary:_is_it_for_the_bus": row(travel=0.97), "is_it_for_the_bus_bursary": row(travel=0.97)}
    assert best(read("is it for the bus", Scores(**light), last="bursary")) == "travel"


def test_a_topic_named_outright_wins():
    scores = Scores(a_t_level=row(t_levels=0.97))
    assert best(read("what about a t level instead", scores, last="bursary")) == "t-levels"


def test_a_clear_question_is_read_by_its_own_words_only():
    scores = Scores(write_a_cv_please=row(cv=0.9))
    reading = read("write a cv please", scores, last="bursary")
    assert best(reading) == "cv" and not reading.follows and scores.asked == []


def test_thanks_is_no_follow_up():
    assert best(read("ok and thanks", Scores(ok_and_thanks=row(thanks=0.8)), last="bursary")) == "thanks"


def test_an_insult_that_is_not_recognised_for_sure_is_no_follow_up():
    scores = Scores(get_in_the_bin=row(thanks=0.4))
    assert not read("get in the bin", scores, last="bursary").follows


@pytest.mark.parametrize(("text", "follows"), [("im 19", False), ("and if im 19", True), ("im 19 tho", True)])
def test_a_word_about_oneself_is_a_follow_up_only_when_it_is_tied_to_the_answer(text, follows):
    scores = Scores(**{text.replace(" ", "_"): row(about_me=0.9)})
    assert read(text, scores, last="bursary").follows is follows


def test_nothing_but_a_topic_is_guessed_beside_a_topic():
    reading = read("and that", Scores(and_that=row(nonsense=0.9)), last="bursary")
    assert all(guess.label.topic for guess in reading.guesses if guess.confidence > 0)


@pytest.mark.parametrize("metadata", [{"form": "f"}, {"context": {"choice": {"answer": "cv"}}}])
def test_inside_a_form_and_after_a_tap_only_the_words_count(metadata):
    scores = Scores()
    assert not read("how much is it", scores, last="bursary", **metadata).follows and scores.asked == []


TWO = "what is a t level and can i get a bus pass"
T_LEVEL, PASS = "what_is_a_t_level", "can_i_get_a_bus_pass"


def topics_of_two(whole, part, text=TWO):
    scores = Scores(**{text.replace(" ", "_"): whole, T_LEVEL: row(t_levels=0.9), PASS: part})
    two = read(text, scores).two
    return two and [guess.label.topic for guess in two]


def test_two_sure_parts_that_the_whole_backs_are_two_questions():
    assert topics_of_two(row(t_levels=0.5, travel=0.3), row(travel=0.9)) == ["t-levels", "travel"]


def test_what_the_whole_message_is_mostly_about_comes_first():
    assert topics_of_two(row(t_levels=0.1, travel=0.8), row(travel=0.9)) == ["travel", "t-levels"]


@pytest.mark.parametrize("part", [row(travel=0.4), row(t_levels=0.9), row(thanks=0.9), row(cv=0.8)])
def test_an_unsure_same_or_far_fetched_part_is_no_second_question(part):
    assert topics_of_two(row(t_levels=0.9, travel=0.05, cv=0.001), part) is None


def test_a_second_part_that_leans_on_the_first_is_no_second_question():
    told = {"what_is_a_t_level_and_how_long_is_it": row(t_levels=0.5), "what_is_a_t_level": row(t_levels=0.9)}
    assert read("what is a t level and how long is it", Scores(**told)).two is None


@pytest.mark.parametrize(
    "text", ["can i talk to someone, what is a t level", "what is a t level and can i talk to someone"]
)
def test_who_asks_for_a_person_does_not_lose_them_beside_a_question(text):
    told = {text.replace(" ", "_"): row(t_levels=0.9995), T_LEVEL: row(t_levels=0.9)}
    two = read(text, Scores(**told, can_i_talk_to_someone=row(talk_to_person=0.97))).two
    assert two and [guess.label.topic for guess in two] == ["talk-to-person", "t-levels"]


def test_a_person_is_not_fetched_for_a_part_that_only_may_ask_for_one():
    told = {TWO.replace(" ", "_"): row(t_levels=0.96, talk_to_person=0.001), T_LEVEL: row(t_levels=0.9)}
    assert read(TWO, Scores(**told, **{PASS: row(talk_to_person=0.9)})).two is None


def test_of_three_things_asked_the_person_is_one():
    text = f"{TWO} and can i talk to someone"
    told = {text.replace(" ", "_"): row(t_levels=0.6), T_LEVEL: row(t_levels=0.97), PASS: row(travel=0.97)}
    two = read(text, Scores(**told, can_i_talk_to_someone=row(talk_to_person=0.97))).two
    assert two and [guess.label.topic for guess in two] == ["talk-to-person", "t-levels"]


@pytest.mark.parametrize(("sure", "named"), [(0.97, "cv"), (0.7, "bursary")])
def test_one_word_that_names_a_topic_is_about_it_whatever_was_answered_before(sure, named):
    """ "work" goes with any topic, and names one."""
    assert best(read("work", Scores(work=row(cv=sure)), last="bursary")) == named


def test_a_plain_message_is_not_looked_into():
    scores = Scores()
    read("what is a t level please", scores)
    assert scores.asked == []
