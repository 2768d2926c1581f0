"""Training data from a content release: topics as labels, own intents, placeholder responses, no database."""

import pytest

from bot.importer import ROOT, ContentImporter, ReleaseFault, read_answers, release_folder
from tests.bot.servers import SMALL

# Rasa's YAML validator loads its extensions in an old way.
pytestmark = pytest.mark.filterwarnings("ignore:the load_module:DeprecationWarning")


@pytest.fixture
def importer(monkeypatch):
    monkeypatch.setenv("WAYLINE_RELEASE_DIR", str(SMALL / "content"))
    return ContentImporter(str(SMALL / "config.yml"), str(SMALL / "domain.yml"), [str(SMALL / "data")])


def test_examples_and_titles_become_topics_and_own_intents(importer):
    examples = importer.get_nlu_data().intent_examples
    labels = {message.get("text"): message.get_full_intent() for message in examples}
    assert labels["bus pass"] == "faq/travel" and labels["Help with travel costs"] == "faq/travel"
    assert labels["get me a human"] == "talk_to_person" and labels["hiya"] == "greet"


def test_only_topics_of_the_one_intent_get_placeholder_responses(importer):
    responses = importer.get_domain().responses
    assert responses["utter_faq/cv"] == [{"custom": {"kind": "answer", "answer": "cv"}}]
    assert "utter_faq/talk-to-person" not in responses and "utter_faq/signpost-elsewhere" not in responses


def test_the_release_is_the_named_one_else_the_live_one_else_the_seed(tmp_path, monkeypatch):
    monkeypatch.delenv("WAYLINE_RELEASE_DIR", raising=False)
    monkeypatch.setenv("WAYLINE_DATA_DIR", str(tmp_path))
    assert release_folder() == ROOT / "data" / "content"
    (tmp_path / "releases" / "current").mkdir(parents=True)
    assert release_folder() == tmp_path / "releases" / "current"
    monkeypatch.setenv("WAYLINE_RELEASE_DIR", str(SMALL))
    assert release_folder() == SMALL


@pytest.mark.parametrize(
    "content",
    [
        "- slug: a\n  title: 3\n  examples: []\n",
        "- title: A\n  examples: []\n",
        "- slug: a\n  title: A\n  examples: ['', x]\n",
        "- slug: a\n  title: A\n",
        "- slug: a\n  title: A\n  examples:\n",
        "- a\n",
    ],
)
def test_an_answer_without_its_words_is_named(tmp_path, content):
    (tmp_path / "money.yml").write_text(content)
    with pytest.raises(ReleaseFault, match=r"money\.yml, entry 1"):
        read_answers(tmp_path)


@pytest.mark.parametrize("content", ["", "# all of it was cut off\n", "slug: a\n"])
def test_a_file_without_its_list_is_a_fault_not_an_empty_one(tmp_path, content):
    (tmp_path / "money.yml").write_text(content)
    with pytest.raises(ReleaseFault, match=r"money\.yml"):
        read_answers(tmp_path)


def test_a_release_without_files_is_a_fault(tmp_path):
    with pytest.raises(ReleaseFault):
        read_answers(tmp_path)
