"""Tables in files to test with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from hpsearch.data.profile import Profile
from hpsearch.data.sources.files.profiling import profile_file
from hpsearch.data.sources.files.reading import read_file
from hpsearch.data.table import Table
from hpsearch.study.table_keys import TableKeys
from hpsearch.tasks.binary import BINARY
from hpsearch.tasks.task import Task


@dataclass
class Files:
    """A folder of tables, and what was told of them."""

    folder: Path
    told: list[str] = field(default_factory=list)

    def write(self, data: bytes | str, name: str = "rows.csv") -> Path:
        path = self.folder / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    def read(
        self,
        data: bytes | str,
        name: str = "rows.csv",
        *,
        label: int | str = "y",
        task: Task = BINARY,
        rows: int | None = None,
        **keys: Any,
    ) -> Table:
        return read_file(
            self.write(data, name),
            label=label,
            task=task,
            given=TableKeys.model_validate(keys),
            rows=rows,
            progress=lambda now, of: None,
            tell=self.told.append,
        )

    def profile(self, data: bytes | str, name: str = "rows.csv", **keys: Any) -> Profile:
        return profile_file(self.write(data, name), TableKeys.model_validate(keys))


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def table(columns: Mapping[str, Callable[[int], object]], rows: int = 30) -> str:
    """A CSV whose cells are functions of their row; ``y`` is 0 and 1 in turn."""
    names = ["y", *columns]
    lines = [
        ",".join([str(row % 2), *(str(cell(row)) for cell in columns.values())])
        for row in range(rows)
    ]
    return "\n".join([",".join(names), *lines]) + "\n"
