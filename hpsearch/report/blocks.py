"""What a section of the report is made of: values that every format renders in its own way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

#: How a piece of text is set apart.
Style = Literal["plain", "strong", "code"]


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text in a style of its own."""

    text: str
    style: Style = "plain"


#: Text as it is, or pieces of it.
Line = str | Sequence[Span]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a section."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph.

    Attributes:
        kind: ``quiet`` for what explains, ``absent`` for what stands in the place of something,
            ``lead`` for what comes first.
    """

    line: Line
    kind: Literal["plain", "quiet", "absent", "lead"] = "plain"


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list; ``verdict`` for the sentences that a section begins with."""

    lines: Sequence[Line]
    kind: Literal["plain", "verdict", "numbered"] = "plain"


@dataclass(frozen=True, slots=True)
class Contents:
    """The report's contents: by section its title and what it answers."""

    titles: Mapping[str, str]
    answers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table.

    Attributes:
        note: What stands below the text, or behind it where there is one line.
        rows: How many rows it is for; those below leave it out, as None.
    """

    text: str
    note: str = ""
    style: Style = "plain"
    rows: int = 1


#: A cell for each column; text stands for a cell, None for one that goes on from above.
Row = Sequence[Cell | str | None]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes:
        kind: ``name`` for what names a row, ``number`` on the right, ``long`` for text that wraps.
        strong: Whether its cells are what one looks for.
    """

    title: str
    kind: Literal["name", "text", "number", "long", "quiet"] = "text"
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Attributes:
        label: What it is called where it cannot be seen.
        groups: Titles over several columns each, with how many, for all columns.
    """

    columns: Sequence[Column]
    rows: Sequence[Row]
    label: str
    caption: str = ""
    groups: Sequence[tuple[str, int]] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the section by its name; formats without figures leave it out."""

    name: str
    caption: str


@dataclass(frozen=True, slots=True)
class Code:
    """Text of a program or a file; ``language`` as Markdown names it."""

    text: str
    language: str = ""


Block = Heading | Paragraph | Bullets | Contents | Table | Figure | Code
