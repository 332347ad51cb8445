"""Predictions of a study's saved model for new rows, from a file to a file."""

from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from hpsearch.data.columns import RawRows
from hpsearch.data.given import open_columns
from hpsearch.data.predictions import Predictions, open_predictions
from hpsearch.data.signature import Signature, read_signature
from hpsearch.errors import RecordError, UsageError, named, shown
from hpsearch.evaluation.saving import saved_models
from hpsearch.execution.pool import Pool
from hpsearch.execution.training_pool import training_pool
from hpsearch.execution.worker import predict_saved
from hpsearch.files import digest_of
from hpsearch.models.saved import ModelName, making_command, model_path
from hpsearch.record.folder import StudyFolder
from hpsearch.study.table_keys import TableKeys
from hpsearch.wording import listed

#: Blocks that are read ahead of those that are predicted.
AHEAD = 4

#: Unknown texts of a column that are told.
MOST_TEXTS = 5


def predict_file(
    folder: StudyFolder,
    data: Path,
    output: Path,
    tell: Callable[[str], None],
    model_name: ModelName = "best",
) -> int:
    """Predict all rows of a file, in their order, and write them as CSV or Parquet.

    Columns are matched by their names; those that the model does not take are ignored and told.
    Texts that no train row had are told with their counts.

    Args:
        data: A table in any format that a study reads.
        output: Replaced in one step, when all rows are predicted; Parquet by its ending,
            ``.parquet`` or ``.pq``, else CSV.
        tell: Takes a line for the user.
        model_name: Of the saved model.

    Returns:
        How many rows were predicted.

    Raises:
        RecordError: If the study has no model yet, or another than it saved.
        UsageError: If the output would take the place of the input or of a folder.
        DataError: If the file cannot be read, lacks a column, or has cells that are wrong.
    """
    _refuse_output(data, output)
    model = model_path(folder.path, model_name)
    recorded = {saved.name: saved.digest for saved in saved_models(folder.record)}
    if model_name != "best" and model_name not in recorded:
        rest = {"single": "best.keras is all that it saved", "ensemble": "hpsearch ensemble does"}
        raise RecordError(f"the study did not save {named(model)}; {rest[model_name]}")
    signature = read_signature(model)
    if recorded.get(model_name) != digest_of(model):
        raise RecordError(
            f"{named(model)} must be the model that the study saved, got another file; "
            f"{making_command(model_name)} writes it again"
        )
    unknown = _Unknown(signature)
    given = _keys(folder, signature)
    with (
        open_columns(data, signature.columns, given) as stream,
        training_pool((), 1, tell) as pool,
        open_predictions(output, signature, tell) as write,
    ):
        known = (folder.spec.data.label, folder.spec.data.weight)
        if ignored := [shown(name) for name in stream.ignored if name not in known]:
            tell(
                f"{named(data.name)}: the model does not take {listed(ignored)}; "
                f"{'it is' if len(ignored) == 1 else 'they are'} ignored"
            )
        for predictions in _predicted(pool, model, unknown.watched(stream.blocks)):
            write(predictions)
        rows = stream.rows
    for message in unknown.messages():
        tell(f"{named(data.name)}: {message}")
    return rows


@dataclass(slots=True)
class _Unknown:
    """Texts that no train row had, counted by column."""

    signature: Signature
    counts: dict[int, Counter[str]] = field(default_factory=dict)

    def watched(self, blocks: Iterator[RawRows]) -> Iterator[RawRows]:
        """The same blocks."""
        known = [frozenset(texts) for texts in self.signature.vocabularies]
        for block in blocks:
            for place, vocabulary in enumerate(block.vocabularies):
                new = [code for code, text in enumerate(vocabulary) if text not in known[place]]
                if new and known[place]:
                    rows = np.bincount(block.codes[:, place] + 1, minlength=len(vocabulary) + 1)
                    counts = self.counts.setdefault(place, Counter())
                    counts.update({vocabulary[code]: int(rows[code + 1]) for code in new})
            yield block

    def messages(self) -> Iterator[str]:
        """A sentence for each column that has some."""
        names = [column.name for column in self.signature.columns if column.is_text]
        for place, counts in sorted(self.counts.items()):
            most = sorted(counts, key=lambda text: (-counts[text], text))
            told = ", ".join(f"{shown(text)} ({counts[text]:,})" for text in most[:MOST_TEXTS])
            more = f" and {len(most) - MOST_TEXTS:,} more" if len(most) > MOST_TEXTS else ""
            yield (
                f"{counts.total():,} rows have texts in {shown(names[place])} that no train row "
                f"had: {told}{more}; the model takes them as infrequent ones"
            )


def _refuse_output(data: Path, output: Path) -> None:
    if output.is_dir():
        raise UsageError(f"--output must be a file, got the folder {named(output)}; name a file")
    if output.exists() and data.exists() and output.samefile(data):
        raise UsageError(
            f"--output must be another file than --data, got {named(output)} for both; "
            f"name a new file"
        )


def _keys(folder: StudyFolder, signature: Signature) -> TableKeys:
    """What the study says of its rows that holds for other files, too."""
    data = folder.spec.data
    named_columns = any(not column.name.startswith("column ") for column in signature.columns)
    return TableKeys(
        missing=data.missing, day_first=data.day_first, header=True if named_columns else None
    )


def _predicted(pool: Pool, model: Path, blocks: Iterator[RawRows]) -> Iterator[Predictions]:
    """Predictions for blocks, in their order; some are read while others are predicted."""
    waiting: deque[Future[Any]] = deque()
    for block in blocks:
        waiting.append(pool.call(predict_saved, model.resolve(), block, name="predicting"))
        if len(waiting) > AHEAD:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
