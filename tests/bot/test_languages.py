"""A message in another language is answered in it, on handoff's word; every translation is whole."""

import pytest
import yaml

from bot.translations import SHIPPED, translated
from tests.bot.servers import ROOT

LANGUAGES = ("pl", "so", "bn", "ar", "es", "uk", "pt", "ro", "tr")
SAID = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))


def foreign(language, **more):
    """The context of a message that handoff heard to be in a language."""
    return {"language": language, "foreign": True, "waiting": False, "choice": None, **more}


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_message_in_a_language_gets_its_own_words_and_a_person_offered_in_them(talk, code):
    [reply] = talk.hear("words in that language", **foreign(code))
    said = SAID[code]["other_language"]
    assert (reply["kind"], reply["text"], reply["language"]) == ("choices", said["text"].strip(), code)
    assert reply["sms"] == said["sms"]
    assert reply["choices"] == [{"text": said["choice"], "answer": "talk-to-person"}]


def test_a_language_without_a_translation_gets_plain_english(talk):
    [reply] = talk.hear("je cherche un boulot", **foreign("fr"))
    assert (reply["text"], reply["choices"][0]["answer"]) == ("Only English", "talk-to-person")


def test_once_an_adviser_has_it_nothing_is_offered_again(talk):
    [reply] = talk.hear("dziekuje", **foreign("pl", waiting=True))
    assert (reply["kind"], reply["choices"]) == ("talk", [])
    assert reply["text"] == SAID["pl"]["other_language_waiting"]["text"]


def test_the_language_is_understood_whatever_the_words_look_like(talk):
    _, answer = talk.say("hello", **foreign("so"))
    assert answer["understood"]["intent"] == "other_language" and answer["understood"]["ranking"] == []


def test_a_tapped_choice_and_a_form_s_answer_mean_what_they_are(talk):
    choice = {"text": "Porozmawiaj z doradcą", "answer": "talk-to-person"}
    _, answer = talk.say(choice["text"], **foreign("pl", choice=choice))
    assert answer["understood"]["intent"] == "talk_to_person"
    talk.say("start the colour form")
    _, answer = talk.say("czerwony", **foreign("pl"))
    assert answer["form"] == "colour_form" and answer["understood"]["intent"] != "other_language"


def test_a_language_only_asked_for_changes_no_meaning(talk):
    _, answer = talk.say("how do I write a cv", language="pl", foreign=False)
    assert answer["understood"]["topic"] == "cv"


def test_every_language_has_every_text_for_web_and_sms_and_words_to_tap():
    assert set(SAID) == set(LANGUAGES)
    for code, responses in SAID.items():
        assert set(responses) == {
            "other_language",
            "other_language_waiting",
            "person_requested_interpreter",
        }, code
        assert all(words["text"].strip() and words["sms"].strip() for words in responses.values()), code
        assert responses["other_language"]["choice"].strip(), code
        told = responses["person_requested_interpreter"]
        assert "{when}" in told["text"] and "{when}" in told["sms"], code


def test_every_translated_response_has_english_words_too():
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    assert set(translated()) <= set(domain["responses"])
