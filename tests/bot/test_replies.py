"""What the channel makes of a turn that is in the tracker."""

from pathlib import Path

import yaml
from rasa.shared.core.events import ActiveLoop, BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.replies import RECENT, TELLS, describe_turn, last_topic

TALK = {"text": "Talk to a person", "answer": "talk-to-person"}


def choices_after(*topics):
    ranking = [{"topic": topic, "confidence": 0.2} for topic in topics]
    heard = UserUttered("hm", {"name": "unclear"}, parse_data={"topic_ranking": ranking, "entities": []})
    custom = {"kind": "choices", "text": "Which?", "choices": "$topics", "more": [TALK]}
    said = BotUttered(None, {"custom": custom})
    tracker = DialogueStateTracker.from_events("someone", [heard, said])
    return describe_turn(tracker, 0)["replies"][0]["choices"]


def test_a_person_is_offered_once_when_a_person_is_likely_too():
    assert choices_after("cv", "talk-to-person") == [{"text": None, "answer": "cv"}, TALK]


def test_topics_are_offered_before_a_person():
    offered = [choice["answer"] for choice in choices_after("cv", "travel")]
    assert offered == ["cv", "travel", "talk-to-person"]


HEARD = UserUttered("hm", {"name": "faq"})


def answered(topic):
    return BotUttered(None, {"custom": {"kind": "answer", "answer": topic}})


def topic_after(*events):
    return last_topic(DialogueStateTracker.from_events("someone", list(events)))


def test_the_topic_of_a_conversation_is_the_one_answered_last():
    assert topic_after(HEARD, answered("cv"), HEARD, answered("travel")) == "travel"
    assert topic_after(HEARD, answered("cv"), HEARD, BotUttered("hello")) == "cv"
    assert topic_after() is None


def test_a_topic_is_over_after_a_few_messages_about_nothing():
    assert topic_after(HEARD, answered("cv"), *[HEARD] * (RECENT - 1)) == "cv"
    assert topic_after(HEARD, answered("cv"), *[HEARD] * RECENT) is None


def test_what_only_opened_a_form_is_no_topic_to_ask_about():
    assert topic_after(HEARD, answered("cv"), HEARD, answered("register"), ActiveLoop("form")) == "cv"
    assert topic_after(HEARD, answered("register"), ActiveLoop("form"), HEARD, answered("cv")) == "cv"


def test_a_signpost_names_the_council_that_the_action_gave():
    custom = {"kind": "answer", "answer": "signpost-other-area", "council": "Croydon council"}
    said = BotUttered(None, {"custom": custom})
    tracker = DialogueStateTracker.from_events("someone", [HEARD, said])
    [reply] = describe_turn(tracker, 0)["replies"]
    assert (reply["answer"], reply["council"]) == ("signpost-other-area", "Croydon council")


def test_a_reply_that_says_that_an_adviser_is_in_touch_is_marked():
    said = [BotUttered("x", None, {"utter_action": name}) for name in ("utter_neet_passed", "utter_yes")]
    replies = describe_turn(DialogueStateTracker.from_events("someone", [HEARD, *said]), 0)["replies"]
    assert [reply.get("tells") for reply in replies] == [True, None]


def test_only_responses_that_there_are_tell_of_an_adviser():
    domain = yaml.safe_load(Path("domain.yml").read_text(encoding="utf-8"))
    assert domain["responses"].keys() >= TELLS
