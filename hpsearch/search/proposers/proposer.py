"""The contract of who proposes a trial's values.

A sampler that lives through a whole search carries a random state that depends on all it was ever
asked. One that is made for a single trial, from the study's seed and the trial's number, makes the
proposal a function of the space, the history, the number and the seed.
"""

from dataclasses import dataclass
from typing import Any, Protocol

import optuna

from hpsearch.calls import SideProcess
from hpsearch.seeds import sampler_seed
from hpsearch.space.space import Space


@dataclass(frozen=True, slots=True)
class Turn:
    """The trial that values are proposed for.

    Attributes:
        number: Counted from 0; trials are asked in this order.
        seed: The study's.
        side: A process for what this one must not import.
    """

    space: Space
    number: int
    seed: int
    side: SideProcess

    @property
    def sampler_seed(self) -> int:
        """A seed of this trial's own, 32 bits."""
        return sampler_seed(self.seed, self.number)


class Proposer(Protocol):
    """Makes the sampler of one trial, from the options of ``[search.sampler]``.

    The sampler is asked once, for the live parameters of the space in their order, and sees the
    trials so far as the Optuna study that it is given. It keeps the sampler's law and one more:

    - A value is in its parameter's domain.
    - It is a function of the options, the turn and the history. Whatever was asked before, in
      whichever process, changes nothing.

    A replayed trial is given its recorded values, and no sampler is made. What later proposals read
    of this one besides its values must therefore stand in system attributes of the trial whose
    names begin as ``record.seals.SAMPLER_PREFIXES`` has it: they are recorded with the trial, and
    the replayed one has them again.
    """

    def __call__(self, options: Any, turn: Turn, /) -> optuna.samplers.BaseSampler:
        """The sampler that proposes this trial's values."""
        ...
