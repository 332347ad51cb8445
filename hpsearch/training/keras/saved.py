"""A saved model, opened again to predict."""

from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from hpsearch.data.columns import RawRows
from hpsearch.data.features.words import MOST as MOST_WORDS
from hpsearch.data.signature import read_signature
from hpsearch.training.blocks import block_rows
from hpsearch.training.keras.graph import raw_tensors
from hpsearch.training.keras.model import predict_block

Predict = Callable[[RawRows], NDArray[np.float64]]


def open_model(path: Path) -> Predict:
    """What predicts by a saved model, in the target's unit, float64 ``(rows,)`` or with classes.

    Nothing in the file is executed: Keras refuses code in it.

    Raises:
        RecordError: If it is no saved model of hpsearch.
    """
    columns = read_signature(path).columns
    model = keras.models.load_model(path)
    wide = any(column.kind == "words" for column in columns)
    size = block_rows(MOST_WORDS if wide else 1)

    def predict(raw: RawRows) -> NDArray[np.float64]:
        blocks = (raw[start : start + size] for start in range(0, max(len(raw), 1), size))
        return np.concatenate(
            [predict_block(model, raw_tensors(columns, block)) for block in blocks]
        )

    return predict
