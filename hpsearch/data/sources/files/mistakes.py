"""All mistakes of a file in one message: where, which rule, what was found, and the way out."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hpsearch.errors import DataError, named, printable

#: Mistakes that are told; more are counted.
MOST_TOLD = 20


@dataclass(frozen=True, slots=True)
class Mistake:
    """A mistake of a file.

    Attributes:
        place: ``line 7``, ``row 7`` of a file without lines, or a column.
        rule: What must hold, and what was found.
        way_out: What to do about it; told once where several have the same.
        count: How many cells or lines it stands for.
        untold: How many more make the same mistake.
    """

    place: str
    rule: str
    way_out: str
    count: int = 1
    untold: int = 0


def file_error(path: Path, mistakes: Sequence[Mistake], untold: int = 0) -> DataError:
    """The error of a file with at least one mistake: a line if it is one, else a list.

    Args:
        untold: How many mistakes there are besides.
    """
    first, told = mistakes[0], mistakes[:MOST_TOLD]
    untold += sum(mistake.untold for mistake in mistakes)
    untold += sum(mistake.count for mistake in mistakes[MOST_TOLD:])
    total = sum(mistake.count for mistake in told) + untold
    if total == 1:
        place = f", {first.place}" if first.place else ""
        return DataError(f"{named(path)}{place}: {first.rule}; {first.way_out}")
    width = max(len(printable(mistake.place)) for mistake in told)
    lines = [f"{named(path)} has {total:,} mistakes"]
    lines += [printable(f"  {mistake.place:<{width}}   {mistake.rule}") for mistake in told]
    if untold:
        lines.append(f"  and {untold:,} more")
    ways = dict.fromkeys(mistake.way_out for mistake in told)
    lines += [f"{way[:1].upper()}{way[1:]}" for way in ways]
    return DataError("\n".join(lines))
