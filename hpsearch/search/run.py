"""A run: one training by its name, whatever it is a training of."""

from dataclasses import dataclass

from hpsearch.models.network import Knobs, Network
from hpsearch.record.histories import identity
from hpsearch.study.sections import TrainingSection
from hpsearch.training.segment import Segment, State


@dataclass(frozen=True, slots=True)
class Run:
    """A training with a seed.

    Attributes:
        name: In ``curves/`` and ``checkpoints/``.
        label: The name for people.
        training: Batch size, patience and the most epochs.
    """

    name: str
    label: str
    network: Network
    knobs: Knobs
    seed: int
    training: TrainingSection

    @property
    def identity(self) -> str:
        """Digest of all that it depends on besides the rows, 64 hex digits."""
        return identity(self.network, self.knobs, self.seed, self.training)

    def segment(self, first: int, last: int, state: State | None) -> Segment:
        """Its epochs after ``first`` up to ``last``, from the state after ``first``."""
        return Segment(self.network, self.knobs, self.seed, first, last, state)
