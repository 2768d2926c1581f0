"""An answer's Markdown is safe HTML on the web and readable words anywhere else."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.content.areas import load_areas
from handoff.content.markdown import TAGS, links, to_html, to_text

CAMDEN = load_areas()["camden"].words
MARKUP = st.text(alphabet=st.sampled_from("ab <>&\"'*_[](){}:/.#`\n-1\\!~") | st.characters(codec="utf-8"))


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Go **now**.", "<p>Go <strong>now</strong>.</p>"),
        ("- one\n- two", "<ul>\n<li>one</li>\n<li>two</li>\n</ul>"),
        (
            "See [GOV.UK](https://www.gov.uk/x).",
            '<p>See <a href="https://www.gov.uk/x" target="_blank" rel="noopener noreferrer">GOV.UK</a>.</p>',
        ),
        ("<script>x</script>", "<p>&lt;script&gt;x&lt;/script&gt;</p>"),
        ("Ring {area.phone}", "<p>Ring 020 7946 0101</p>"),
    ],
)
def test_the_small_markdown_is_all_there_is(written: str, shown: str) -> None:
    assert to_html(written, CAMDEN) == shown


@pytest.mark.parametrize(
    "address",
    ["http://x.example", "javascript:alert(1)", "mailto:a@b.example", "//x.example", "/x", "https:x"],
)
def test_only_https_links_lead_anywhere(address: str) -> None:
    assert "href" not in to_html(f"[here]({address})", CAMDEN)


def test_what_an_area_says_is_never_markup() -> None:
    odd = {"area.name": "<b>**Cam**</b> & [x](https://x.example)"}
    assert "&lt;b&gt;**Cam**&lt;/b&gt; &amp; [x]" in to_html("In {area.name}", odd)


def test_plain_text_keeps_lists_and_says_where_links_lead() -> None:
    written = "Look at **[UCAS](https://ucas.com)**:\n\n1. apply\n2. wait\n\n- or ask {area.name}"
    read = "Look at UCAS (https://ucas.com):\n\n1. apply\n2. wait\n\n- or ask Camden"
    assert to_text(written, CAMDEN) == read


def test_a_link_that_is_its_own_name_is_said_once() -> None:
    assert to_text("[https://ucas.com](https://ucas.com)", CAMDEN) == "https://ucas.com"


def test_every_link_of_a_text_can_be_listed() -> None:
    written = "[a](https://a.example) and\n\n- [b](http://b.example) [c]({area.website})"
    assert links(written, CAMDEN) == ["https://a.example", "http://b.example", CAMDEN["area.website"]]


def test_a_link_may_lead_where_an_area_says() -> None:
    shown = to_html("[Help]({area.privacy})", CAMDEN)
    assert f'<a href="{CAMDEN["area.privacy"]}"' in shown
    assert to_text("[Help]({area.privacy})", CAMDEN) == f"Help ({CAMDEN['area.privacy']})"


@pytest.mark.parametrize("said", ["javascript:alert(1)", "http://x.example", '"><script>', "x"])
def test_a_filled_in_link_is_held_to_the_same_rule(said: str) -> None:
    shown = to_html("[here]({area.x})", {"area.x": said})
    assert "href" not in shown and "script" not in shown


@given(MARKUP)
def test_no_text_can_bring_in_any_other_tag_or_attribute(written: str) -> None:
    made = to_html(written, CAMDEN)
    for tag in re.findall(r"<[^>]*>?", made):
        plain = re.fullmatch(r"</?([a-z]+)>", tag)
        link = re.fullmatch(r'<a( href="https://[^"<>]*")? target="_blank" rel="noopener noreferrer">', tag)
        start = re.fullmatch(r'<ol( start="\d+")?>', tag)
        assert (plain and plain[1] in TAGS) or link or start, tag


@given(MARKUP)
def test_any_text_has_a_plain_form(written: str) -> None:
    assert to_text(written, CAMDEN) == to_text(written, CAMDEN).strip()
