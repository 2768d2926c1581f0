"""When the assistant is sure, when it offers topics, and when it admits that it is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.components.decision import (
    COME_BACK,
    EMOJI,
    NOT_UNDERSTOOD,
    UNFINISHED,
    Guess,
    Label,
    Reading,
    Thresholds,
    decide,
)

ANY = {"faq", EMOJI, UNFINISHED, COME_BACK, *NOT_UNDERSTOOD}
LIMITS = Thresholds(sure=0.4, margin=0.1, sure_in_form=0.6, offer=0.12)


def topic(slug, confidence):
    return Guess(Label(f"faq/{slug}", "faq", slug), confidence)


def intent(name, confidence):
    return Guess(Label(name, name), confidence)


def decided(*guesses, text="words", **metadata):
    return decide(text, Reading(guesses), metadata, LIMITS)


def test_a_sure_topic_is_an_faq_with_its_slug():
    parse = decided(topic("cv", 0.8), intent("greet", 0.1))
    assert parse["intent"] == {"name": "faq", "confidence": 0.8}
    assert parse["entities"][0]["value"] == "cv"
    assert parse["response_selector"]["faq"]["response"]["intent_response_key"] == "faq/cv"


@pytest.mark.parametrize(("not_ours", "name"), [(0.09, "faq"), (0.11, "unclear")])
def test_a_topic_that_may_be_no_question_of_ours_is_offered_and_not_told(not_ours, name):
    guesses = [topic("cv", 0.8), intent("out_of_scope", not_ours), topic("travel", 0.05)]
    assert decided(*guesses)["intent"]["name"] == name


@pytest.mark.parametrize(
    ("metadata", "told"),
    [
        ({"context": {"facts": {"age": 18}}}, ["options-at-18"]),
        ({"context": {"facts": {"age": 17}}}, []),
        ({"context": {"facts": {"age": 18}}, "form": "register_form"}, []),
        ({}, []),
    ],
)
def test_between_the_two_answers_to_what_next_their_age_decides(metadata, told):
    parse = decided(topic("options-after-y11", 0.45), topic("options-at-18", 0.4), **metadata)
    assert [entity["value"] for entity in parse["entities"]] == told


def test_an_age_does_not_choose_between_other_topics():
    known = {"context": {"facts": {"age": 18}}}
    assert decided(topic("cv", 0.45), topic("options-at-18", 0.4), **known)["intent"]["name"] == "unclear"


def test_small_talk_is_never_offered_as_a_topic():
    parse = decided(intent("greet", 0.9), topic("cv", 0.06), topic("travel", 0.02))
    assert parse["intent"]["name"] == "greet" and parse["entities"] == []
    assert [ranked["topic"] for ranked in parse["topic_ranking"]] == ["cv", "travel"]


@pytest.mark.parametrize(
    ("guesses", "name"),
    [
        ([topic("cv", 0.45), topic("travel", 0.4)], "unclear"),
        ([topic("cv", 0.3), topic("travel", 0.1)], "unclear"),
        ([topic("cv", 0.3), topic("travel", 0.01)], "unclear"),
        ([topic("cv", 0.11), topic("travel", 0.1)], "lost"),
        ([topic("cv", 0.3)], "lost"),
        ([intent("greet", 0.3), topic("cv", 0.02)], "lost"),
        ([], "lost"),
    ],
)
def test_an_unsure_guess_offers_topics_where_there_are_two(guesses, name):
    assert decided(*guesses)["intent"]["name"] == name


def test_nonsense_twice_in_a_row_is_met_with_a_person():
    assert decided(intent("nonsense", 0.9))["intent"]["name"] == "nonsense"
    assert decided(intent("nonsense", 0.9), lost_before=True)["intent"]["name"] == "lost_again"


@pytest.mark.parametrize("text", ["and what about if im 19", "but im 18", "what about next year"])
def test_a_short_follow_up_is_not_offered_far_fetched_topics(text):
    guesses = [topic("lgbtq", 0.2), topic("ema", 0.1)]
    assert decided(*guesses, text=text)["intent"]["name"] == "lost"
    assert decided(*guesses, text="clubs near me")["intent"]["name"] == "unclear"


def test_slang_is_not_lightly_taken_for_a_foreign_language():
    assert decided(intent("other_language", 0.5), intent("greet", 0.1))["intent"]["name"] == "lost"
    assert decided(intent("other_language", 0.7), intent("greet", 0.1))["intent"]["name"] == "other_language"


def test_a_short_follow_up_is_not_lightly_taken_for_news_about_oneself():
    guesses = [intent("neet", 0.5), topic("cv", 0.1)]
    assert decided(*guesses, text="and if im at college?")["intent"]["name"] == "lost"
    assert decided(*guesses, text="im not at college")["intent"]["name"] == "neet"


def test_a_far_fetched_third_topic_is_not_offered():
    offered = decided(topic("cv", 0.3), topic("travel", 0.01), topic("ema", 0.01))["topic_ranking"]
    assert [ranked["topic"] for ranked in offered] == ["cv", "travel"]


@pytest.mark.parametrize("text", ["", "?!", "  "])
def test_a_message_without_letters_or_figures_is_lost(text):
    assert decided(topic("cv", 0.9), text=text)["intent"]["name"] == "lost"


def test_lost_twice_is_told_apart_but_not_inside_a_form():
    unsure = [topic("cv", 0.3), topic("travel", 0.2)]
    assert decided(*unsure, lost_before=True)["intent"]["name"] == "lost_again"
    assert decided(*unsure, lost_before=True, form="register_form")["intent"]["name"] == "unclear"


def test_inside_a_form_it_takes_more_to_be_a_question():
    guesses = [topic("cv", 0.5), topic("travel", 0.1)]
    assert decided(*guesses)["intent"]["name"] == "faq"
    assert decided(*guesses, form="register_form")["intent"]["name"] == "unclear"


def test_a_tapped_topic_is_taken_and_an_unknown_one_is_read_as_words():
    guesses = [topic("cv", 0.9), topic("travel", 0.01)]
    for slug, expected in (("travel", "travel"), ("gone", "cv"), (None, "cv")):
        choice = {"choice": {"text": "x", "answer": slug}}
        assert decided(*guesses, context=choice)["entities"][0]["value"] == expected


def test_a_message_read_beside_the_last_topic_must_be_surer_of_itself():
    guesses = [topic("cv", 0.45), topic("travel", 0.1)]
    assert decided(*guesses)["intent"]["name"] == "faq"
    assert decide("is it", Reading(guesses, follows=True), {}, LIMITS)["intent"]["name"] == "unclear"


def asked_both(first, second):
    parse = decide("both", Reading([first, second], two=(first, second)), {}, LIMITS)
    return parse["intent"]["name"], {entity["entity"]: entity["value"] for entity in parse["entities"]}


def test_two_questions_carry_both_topics_in_their_order():
    got = asked_both(topic("cv", 0.8), topic("travel", 0.7))
    assert got == ("two_questions", {"topic": "cv", "also": "travel"})


@pytest.mark.parametrize("order", [1, -1])
def test_a_person_asked_for_beside_a_question_keeps_its_own_way(order):
    person = Guess(Label("talk_to_person", "talk_to_person", "talk-to-person"), 0.8)
    got = asked_both(*[person, topic("travel", 0.7)][::order])
    assert got == ("talk_to_person", {"topic": "talk-to-person", "also": "travel"})


@given(st.text(), st.lists(st.floats(0, 1), max_size=6))
def test_every_message_gets_one_intent(text, chances):
    guesses = [topic(f"t{index}", chance) for index, chance in enumerate(sorted(chances, reverse=True))]
    assert decide(text, Reading(guesses), {}, LIMITS)["intent"]["name"] in ANY


@pytest.mark.parametrize("text", ["😀", "❤️", "👍🏽", "👩‍👧 🙂", "😭"])
def test_an_emoji_alone_gets_its_own_kind_line(text):
    assert decided(topic("cv", 0.9), text=text)["intent"]["name"] == "emoji"
    assert decided(topic("cv", 0.9), text=text, form="register_form")["intent"]["name"] == "lost"


@pytest.mark.parametrize("text", ["he keeps", "sometimes he", "my dad", "she said...", "and they made me"])
def test_half_a_sentence_about_somebody_is_listened_to(text):
    assert decided(topic("cv", 0.9), text=text)["intent"]["name"] == "unfinished"
    assert decided(topic("cv", 0.9), text=text, form="register_form")["intent"]["name"] == "faq"


@pytest.mark.parametrize("text", ["he keeps failing maths", "my teacher said no", "is he", "who is my tutor"])
def test_a_whole_one_is_answered_as_ever(text):
    assert decided(topic("cv", 0.9), text=text)["intent"]["name"] == "faq"


@pytest.mark.parametrize("text", ['inform{"x":1}', "deny{}", 'restart {"a": {"b": 2}}'])
def test_what_is_written_for_a_program_is_not_understood(text):
    assert decided(topic("confidentiality", 0.9), text=text)["intent"]["name"] == "lost"


def test_braces_in_a_question_are_words():
    assert decided(topic("cv", 0.9), text="how do i write a cv {please}")["intent"]["name"] != "lost"


@pytest.mark.parametrize("text", ["??", "^^", "£", "..."])
def test_signs_alone_are_no_emoji(text):
    assert decided(topic("cv", 0.9), text=text)["intent"]["name"] == "lost"


@pytest.mark.parametrize("text", ["MAPLE-48271", "my code is otter 10234", "hi, river-00017 pls"])
def test_a_come_back_code_is_known_by_its_look(text):
    assert decided(topic("bursary", 0.9), text=text)["intent"]["name"] == "come_back"


@pytest.mark.parametrize("text", ["my mobile 07700 900123", "february 3 2010", "SW2 1RW", "i owe 48271 quid"])
def test_other_numbers_are_no_codes(text):
    assert decided(topic("bursary", 0.9), text=text)["intent"]["name"] == "faq"


@pytest.mark.parametrize(
    ("age", "text", "told"),
    [
        (15, "im 15 and want to claim benefits", "signpost-under-16"),
        (19, "im 19 want to claim benefits", "signpost-18-plus"),
        (17, "i want to claim benefits", "benefits-16-17"),
        (None, "i want to claim benefits", "benefits-16-17"),
        (19, "can my sister claim shes 16", "benefits-16-17"),
    ],
)
def test_who_asks_how_to_claim_is_answered_for_their_age(age, text, told):
    known = {"context": {"facts": {"age": age}}} if age else {}
    parse = decided(topic("benefits-16-17", 0.9), topic("cv", 0.02), text=text, **known)
    assert parse["intent"]["name"] == "faq" and parse["entities"][0]["value"] == told


def test_an_age_changes_no_other_answer():
    parse = decided(topic("cv", 0.9), text="how do i write a cv", context={"facts": {"age": 15}})
    assert parse["entities"][0]["value"] == "cv"


def test_news_about_themselves_after_how_to_claim_leads_on():
    after = {"last_topic": "benefits-16-17"}
    assert decided(intent("about_me", 0.9), **after)["intent"]["name"] == "about_me_claiming"
    young = decided(intent("about_me", 0.9), text="im 15", context={"facts": {"age": 15}}, **after)
    assert young["entities"][0]["value"] == "signpost-under-16"
    assert decided(intent("about_me", 0.9), last_topic="cv")["intent"]["name"] == "about_me"
    assert decided(intent("about_me", 0.9), form="register_form", **after)["intent"]["name"] == "about_me"


@pytest.mark.parametrize("text", ["12 march 2009", "12/03/2009", "March 12th 2009"])
def test_a_birthday_put_right_after_an_age_that_is_not_registered_leads_back(text):
    for told in ("signpost-18-plus", "signpost-under-16"):
        parse = decided(topic("start-mid-year", 0.9), text=text, last_topic=told)
        assert parse["intent"]["name"] == "about_me_claiming"
    assert decided(topic("cv", 0.9), text=text, last_topic="cv")["intent"]["name"] == "faq"


@pytest.mark.parametrize(
    "text", ["i was abused years ago but its sorted", "i used to self harm im better now", "had therapy"]
)
def test_harm_that_was_done_is_no_conviction(text):
    parse = decided(topic("criminal-record", 0.7), topic("mental-health-low", 0.1), text=text)
    assert "criminal-record" not in str(parse)


def test_a_worry_that_screening_heard_is_no_conviction():
    heard = {"context": {"findings": [{"level": "concern", "categories": ["sexual_abuse"]}]}}
    assert "criminal-record" not in str(decided(topic("criminal-record", 0.9), topic("cv", 0.02), **heard))


def test_an_offence_is_told_of_whatever_else_is_said():
    parse = decided(topic("criminal-record", 0.7), text="i got a caution for cutting myself in public")
    assert parse["entities"][0]["value"] == "criminal-record"


@pytest.mark.parametrize("text", ["1", "9", "more", "more info pls", "option 2", "tell me more about it"])
def test_a_number_without_a_list_and_more_offer_what_goes_with_the_last_topic(text):
    near = (topic("bursary", 0.8), topic("travel", 0.1), topic("ema", 0.05))
    parse = decide(text, Reading(near, follows=True), {"last_topic": "bursary"}, LIMITS)
    assert parse["intent"]["name"] == "more" and parse["entities"] == []
    assert [ranked["topic"] for ranked in parse["topic_ranking"]] == ["travel", "ema"]


def test_a_number_with_nothing_before_it_is_not_understood():
    assert decided(topic("resit-english-maths", 0.9), text="2")["intent"]["name"] == "lost"


def test_a_number_in_a_form_is_an_answer_and_a_tapped_one_a_choice():
    in_form = decided(intent("nonsense", 0.9), text="2", form="check_in_form", last_topic="cv")
    assert in_form["intent"]["name"] == "nonsense"
    tapped = decided(topic("cv", 0.1), topic("ema", 0.9), text="1", context={"choice": {"answer": "cv"}})
    assert tapped["entities"][0]["value"] == "cv"


@pytest.mark.parametrize("last", [None, "cv"])
@pytest.mark.parametrize(
    "text",
    [
        "since october",
        "Since the summer.",
        "about 3 weeks ago",
        "last summer",
        "for ages",
        "i think since june",
    ],
)
def test_nothing_but_a_time_that_is_over_is_news_about_themselves(text, last):
    assert decided(topic("start-mid-year", 0.9), text=text, last_topic=last)["intent"]["name"] == "about_me"


@pytest.mark.parametrize("text", ["october", "in january", "3 months", "a few weeks now"])
def test_a_month_by_itself_is_news_only_where_nothing_was_answered_before(text):
    assert decided(topic("start-mid-year", 0.9), text=text)["intent"]["name"] == "about_me"
    assert decided(topic("start-mid-year", 0.9), text=text, last_topic="cv")["intent"]["name"] == "faq"


@pytest.mark.parametrize(
    ("text", "metadata"),
    [
        ("can i start in january", {}),
        ("since october and im skint", {}),
        ("october?", {}),
        ("since october", {"form": "check_in_form"}),
    ],
)
def test_a_question_more_words_or_an_answer_to_a_form_is_no_such_news(text, metadata):
    assert decided(topic("start-mid-year", 0.9), text=text, **metadata)["intent"]["name"] == "faq"
