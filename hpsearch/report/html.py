"""Blocks as HTML."""

from collections.abc import Iterator, Mapping, Sequence

from markupsafe import Markup, escape

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
from hpsearch.report.failures import Failure

#: Drawn figures of a section by name, or what stands in the place of all of them.
Drawn = Mapping[str, str | Failure] | Failure

_STYLES = {"strong": "strong", "code": "code"}
_COLUMNS = {"number": "n", "long": "long", "quiet": "quiet"}


def render(blocks: Sequence[Block], figures: Drawn) -> Markup:
    """Blocks in their order; text is escaped, figures stand as they were drawn."""
    return Markup("\n").join(_block(block, figures) for block in blocks)


def _block(block: Block, figures: Drawn) -> Markup:
    match block:
        case Heading(text):
            return _element("h3", text)
        case Paragraph(line, kind):
            return _element("p", _line(line), kind={"plain": "", "lead": "winner"}.get(kind, kind))
        case Bullets(lines, kind):
            items = Markup("\n").join(_element("li", _line(line)) for line in lines)
            tag, css = ("ol", "") if kind == "numbered" else ("ul", kind.removeprefix("plain"))
            return _element(tag, Markup("\n{}\n").format(items), kind=css)
        case Contents(titles, answers):
            return _contents(titles, answers)
        case Table():
            return _table(block)
        case Figure():
            return _figure(block, figures)
        case Code(text):
            return Markup("<pre><code>{}</code></pre>").format(text)


def _element(tag: str, content: str, *, kind: str = "", more: str = "") -> Markup:
    css = Markup(' class="{}"').format(kind) if kind else ""
    return Markup("<{0}{1}{2}>{3}</{0}>").format(
        Markup(tag), css, Markup(f" {more}" if more else ""), content
    )


def _line(line: Line) -> Markup:
    return escape(line) if isinstance(line, str) else Markup("").join(map(_span, line))


def _span(span: Span) -> Markup:
    tag = _STYLES.get(span.style)
    return _element(tag, span.text) if tag else escape(span.text)


def _contents(titles: Mapping[str, str], answers: Mapping[str, str]) -> Markup:
    items = Markup("\n").join(
        Markup('<li><a href="#{}">{}</a> {}</li>').format(name, title, answers[name])
        for name, title in titles.items()
    )
    return Markup('<nav class="contents" aria-label="Contents"><ol>\n{}\n</ol></nav>').format(items)


def _figure(figure: Figure, figures: Drawn) -> Markup:
    drawn = figures if isinstance(figures, Failure) else figures[figure.name]
    if isinstance(drawn, Failure):
        return _element("p", drawn.sentence, kind="absent")
    return Markup("<figure>\n{}\n<figcaption>{}</figcaption>\n</figure>").format(
        Markup(drawn), figure.caption
    )


def _table(table: Table) -> Markup:
    parts = [_element("caption", table.caption)] if table.caption else []
    if any(column.title for column in table.columns):
        parts.append(_element("thead", Markup("\n").join(_heads(table))))
    rows = Markup("\n").join(_row(table.columns, row) for row in table.rows)
    parts.append(_element("tbody", Markup("\n{}\n").format(rows)))
    body = Markup("<table>\n{}\n</table>").format(Markup("\n").join(parts))
    return Markup('<div class="table" role="region" aria-label="{}" tabindex="0">{}</div>').format(
        table.label, body
    )


def _heads(table: Table) -> Iterator[Markup]:
    """One row of heads, or two where columns have groups."""
    if not table.groups:
        yield _element("tr", Markup("").join(_head(column) for column in table.columns))
        return
    columns, upper, lower = list(table.columns), [], []
    for title, count in table.groups:
        group, columns = columns[:count], columns[count:]
        if title:
            more = f'scope="colgroup" colspan="{count}"'
            upper.append(_element("th", title, kind="group", more=more))
            lower += [_head(column) for column in group]
        else:
            upper += [_head(column, more='rowspan="2"') for column in group]
    yield from (_element("tr", Markup("").join(cells)) for cells in (upper, lower))


def _head(column: Column, more: str = "") -> Markup:
    kind = "n" if column.kind == "number" else ""
    return _element("th", column.title, kind=kind, more=f'scope="col" {more}'.strip())


def _row(columns: Sequence[Column], row: Sequence[Cell | str | None]) -> Markup:
    cells = (
        _cell(column, cell if isinstance(cell, Cell) else Cell(cell))
        for column, cell in zip(columns, row, strict=True)
        if cell is not None
    )
    return _element("tr", Markup("").join(cells))


def _cell(column: Column, cell: Cell) -> Markup:
    content = _span(Span(cell.text, cell.style)) if cell.text else Markup("")
    if cell.note:
        content += Markup('<br><span class="quiet">{}</span>').format(cell.note)
    more = f'rowspan="{cell.rows}"' if cell.rows > 1 else ""
    if column.kind == "name":
        return _element("th", content, more=f'scope="row" {more}'.strip())
    strong = "strong" if column.strong else ""
    kind = f"{_COLUMNS.get(column.kind, '')} {strong}".strip()
    return _element("td", content, kind=kind, more=more)
