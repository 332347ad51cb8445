"""A run: one training by its name, whatever it is a training of."""

from dataclasses import dataclass

from hpsearch.models.recipe import Recipe
from hpsearch.training.segment import Segment, State


@dataclass(frozen=True, slots=True)
class Run:
    """A training with a seed: a trial of the search, a re-training, a baseline, an ablation.

    Attributes:
        name: In ``curves/`` and ``checkpoints/``.
        label: The name for people.
        variant: What it is a training of: a baseline's name, what an ablation leaves out, or
            ``trial`` and ``retraining``.
        index: Counts the seeds of one configuration.
        fold: Counts the study's folds.
    """

    name: str
    label: str
    variant: str
    recipe: Recipe
    seed: int
    index: int = 0
    fold: int = 0

    @property
    def identity(self) -> str:
        """Digest of all that it depends on besides the rows, 64 hex digits."""
        return self.recipe.identity(self.seed, self.fold)

    def segment(self, first: int, last: int, state: State | None) -> Segment:
        """Its epochs after ``first`` up to ``last``, from the state after ``first``."""
        return Segment(self.recipe, self.seed, first, last, state, self.fold)
