"""The vocabulary: the shipped file is sound, and every bad entry is named at once."""

import copy

import pytest
import yaml

from bot.vocabulary import SHIPPED, VocabularyFaults, load_vocabulary, parse_vocabulary


@pytest.fixture
def content():
    return yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))


def faults_of(content):
    with pytest.raises(VocabularyFaults) as caught:
        parse_vocabulary(content)
    return caught.value.faults


def test_the_shipped_vocabulary_is_sound_and_orders_levels():
    levels = load_vocabulary().levels
    assert sorted(levels, key=lambda code: levels[code].rank) == ["routine", "concern", "urgent", "emergency"]


def test_every_bad_entry_is_named_at_once(content):
    content["levels"][0].pop("rank")
    content["reasons"][1]["due"] = {"weeks": 1}
    content["categories"].append({"code": "", "label": "Nothing", "colour": "red"})
    assert len(faults_of(content)) == 4


@pytest.mark.parametrize("name", ["levels", "outcomes", "roles"])
def test_a_code_that_is_there_twice_is_a_fault(content, name):
    content[name].append(copy.deepcopy(content[name][0]))
    assert f"{name}[{len(content[name]) - 1}]: {content[name][0]['code']} is there twice" in faults_of(
        content
    )


def test_codes_named_elsewhere_must_exist(content):
    content["outcomes"][0]["for"].append("nowhere")
    content["roles"][0]["rights"].append("everything")
    content["choices"][0] |= {"level": "dire", "categories": ["gloom"]}
    assert [fault.split(": ")[1] for fault in faults_of(content)] == [
        "no reason nowhere",
        "no right everything",
        "no level dire",
        "no category gloom",
    ]


@pytest.mark.parametrize("content", [None, [], "levels", {"levels": "x"}, {"words": []}])
def test_a_file_of_another_shape_is_a_fault(content):
    assert faults_of(content)


@pytest.mark.parametrize(
    "such", [{"clock": "none", "claim_minutes": 5}, {"clock": "any_hour"}, {"clock": "by_lunch"}]
)
def test_a_level_that_has_minutes_counts_them_at_any_hour(content, such):
    content["levels"][1] = {"code": "concern", "label": "Concern", "rank": 1, **such}
    [fault] = faults_of(content)[:1]
    assert fault.startswith("levels[1] (concern): ") and "clock" in fault
