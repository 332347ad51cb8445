"""A file of predictions, in the format that its name says, written whole or not at all."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import MappingProxyType

from hpsearch.data.predictions.csv_file import write_csv
from hpsearch.data.predictions.layout import Layout, Predictions
from hpsearch.data.predictions.parquet_file import write_parquet
from hpsearch.data.signature import Signature
from hpsearch.files import replacing

__all__ = ["Predictions", "Write", "open_predictions"]

#: Takes the predictions of the next rows.
Write = Callable[[Predictions], None]

Format = Callable[[Path, Layout, Callable[[str], None]], AbstractContextManager[Write]]

#: Formats by the ending of the name; any other name is CSV.
FORMATS: Mapping[str, Format] = MappingProxyType({".parquet": write_parquet, ".pq": write_parquet})


@contextmanager
def open_predictions(
    path: Path, signature: Signature, tell: Callable[[str], None]
) -> Iterator[Write]:
    """Write predictions block by block; the file is replaced when the block of code ends.

    Args:
        tell: Takes a line for the user.
    """
    write = FORMATS.get(path.suffix.lower(), write_csv)
    with replacing(path) as fresh, write(fresh, Layout.of(signature), tell) as put:
        yield put
