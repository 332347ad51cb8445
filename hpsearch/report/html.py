"""Blocks as HTML; all text is escaped here."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import assert_never

from markupsafe import Markup, escape

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
    Row,
    Strong,
    Table,
    Text,
    spans,
)
from hpsearch.report.failures import Failure

#: Class of an element by its kind; what is not named has none.
CLASSES: Mapping[str, str] = {"highlight": "winner", "number": "n", "numbered": "", "text": ""}

LINES = Markup("\n")


def render(blocks: Sequence[Block], figures: Mapping[str, str | Failure]) -> Markup:
    """Blocks one below the other.

    Args:
        figures: By name, the drawn ``<svg>`` elements; a failure is told in place of its figure.
    """
    return LINES.join(_block(block, figures) for block in blocks)


def _block(block: Block, figures: Mapping[str, str | Failure]) -> Markup:
    match block:
        case Heading(text):
            return Markup("<h3>{}</h3>").format(text)
        case Paragraph(text, kind):
            return Markup("<p{}>{}</p>").format(_class(kind), _text(text))
        case Bullets(items, kind):
            element = "ol" if kind == "numbered" else "ul"
            lines = LINES.join(Markup("<li>{}</li>").format(_text(item)) for item in items)
            return Markup("<{0}{1}>\n{2}\n</{0}>").format(element, _class(kind), lines)
        case Table():
            return _table(block)
        case Figure(name, caption):
            return _figure(figures[name], caption)
        case Listing(text):
            return Markup("<pre><code>{}</code></pre>").format(text)
        case Contents(entries):
            return _contents(entries)
    assert_never(block)


def _text(text: Text) -> Markup:
    return Markup("").join(map(_span, spans(text)))


def _span(span: str | Code | Strong) -> Markup:
    match span:
        case Code(text):
            return Markup("<code>{}</code>").format(text)
        case Strong(text):
            return Markup("<strong>{}</strong>").format(text)
    return escape(span)


def _figure(drawn: str | Failure, caption: str) -> Markup:
    if isinstance(drawn, Failure):
        return Markup('<p class="absent">{}</p>').format(drawn.sentence)
    parts = Markup(drawn), caption
    return Markup("<figure>\n{}\n<figcaption>{}</figcaption>\n</figure>").format(*parts)


def _contents(entries: Sequence[Entry]) -> Markup:
    item = Markup('<li><a href="#{}">{}</a> {}</li>')
    lines = LINES.join(item.format(entry.section, entry.title, entry.answer) for entry in entries)
    return Markup('<nav class="contents" aria-label="Contents"><ol>\n{}\n</ol></nav>').format(lines)


def _table(table: Table) -> Markup:
    region = Markup('<div class="table" role="region" aria-label="{}" tabindex="0"><table>\n{}')
    rows = LINES.join(_row(table.columns, row) for row in table.rows)
    body = Markup("<tbody>\n{}\n</tbody>\n</table></div>").format(rows)
    return region.format(table.label, LINES.join([*_above(table), body]))


def _above(table: Table) -> Iterator[Markup]:
    """The caption and the heads, where there are any."""
    if table.caption:
        yield Markup("<caption>{}</caption>").format(table.caption)
    grouped = [column for column in table.columns if column.group]
    if grouped:
        heads = (_group(*group) for group in groupby(table.columns, lambda column: column.group))
        first, second = Markup("").join(heads), Markup("").join(map(_head, grouped))
        yield Markup("<thead>\n<tr>{}</tr>\n<tr>{}</tr>\n</thead>").format(first, second)
    elif any(column.title for column in table.columns):
        row = Markup("").join(map(_head, table.columns))
        yield Markup("<thead><tr>{}</tr></thead>").format(row)


def _group(title: str, columns: Iterator[Column]) -> Markup:
    """Heads in the upper of two rows."""
    if not title:
        return Markup("").join(_head(column, Markup(' rowspan="2"')) for column in columns)
    head = Markup('<th scope="colgroup" colspan="{}" class="group">{}</th>')
    return head.format(len([*columns]), title)


def _head(column: Column, span: Markup = Markup("")) -> Markup:  # noqa: B008 - it is immutable
    notes = f" and {column.notes}" if column.notes else ""
    title = Markup("<br>").join(f"{column.title}{notes}".split("\n"))
    number = _class("number" if column.kind == "number" else "text")
    return Markup('<th scope="col"{}{}>{}</th>').format(span, number, title)


def _row(columns: Sequence[Column], row: Row) -> Markup:
    cells = (
        _cell(column, cell if isinstance(cell, Cell) else Cell(cell))
        for column, cell in zip(columns, row, strict=True)
        if cell is not None
    )
    return Markup("<tr>{}</tr>").format(Markup("").join(cells))


def _cell(column: Column, cell: Cell) -> Markup:
    text = _text(cell.text)
    if (column.strong or cell.strong) and text:
        text = Markup("<strong>{}</strong>").format(text)
    if cell.note:
        text += Markup('<br><span class="quiet">{}</span>').format(cell.note)
    rows = Markup(' rowspan="{}"').format(cell.rows) if cell.rows > 1 else Markup("")
    if column.header:
        return Markup('<th scope="row"{}>{}</th>').format(rows, text)
    return Markup("<td{}{}>{}</td>").format(_class(column.kind), rows, text)


def _class(kind: str) -> Markup:
    name = CLASSES.get(kind, "" if kind == "plain" else kind)
    return Markup(' class="{}"').format(name) if name else Markup("")
