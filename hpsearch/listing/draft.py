"""What was found in a table, in a few lines."""

from collections import Counter

from hpsearch.draft.classes import LEAST_ROWS, say_rows
from hpsearch.draft.draft import Draft
from hpsearch.errors import shown

__all__ = ["say_draft"]

#: Columns that are left out and named; the study file has all of them.
NAMED = 8

PLURALS = {
    "number": "numbers",
    "boolean": "booleans",
    "category": "categories",
    "date": "dates",
    "words": "texts of words",
}


def say_draft(draft: Draft) -> str:
    """Rows, columns by their kinds, what is predicted, what is left out and why."""
    profile, target = draft.profile, draft.target
    counts = Counter(column.finding for column in draft.used)
    kinds = ", ".join(
        f"{count:,} {kind if count == 1 else PLURALS[kind]}" for kind, count in counts.items()
    )
    classes = f": {', '.join(map(shown, target.classes))}" if target.classes else ""
    lines = [
        f"  rows      {profile.rows:,}",
        f"  predicts  {shown(target.label)}, {target.task} ({target.reason}){classes}",
        f"  columns   {kinds}",
    ]
    if target.rare:
        lines.append(
            f"  left out  rows of {say_rows(target.rare)}: train, validation and test each need a "
            f"row of a class; give at least {LEAST_ROWS}, or merge classes"
        )
    for column in draft.dropped[:NAMED]:
        lines.append(f"  left out  {shown(column.name)}: {column.reason}")
    if len(draft.dropped) > NAMED:
        lines.append(f"  left out  {len(draft.dropped) - NAMED:,} more, in the study file")
    lines += (f"  note      {remark}" for remark in profile.remarks)
    return "\n".join(lines)
