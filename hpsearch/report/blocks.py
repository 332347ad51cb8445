"""What a section of the report is made of: headings, text, tables and figures, as plain values.

Text stands in a block as a reader reads it. What a format must escape, its renderer escapes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Code:
    """A name or a command inside a text."""

    text: str


@dataclass(frozen=True, slots=True)
class Strong:
    """Words that stand out inside a text."""

    text: str


Span = str | Code | Strong
Text = Span | tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a section."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph.

    Attributes:
        kind: ``quiet`` for a note, ``absent`` where it says why something is missing, ``highlight``
            for what to see first.
    """

    text: Text
    kind: Literal["plain", "quiet", "absent", "highlight"] = "plain"


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list; ``verdict`` is one of conclusions, the most important first."""

    items: Sequence[Text]
    kind: Literal["plain", "verdict", "numbered"] = "plain"


@dataclass(frozen=True, slots=True)
class Column:
    r"""A column of a table.

    Attributes:
        title: Its head; empty where it needs none. A line may break at ``\n``.
        kind: ``number`` is aligned to the right, ``long`` may break its lines.
        header: Whether its cells name their rows.
        strong: Whether its cells stand out.
        notes: Head of its cells' notes, where they are values of their own.
        group: Head that it shares with its neighbors of the same group.
    """

    title: str = ""
    kind: Literal["text", "number", "quiet", "long"] = "text"
    header: bool = False
    strong: bool = False
    notes: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table.

    Attributes:
        note: Belongs to the text and is quieter, such as an interval.
        strong: Whether it stands out.
        rows: How many rows it spans; in the rows below, None stands in its place.
    """

    text: Text
    note: str = ""
    strong: bool = False
    rows: int = 1


Row = Sequence[Text | Cell | None]


@dataclass(frozen=True, slots=True)
class Table:
    """A table; ``label`` names it for those who can't see it, ``caption`` stands above it."""

    label: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure; the blocks around it say in words and tables what it shows.

    Attributes:
        name: Unique in its section.
        draw: Returns an ``<svg>`` element.
    """

    name: str
    caption: str
    draw: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Listing:
    """Lines that are shown as they are."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A section in the table of contents, with its answer in a sentence."""

    section: str
    title: str
    answer: str


@dataclass(frozen=True, slots=True)
class Contents:
    """The table of contents."""

    entries: Sequence[Entry]


Block = Heading | Paragraph | Bullets | Table | Figure | Listing | Contents


def spans(text: Text) -> tuple[Span, ...]:
    """The parts of a text."""
    return text if isinstance(text, tuple) else (text,)
