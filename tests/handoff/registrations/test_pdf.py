"""The PDFs: whatever somebody is called, there is one, it is tagged, and what it cannot print it says."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handoff.registrations.documents import Document
from handoff.registrations.pdf import FONTS, make_pdf

NOW = datetime(2026, 11, 22, 13, 0, 0, 5, tzinfo=UTC)
PRINTED = {
    "latin": "Siân O'Brien-Łukasz Nguyễn Văn Ánh",
    "cyrillic": "Иван Петров",
    "greek": "Ελένη Παπαδοπούλου",
    "arabic": "محمد عبد الرحمن",
    "persian_and_urdu": "پرویز گلزار ٹیپو",
    "hebrew": "שרה כהן",
    "bengali": "রহিমা খাতুন",
    "hindi": "आर्या शर्मा",
    "gurmukhi": "ਗੁਰਪ੍ਰੀਤ ਕੌਰ",
    "gujarati": "નિશા પટેલ",
    "tamil": "நித்யா",
    "sinhala": "නිමල්",
    "amharic": "የሱፍ ትግርኛ",
    "chinese": "王小明 陳怡君",
    "japanese": "さくら 佐藤",
    "korean": "김민수",
    "thai": "สมชาย",
}


def document(name: str) -> Document:
    return Document(
        title="Your registration",
        authority="Camden",
        foot="WAY-7K4M2P",
        status="Ended",
        intro=[name],
        facts=[("Name", name), ("Reference", "WAY-7K4M2P")],
        sections=[("What next", [name])],
        closing=[name],
    )


def opened(name: str) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(make_pdf(document(name), NOW)))


def is_boxed(name: str) -> bool:
    """Whether the paper says that boxes stand for what it cannot print: then it has one paragraph more."""
    with opened(name) as made, opened("Aisha") as plain:
        return _paragraphs(made) > _paragraphs(plain)


def _paragraphs(made: pikepdf.Pdf) -> int:
    return sum(isinstance(one, pikepdf.Dictionary) and one.get("/S") == "/P" for one in made.objects)


@pytest.mark.parametrize("name", PRINTED.values(), ids=PRINTED)
def test_a_name_in_any_of_these_scripts_is_printed_whole(name: str) -> None:
    assert not is_boxed(name)
    with opened(name) as made:
        assert made.check_pdf_syntax() == [] and len(made.pages) == 1


@pytest.mark.parametrize("name", ["Sam 😀", "ᏣᎳᎩ", "བོད", "\ue000"])
def test_what_no_font_has_becomes_a_box_and_the_paper_is_still_made(name: str) -> None:
    assert is_boxed(name)
    with opened(name) as made:
        assert made.check_pdf_syntax() == []


@pytest.mark.parametrize(
    "name",
    [
        '#panic("x")',
        '#read("/etc/passwd") $x^2$ *b* _i_ `c` <label> @ref // /* \\ ]',
        '"; #set page(fill: red)',
        "= Heading\n- list",
        "W" * 2_000,
        "\u202eevil\u2066\u200f",
        "Z̸̢̛͙̦a̴̡̛l̶g̷o" * 20,
        "",
        "\x00",
    ],
)
def test_a_hostile_name_is_only_ever_a_name(name: str) -> None:
    with opened(name) as made:
        assert made.check_pdf_syntax() == [] and str(made.docinfo["/Title"]) == "Your registration"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_whatever_is_said_makes_a_paper(name: str) -> None:
    with opened(name) as made:
        assert made.Root.MarkInfo.Marked


def test_the_same_paper_at_the_same_time_is_the_same_file() -> None:
    assert make_pdf(document("Aisha"), NOW) == make_pdf(document("Aisha"), NOW)


def test_every_fact_is_a_row_of_a_table_and_every_heading_a_heading() -> None:
    with opened("Aisha") as made:
        found = [one for one in made.objects if isinstance(one, pikepdf.Dictionary)]
    assert {"/Title", "/Table", "/TH", "/TD", "/H1", "/P"} <= {str(one.get("/S")) for one in found}


def test_the_fonts_are_there_with_their_licence() -> None:
    assert len(list(FONTS.glob("*.ttf"))) == 21 and "SIL OPEN FONT LICENSE" in (FONTS / "OFL.txt").read_text()
