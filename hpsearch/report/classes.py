"""How a report calls the classes of a study: by their names, or by labels where they have none."""

from collections.abc import Sequence
from dataclasses import dataclass

#: Letters of a class's name in a figure or a table's head.
LETTERS = 24


@dataclass(frozen=True, slots=True)
class ClassNames:
    """The names of classes by their places; none where they are labels, 0 and 1."""

    names: Sequence[str]

    def call(self, place: int) -> str:
        """``1``, or a name that is short enough for a figure."""
        if not self.names:
            return str(place)
        name = self.names[place]
        return name if len(name) <= LETTERS else f"{name[: LETTERS - 1]}…"

    def rows(self, place: int) -> str:
        """What stands behind ``rows of``: ``label 1`` or ``class yes``."""
        return f"{'class' if self.names else 'label'} {self.call(place)}"

    def have(self, place: int) -> str:
        """What rows of it do: ``have label 1`` or ``are of class yes``."""
        return f"{'are of' if self.names else 'have'} {self.rows(place)}"
