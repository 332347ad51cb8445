"""Blocks are the same text in HTML and in Markdown, whatever is in them."""

import re

import pytest

from hpsearch.report import html, markdown
from hpsearch.report.blocks import (
    Block,
    Bullets,
    Cell,
    Code,
    Column,
    Contents,
    Entry,
    Figure,
    Heading,
    Listing,
    Paragraph,
    Strong,
    Table,
)
from hpsearch.report.failures import Failure
from tests.outcomes import HOSTILE

from .pages import Page

TABLE = Table(
    "Losses",
    (
        Column("model", header=True, notes="verdict"),
        Column("loss", "number", strong=True),
        Column("rows\nused", "number"),
    ),
    [
        [Cell("tiny", "worse", rows=2), Cell("0.5", "[0.4, 0.6]"), "10"],
        [None, Cell("0.6", strong=True), ""],
    ],
    "Losses of a model",
)


def test_text_is_escaped_in_every_block() -> None:
    text = Strong(HOSTILE), HOSTILE, Code(HOSTILE)
    table = Table(
        HOSTILE,
        (Column(HOSTILE, header=True, notes=HOSTILE), Column(HOSTILE, group=HOSTILE)),
        [[Cell(text, HOSTILE), Code(HOSTILE)]],
        HOSTILE,
    )
    blocks: list[Block] = [
        Heading(HOSTILE),
        Paragraph(text),
        Bullets([HOSTILE, text]),
        table,
        Figure("figure", HOSTILE, lambda: ""),
        Listing(HOSTILE),
        Contents([Entry("luck", HOSTILE, HOSTILE)]),
    ]
    source = html.render(blocks, {"figure": "<svg></svg>"})
    page = Page(f"<body>{source}</body>")
    assert page.unclosed == []
    assert not page.named("script")
    assert page.text().count(HOSTILE) == 12 + 10, "10 of them in the table"
    assert page.named("div")[0].attributes["aria-label"] == HOSTILE

    written = markdown.render([block for block in blocks if not isinstance(block, Listing)])
    assert "<script>" not in written
    for line in written.splitlines():
        if line.startswith("|"):
            assert len(re.findall(r"(?<!\\)\|", line)) == 4


def test_a_table_has_its_heads_notes_and_spans() -> None:
    page = Page(html.render([TABLE], {}))
    heads = [element for element in page.named("th") if "thead" in element.around]
    assert [head.text for head in heads] == ["model and verdict", "loss", "rowsused"]
    assert [head.attributes["scope"] for head in heads] == ["col"] * 3
    (name,) = (element for element in page.named("th") if "tbody" in element.around)
    assert name.attributes == {"scope": "row", "rowspan": "2"}
    assert [cell.text for cell in page.named("strong")] == ["0.5", "0.6"]
    assert [note.text for note in page.named("span")] == ["worse", "[0.4, 0.6]"]
    region = page.named("div")[0].attributes
    assert region == {"class": "table", "role": "region", "aria-label": "Losses", "tabindex": "0"}
    assert markdown.render([TABLE]).splitlines() == [
        "Losses of a model:",
        "",
        "| model | verdict | loss | rows used |",
        "| --- | --- | ---: | ---: |",
        r"| tiny | worse | 0.5 \[0.4, 0.6\] | 10 |",
        "|  |  | **0.6** |  |",
    ]


def test_columns_of_a_group_share_a_head() -> None:
    columns = [
        Column("run", header=True),
        *(Column(title, "number", group=group) for group in "ab" for title in ("x", "y")),
    ]
    table = Table("Groups", columns, [["1", "2", "3", "4", "5"]])
    page = Page(html.render([table], {}))
    heads = [(head.text, head.attributes.get("colspan")) for head in page.named("th")[:-1]]
    assert heads == [
        ("run", None), ("a", "2"), ("b", "2"), ("x", None), ("y", None), ("x", None), ("y", None)
    ]  # fmt: skip
    assert page.named("th")[0].attributes["rowspan"] == "2"
    assert "| run | a: x | a: y | b: x | b: y |" in markdown.render([table])


def test_without_titles_a_table_has_no_head() -> None:
    table = Table("Rows", (Column(header=True), Column(kind="number")), [["train", "10"]])
    assert not Page(html.render([table], {})).named("thead")
    assert markdown.render([table]).splitlines() == ["|  |  |", "| --- | ---: |", "| train | 10 |"]


def test_a_row_has_a_cell_for_each_column() -> None:
    table = Table("Rows", (Column("a"), Column("b")), [["one"]])
    with pytest.raises(ValueError, match="shorter"):
        html.render([table], {})
    with pytest.raises(ValueError, match="shorter"):
        markdown.render([table])


def test_a_figure_stands_in_the_page_alone_and_its_failure_in_its_place() -> None:
    figure = Figure("roc", "A caption.", lambda: "never called")
    page = Page(html.render([figure], {"roc": "<svg></svg>"}))
    assert page.named("figcaption")[0].text == "A caption."
    assert page.named("svg")[0].around == ("figure",)
    failed = html.render([figure], {"roc": Failure("figure", "ValueError: <b>")})
    assert '<p class="absent">This figure could not be made: ValueError: &lt;b&gt;.' in failed
    assert markdown.render([Heading("ROC"), figure, Paragraph("After.")]) == "### ROC\n\nAfter."


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("val_loss", "`val_loss`"),
        ("hpsearch report --no-times", "`hpsearch report --no-times`"),
        ("a`b", r"a\`b"),
        ("a|b_c", r"a\|b\_c"),
        ("<b>", "&lt;b&gt;"),
        ("", ""),
    ],
)
def test_code_in_markdown_is_escaped_where_a_code_span_would_break(text: str, written: str) -> None:
    assert markdown.render([Paragraph(("It is ", Code(text), "."))]) == f"It is {written}."


def test_a_listing_in_markdown_has_a_fence_longer_than_any_inside() -> None:
    assert markdown.render([Listing("a ``` b\n", "sh")]) == "````sh\na ``` b\n````"


def test_numbered_lists_are_numbered() -> None:
    block = Bullets(["first", "second"], "numbered")
    assert markdown.render([block]) == "1. first\n2. second"
    page = Page(html.render([block], {}))
    assert [item.around for item in page.named("li")] == [("ol",), ("ol",)]
