"""Blocks as Markdown; all text is escaped here, and shown as it is, whatever is in it."""

import re
from collections.abc import Iterator, Sequence
from typing import assert_never

from hpsearch.report.blocks import (
    Block,
    Bullets,
    Cell,
    Code,
    Column,
    Contents,
    Figure,
    Heading,
    Listing,
    Paragraph,
    Row,
    Span,
    Strong,
    Table,
    Text,
    spans,
)

#: Text that a code span holds as it is, in a table too.
PLAIN_CODE = re.compile(r"[^`|<>&\\\s]+( [^`|<>&\\\s]+)*")


def render(blocks: Sequence[Block]) -> str:
    """Blocks with an empty line between them; figures are left out."""
    return "\n\n".join(filter(None, map(_block, blocks)))


def escape(value: object) -> str:
    """Text that Markdown shows as it is, on one line, in a table too."""
    return _escape(str(value)).strip()


def _escape(text: str) -> str:
    """Spaces at the ends are kept, so that parts of a sentence can be put together."""
    line = re.sub(r"\s+", " ", text)
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_\[\]|#~])", r"\\\1", line)


def _block(block: Block) -> str:
    match block:
        case Heading(text):
            return f"### {escape(text)}"
        case Paragraph(text):
            return _text(text)
        case Bullets(items, kind):
            marks = (
                f"{place}." if kind == "numbered" else "-" for place in range(1, 1 + len(items))
            )
            return "\n".join(
                f"{mark} {_text(item)}" for mark, item in zip(marks, items, strict=True)
            )
        case Table():
            return "\n".join(_table(block))
        case Figure():
            return ""
        case Listing(text, language):
            return _fenced(text, language)
        case Contents(entries):
            return "\n".join(
                f"{place}. **{escape(entry.title)}** {escape(entry.answer)}"
                for place, entry in enumerate(entries, start=1)
            )
    assert_never(block)


def _text(text: Text) -> str:
    return "".join(map(_span, spans(text))).strip()


def _span(span: Span) -> str:
    match span:
        case Code(text):
            return f"`{text}`" if PLAIN_CODE.fullmatch(text) else escape(text)
        case Strong(text):
            return f"**{escape(text)}**"
    return _escape(span)


def _table(table: Table) -> Iterator[str]:
    if table.caption:
        yield f"{escape(table.caption)}:\n"
    yield _line(head for column in table.columns for head in _heads(column))
    yield _line(
        "---:" if column.kind == "number" else "---"
        for column in table.columns
        for _ in _heads(column)
    )
    for row in table.rows:
        yield _line(_cells(table.columns, row))


def _heads(column: Column) -> Iterator[str]:
    group = f"{column.group}: " if column.group else ""
    yield escape(f"{group}{column.title}")
    if column.notes:
        yield escape(column.notes)


def _cells(columns: Sequence[Column], row: Row) -> Iterator[str]:
    """A cell's note has a cell of its own where its column says what notes are."""
    for column, value in zip(columns, row, strict=True):
        cell = value if isinstance(value, Cell) else Cell(value or "")
        text = _text(cell.text)
        words = [f"**{text}**" if cell.strong and text else text, escape(cell.note)]
        yield from words if column.notes else [" ".join(filter(None, words))]


def _line(cells: Iterator[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _fenced(text: str, language: str) -> str:
    """A block of code whose fence is longer than any run of backticks in it."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"
