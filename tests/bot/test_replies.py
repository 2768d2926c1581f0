"""What the channel makes of a turn that is in the tracker."""

from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.replies import describe_turn

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
