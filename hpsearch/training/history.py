"""What is known of the epochs that a run has been trained: metrics, losses, kernels, digests."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hpsearch.training.curve import NO_EPOCHS, Curve
from hpsearch.training.inspection import NO_LOSSES, Kernels, Losses
from hpsearch.training.segment import Progress


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """The epochs of a run from the first on.

    Attributes:
        digests: ``Progress.digest`` after the epochs at which a segment ended.
        losses: Of the validation rows with the weights that are kept; empty where no epoch was
            finite, and of a beginning that was cut off.
        kernels: After the epochs at which a segment ended.
        residuals: Where numbers are predicted, of the same rows and epoch as ``losses``.
    """

    curve: Curve
    digests: Mapping[int, str]
    losses: Losses
    kernels: Mapping[int, Kernels]
    residuals: Losses = field(default_factory=lambda: NO_LOSSES)

    def __len__(self) -> int:
        """How many epochs it holds."""
        return len(self.curve)

    def until(self, epoch: int) -> "History":
        """Its beginning, up to and with ``epoch``."""
        if epoch >= len(self):
            return self
        return History(
            self.curve.until(epoch),
            {after: digest for after, digest in self.digests.items() if after <= epoch},
            NO_LOSSES,
            {after: kernels for after, kernels in self.kernels.items() if after <= epoch},
        )

    def then(self, progress: Progress) -> "History":
        """This history and the segment that was trained after it."""
        epoch = progress.state.epoch
        return History(
            self.curve.then(progress.curve),
            {**self.digests, epoch: progress.digest},
            progress.losses,
            {**self.kernels, epoch: progress.kernels},
            progress.residuals,
        )


#: The history of a run that has not begun.
UNTRAINED = History(NO_EPOCHS, {}, NO_LOSSES, {})
