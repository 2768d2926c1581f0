"""An answer's small Markdown (paragraphs, bold, lists, https links) as safe HTML and as plain text.

Placeholders are filled after the Markdown is read, so that what an area's details hold is never markup.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from functools import cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from handoff.content.facts import Words, fill

TAGS = {"p", "br", "strong", "ul", "ol", "li", "a"}
_BRACES = re.compile("%7B([^%]*)%7D")


def to_html(markdown: str, words: Words) -> str:
    """The text as HTML with nothing in it but TAGS; other sites' links open beside the chat."""
    reader = _reader()
    made = nh3.clean(
        reader.renderer.render(_parsed(markdown, words), reader.options, {}),
        tags=TAGS,
        attributes={"a": {"href"}},
        attribute_filter=_only_https,
        link_rel="noopener noreferrer",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
    return fill(made, {name: type(said)(html.escape(said)) for name, said in words.items()}).strip()


def to_text(markdown: str, words: Words) -> str:
    """The text as anyone can read it anywhere: lists as "- ", links as "name (address)"."""
    return fill("".join(_said(_parsed(markdown, words))).strip(), words)


def links(markdown: str, words: Words) -> list[str]:
    """Every address that the text links to."""
    inline = [child for token in _parsed(markdown, words) for child in token.children or ()]
    return [str(child.attrGet("href")) for child in inline if child.type == "link_open"]


def _parsed(markdown: str, words: Words) -> list[Token]:
    """The text's tokens, with the addresses that are a placeholder filled in."""
    tokens = _reader().parse(markdown)
    for child in (child for token in tokens for child in token.children or ()):
        if child.type == "link_open":
            child.attrSet("href", fill(_BRACES.sub(r"{\1}", str(child.attrGet("href"))), words))
    return tokens


def _only_https(tag: str, attribute: str, value: str) -> str | None:
    return value if attribute != "href" or value.startswith("https://") else None


@cache
def _reader() -> MarkdownIt:
    reader = MarkdownIt("zero", {"html": False})
    return reader.enable(["list", "newline", "escape", "emphasis", "link"])


def _said(tokens: Sequence[Token]) -> Iterator[str]:
    """Blocks end with a blank line, list items with one line."""
    numbers: list[int | None] = []
    for token in tokens:
        match token.type:
            case "bullet_list_open":
                numbers.append(None)
            case "ordered_list_open":
                numbers.append(int(token.attrGet("start") or 1))
            case "bullet_list_close" | "ordered_list_close":
                numbers.pop()
                yield "" if numbers else "\n"
            case "list_item_open":
                yield _marker(numbers)
            case "inline":
                yield from _inline(token.children or ())
            case "paragraph_close":
                yield "\n" if numbers else "\n\n"


def _marker(numbers: list[int | None]) -> str:
    number = numbers[-1]
    if number is None:
        return "- "
    numbers[-1] = number + 1
    return f"{number}. "


def _inline(children: Sequence[Token]) -> Iterator[str]:
    name, address = "", ""
    for child in children:
        match child.type:
            case "text" | "text_special":
                name += child.content
                yield child.content
            case "softbreak" | "hardbreak":
                yield "\n"
            case "link_open":
                name, address = "", str(child.attrGet("href"))
            case "link_close" if name != address:
                yield f" ({address})"
