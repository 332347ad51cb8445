"""Blocks as Markdown: what is shown as it is, whatever is in it."""

import re
from collections.abc import Sequence

from hpsearch.report.blocks import (
    Block,
    Bullets,
    Cell,
    Code,
    Column,
    Contents,
    Figure,
    Heading,
    Line,
    Paragraph,
    Span,
    Table,
)


def render(blocks: Sequence[Block]) -> str:
    """Blocks in their order, an empty line between them."""
    texts = (_block(block) for block in blocks if not isinstance(block, Figure))
    return "\n\n".join(texts)


def escape(value: object) -> str:
    """Text that Markdown shows as it is, on one line, in a table too."""
    line = " ".join(str(value).split())
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_\[\]|#~])", r"\\\1", line)


def fenced(text: str, language: str = "") -> str:
    """A block of code whose fence is longer than any run of backticks in it."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def _block(block: Block) -> str:
    match block:
        case Heading(text):
            return f"### {escape(text)}"
        case Paragraph(line):
            return _line(line)
        case Bullets(lines, "numbered"):
            return "\n".join(f"{place}. {_line(line)}" for place, line in enumerate(lines, 1))
        case Bullets(lines):
            return "\n".join(f"- {_line(line)}" for line in lines)
        case Contents(titles, answers):
            return "\n".join(
                f"{place}. **{escape(title)}** {escape(answers[name])}"
                for place, (name, title) in enumerate(titles.items(), 1)
            )
        case Table():
            return _table(block)
        case Code(text, language):
            return fenced(text, language)
        case Figure():
            return ""


def _line(line: Line) -> str:
    return escape(line) if isinstance(line, str) else "".join(map(_span, line))


def _span(span: Span) -> str:
    match span.style:
        case "strong":
            return f"**{escape(span.text)}**"
        case "code":
            return f"`{span.text}`"
    lead = " " * (len(span.text) - len(span.text.lstrip()))
    tail = " " * (len(span.text) - len(span.text.rstrip()))
    return f"{lead}{escape(span.text)}{tail}" if span.text.strip() else " "


def _table(table: Table) -> str:
    heads = [escape(title) for title in _titles(table)]
    ruler = ["---:" if column.kind == "number" else "---" for column in table.columns]
    rows = [[_cell(cell) for cell in row] for row in table.rows]
    lines = [f"| {' | '.join(cells)} |" for cells in (heads, ruler, *rows)]
    return "\n".join([*([f"{_line(table.caption)}:", ""] if table.caption else []), *lines])


def _titles(table: Table) -> list[str]:
    """Titles of the columns, with that of their group where there are groups."""
    groups = [group for group, count in table.groups for _ in range(count)]
    columns: Sequence[Column] = table.columns
    if not groups:
        return [column.title for column in columns]
    return [
        f"{group}, {column.title}" if group else column.title
        for group, column in zip(groups, columns, strict=True)
    ]


def _cell(cell: Cell | str | None) -> str:
    match cell:
        case None:
            return ""
        case str():
            return escape(cell)
        case Cell(text, note, style):
            told = _span(Span(text, "strong")) if style == "strong" and text else escape(text)
            return f"{told} {escape(note)}".strip() if note else told
