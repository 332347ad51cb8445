"""What is known of the epochs that a run has been trained: its curve, and digests of its states."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from hpsearch.training.segment import Curve, Progress


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """The epochs of a run from the first on.

    Attributes:
        curve: As ``Curve``, a row for each epoch.
        digests: ``Progress.digest`` after the epochs at which a segment ended.
    """

    curve: Curve
    digests: Mapping[int, str]

    def __len__(self) -> int:
        """How many epochs it holds."""
        return len(self.curve)

    def until(self, epoch: int) -> "History":
        """Its beginning, up to and with ``epoch``."""
        kept = {after: digest for after, digest in self.digests.items() if after <= epoch}
        return History(self.curve[:epoch], kept)

    def then(self, progress: Progress) -> "History":
        """This history and the segment that was trained after it."""
        return History(
            np.concatenate([self.curve, progress.curve]),
            {**self.digests, progress.state.epoch: progress.digest},
        )


#: The history of a run that has not begun; two metrics as in ``metrics.CURVE_METRICS``.
UNTRAINED = History(np.zeros((0, 2, 2), np.float32), {})
