"""What the channel promises to handoff, over HTTP to a real Rasa process."""

import json
import socket
import threading
import uuid
from pathlib import Path

import pytest

from tests.bot.servers import TOKEN, RasaServer, wait_until


@pytest.mark.parametrize("token", [None, "", "wrong", TOKEN + "x", "é"])
@pytest.mark.parametrize(
    ("method", "path"), [("POST", "turns"), ("GET", "ready"), ("DELETE", "conversations/x:0")]
)
def test_without_the_token_nothing_is_told_or_done(rasa, method, path, token):
    status, answer = rasa.ask(method, f"/webhooks/wayline/{path}", {}, token)
    assert status == 401 and answer["error"]["code"] == "bad_token"


@pytest.mark.parametrize(
    "spoil",
    [
        {"conversation": "no episode"},
        {"conversation": "../../x:0"},
        {"message_id": None},
        {"message_id": "x" * 65},
        {"text": None},
        {"text": ["hello"]},
        {"context": "webchat"},
        {"context": {"channel": "fax"}},
    ],
    ids=str,
)
def test_a_malformed_turn_is_refused_and_changes_nothing(talk, spoil):
    status, answer = talk.rasa.turn({**talk.body("hello"), **spoil})
    assert status == 422 and answer["error"]["code"] == "malformed"
    assert talk.texts() == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b'"text"', b"x" * 300_000])
def test_a_body_that_is_no_turn_is_refused(rasa, body):
    assert rasa.turn(body)[0] == 422


def test_ready_names_the_model(rasa):
    assert rasa.ask("GET", "/webhooks/wayline/ready") == (200, {"model": "small.tar.gz"})


def test_an_answer_comes_with_what_was_understood(talk):
    status, answer = talk.say("how do I write a cv")
    assert status == 200
    assert answer["replies"] == [{"kind": "answer", "answer": "cv", "text": None, "sms": None, "choices": []}]
    assert answer["understood"]["intent"] == "faq" and answer["understood"]["topic"] == "cv"
    assert answer["understood"]["ranking"][0]["topic"] == "cv" and answer["form"] is None


def test_a_tapped_choice_is_not_guessed(talk):
    _, answer = talk.say("Help with travel costs, please", choice={"text": "A CV", "answer": "cv"})
    assert answer["understood"]["topic"] == "cv" and answer["understood"]["confidence"] == 1


def answers(replies):
    return [reply["answer"] for reply in replies if reply["kind"] == "answer"]


def test_a_follow_up_is_about_what_was_answered_before(talk):
    assert answers(talk.hear("how do I write a cv")) == ["cv"]
    assert answers(talk.hear("how do i get it")) == ["cv"]
    assert answers(talk.hear("what", choice={"text": "what", "answer": "travel"})) == ["travel"]
    assert answers(talk.hear("how do i get it")) == ["travel"]


def test_the_same_words_in_another_conversation_are_no_follow_up(talk):
    assert answers(talk.hear("how do i get it")) == []


def test_a_follow_up_may_come_after_small_talk_but_not_much_later(talk):
    talk.hear("how do I write a cv")
    talk.hear("hello")
    assert answers(talk.hear("and how do i get it")) == ["cv"]
    for _ in range(3):
        talk.hear("hello")
    assert answers(talk.hear("and how do i get it")) != ["cv"]


def test_two_questions_get_both_answers_and_words_to_offer_the_second_by_text(talk):
    first, second = talk.hear("how do I write a cv? and can I get help with travel costs")
    assert (first["answer"], second["answer"]) == ("cv", "travel")
    assert first["sms"] is None and second["sms"] == "And for the other:"


def test_a_repeated_message_gets_the_same_replies_and_happens_once(talk):
    message_id = str(uuid.uuid4())
    first = talk.say("hello", message_id)
    talk.say("how do I write a cv")
    assert talk.say("hello", message_id) == first
    assert talk.texts() == ["hello", "how do I write a cv"]


def test_the_same_message_many_times_at_once_happens_once(talk):
    body, answers = talk.body("hello"), []
    threads = [threading.Thread(target=lambda: answers.append(talk.rasa.turn(body))) for _ in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(answers) == 8 and all(answer == answers[0] and answer[0] == 200 for answer in answers)
    assert talk.texts() == ["hello"]


def test_not_understood_twice_offers_a_person(talk):
    kinds = [talk.hear(text)[0] for text in ["...", "???", "hello", "?!"]]
    assert [reply["kind"] for reply in kinds] == ["fallback", "fallback", "talk", "fallback"]
    assert [bool(reply["choices"]) for reply in kinds] == [False, True, False, False]


def test_choices_are_the_likeliest_topics_for_handoff_to_title(talk):
    _, answer = talk.say("help with")
    topics = [topic["topic"] for topic in answer["understood"]["ranking"]]
    choices = answer["replies"][0]["choices"]
    assert [choice["answer"] for choice in choices] == [*topics, None]
    assert [choice["text"] for choice in choices[:-1]] == [None] * len(topics)


COMMANDS = ["/restart", "//restart", " /restart", '/greet{"colour": "red"}', '/{"colour": "red"}', "/"]


@pytest.mark.parametrize("text", [*COMMANDS, "", "\ud800", "\x00", "{topic}", "a" * 5000])
def test_no_text_is_a_command_or_breaks_a_turn(talk, text):
    assert talk.hear(text)
    events = talk.rasa.events(talk.id)
    assert not [event for event in events if event["event"] == "restart" or event.get("name") == "colour"]


@pytest.mark.parametrize("how", ["FAIL", "GARBLE"])
def test_a_failed_action_is_502_and_nothing_of_the_turn_is_kept(talk, how):
    talk.hear("start the colour form")
    before, body = talk.rasa.events(talk.id), talk.body(f"{how} violet-word")
    status, answer = talk.rasa.turn(body)
    assert status == 502 and answer["error"]["code"] == "turn_failed"
    assert talk.rasa.events(talk.id) == before
    assert talk.hear("red")[0]["text"] == "Which animal?"


def test_no_words_reach_the_log_whether_a_turn_fails_or_not(talk):
    talk.hear("hello violet-word")
    talk.hear("start the colour form")
    for how in ("FAIL", "GARBLE"):
        body = talk.body(f"{how} violet-word", findings=[{"level": "violet-finding", "categories": []}])
        assert talk.rasa.turn(body)[0] == 502
        log = talk.rasa.log.read_text()
        assert body["message_id"] in log and "violet" not in log


def test_a_stopped_action_server_loses_nothing_of_a_form(talk, action_server):
    talk.hear("start the colour form")
    talk.hear("green")
    action_server.stop()
    body = talk.body("frog")
    assert [talk.rasa.turn(body)[0] for _ in range(3)] == [502, 502, 502]
    action_server.start()
    status, answer = talk.rasa.turn(body)
    assert status == 200 and answer["replies"][0]["text"] == "A green frog."
    assert talk.texts() == ["start the colour form", "green", "frog"]


def test_a_client_that_hangs_up_does_not_stop_its_turn(talk, action_server):
    talk.hear("start the colour form")
    body = talk.body("WAIT blue")
    hang_up(talk.rasa, body, action_server.gate.with_suffix(".reached"))
    action_server.gate.touch()
    wait_until(lambda: len(talk.texts()) == 2, "the turn of the client that left")
    status, answer = talk.rasa.turn(body)
    action_server.gate.unlink()
    assert status == 200 and answer["replies"][0]["text"] == "Which animal?"
    assert talk.texts() == ["start the colour form", "WAIT blue"]


def hang_up(rasa: RasaServer, body: dict, reached: Path) -> None:
    """Send a turn, and leave while its action waits."""
    data = json.dumps(body).encode()
    head = f"POST /webhooks/wayline/turns HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n"
    with socket.create_connection(("127.0.0.1", rasa.port)) as client:
        client.sendall(f"{head}Content-Length: {len(data)}\r\n\r\n".encode() + data)
        wait_until(reached.exists, "the action of the turn")


def test_a_deleted_conversation_is_forgotten_with_all_its_episodes(talk):
    conversation = talk.id.split(":")[0]
    talk.hear("hello")
    talk.id = f"{conversation}:1"
    talk.hear("hello")
    assert talk.rasa.ask("DELETE", f"/webhooks/wayline/conversations/{conversation}")[0] == 204
    assert talk.texts() == []
    talk.id = f"{conversation}:0"
    assert talk.texts() == []


def test_deleting_what_is_not_there_is_no_error(rasa):
    assert rasa.ask("DELETE", f"/webhooks/wayline/conversations/{uuid.uuid4()}")[0] == 204


def test_the_whole_form_in_sms(talk):
    said = ["start the colour form", "no", "red", "cat"]
    assert [talk.hear(text, channel="sms")[0]["text"] for text in said] == [
        "Which colour?",
        "Which colour?",
        "Which animal?",
        "A red cat.",
    ]


def test_a_topic_with_its_own_intent_runs_its_own_rule(talk):
    replies = talk.hear("I want to talk to a person", channel="sms")
    assert [(reply["kind"], reply["answer"] or reply["text"]) for reply in replies] == [
        ("answer", "talk-to-person"),
        ("notice", "sms"),
    ]
