"""What is recorded of a run over all its folds."""

import numpy as np

from hpsearch.data.folds import out_of_fold
from hpsearch.record.folder import StudyFolder
from hpsearch.training.curve import Curve
from hpsearch.training.history import UNTRAINED, History
from hpsearch.training.inspection import NO_LOSSES
from hpsearch.training.run import part_name


def whole_history(folder: StudyFolder, name: str) -> History:
    """What is recorded of a run by its name, whatever made it; of several folds one history.

    Its curve is the mean over the folds that have begun; where one has ended it stays at its last
    epoch. Its losses are those of all rows that validate, each by the network that did not train on
    it. Of kernels and digests, of which there is no mean, the first fold's are given.
    """
    spec = folder.spec
    if spec.folds == 1:
        return folder.files.history(name)
    histories = [folder.files.history(part_name(name, fold)) for fold in range(spec.folds)]
    begun = [history for history in histories if len(history)]
    if not begun:
        return UNTRAINED
    losses = [history.losses for history in histories]
    return History(
        _mean_curve([history.curve for history in begun]),
        begun[0].digests,
        out_of_fold(losses, spec.data.repeats) if all(map(len, losses)) else NO_LOSSES,
        begun[0].kernels,
    )


def _mean_curve(curves: list[Curve]) -> Curve:
    epochs = np.arange(max(map(len, curves)))
    values = [curve.values[np.minimum(epochs, len(curve) - 1)] for curve in curves]
    mean = np.stack(values).mean(axis=0, dtype=np.float64)
    return Curve(curves[0].metrics, mean.astype(np.float32))
