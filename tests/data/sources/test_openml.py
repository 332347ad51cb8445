"""OpenML's tables: from the cache, and a sentence where they can't be fetched."""

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from hpsearch.data.columns import Column
from hpsearch.data.sources.openml import OPENML
from hpsearch.data.sources.source import Request
from hpsearch.errors import DataError, DownloadError, UsageError
from hpsearch.study.sections import DataSection
from hpsearch.tasks.binary import BINARY

ARFF = """@relation pets
@attribute id numeric
@attribute weight numeric
@attribute colour {red,'dark blue'}
@attribute class {cat,dog}
@data
1,2.5,red,cat
2,?,'dark blue',dog
3,4.0,?,dog
"""


def feature(index: int, name: str, data_type: str, **flags: str) -> dict[str, Any]:
    known = dict.fromkeys(("is_target", "is_ignore", "is_row_identifier"), "false")
    known["number_of_missing_values"] = "0"
    values = {"nominal_value": ["red", "dark blue"]} if data_type == "nominal" else {}
    return {"index": str(index), "name": name, "data_type": data_type, **known, **values, **flags}


def keep(cache: Path, number: int, **changes: str) -> None:
    """Put a table into the cache as it lies there once it was fetched."""
    description = {
        "id": str(number),
        "name": "pets",
        "version": "1",
        "description": "Cats and dogs.",
        "format": "ARFF",
        "status": "active",
        "file_id": str(number),
        "url": f"https://www.openml.org/data/v1/download/{number}/pets.arff",
        "md5_checksum": hashlib.md5(ARFF.encode(), usedforsecurity=False).hexdigest(),
        **changes,
    }
    features = [
        feature(0, "id", "numeric", is_row_identifier="true"),
        feature(1, "weight", "numeric"),
        feature(2, "colour", "nominal"),
        feature(3, "class", "nominal", is_target="true"),
    ]
    api = "api/v1/json/data"
    rows = [{"name": "NumberOfInstances", "value": "3.0"}]
    files = {
        f"{api}/{number}": json.dumps({"data_set_description": description}),
        f"{api}/features/{number}": json.dumps({"data_features": {"feature": features}}),
        f"{api}/qualities/{number}": json.dumps({"data_qualities": {"quality": rows}}),
        f"data/v1/download/{number}/pets.arff": ARFF,
    }
    for name, text in files.items():
        path = cache / "openml" / "openml.org" / f"{name}.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(text.encode()))


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HPSEARCH_CACHE", str(tmp_path))
    return tmp_path


def request(number: str, tell: Any = print) -> Request:
    section = DataSection.model_validate({"source": "openml", "name": number})
    return Request(section, BINARY, None, 0, tell, lambda done, total: None)


def test_a_cached_table_is_read_without_what_names_the_row(cache: Path) -> None:
    keep(cache, 7)
    table = OPENML.read(request("7"))
    assert table.columns == (Column("weight", "number"), Column("colour", "category"))
    assert table.classes == ("cat", "dog")
    assert table.labels.tolist() == [0, 1, 1]
    assert table.raw.texts().tolist() == [["red"], ["dark blue"], [""]]
    assert table.origin.description == "the 3 rows of OpenML's pets (version 1), number 7"
    assert OPENML.look is not None
    sight = OPENML.look("7", print)
    assert (sight.label, sight.profile.rows) == ("class", 3)


def test_what_openml_says_of_a_table_is_told(cache: Path) -> None:
    keep(cache, 8, status="deactivated")
    told: list[str] = []
    OPENML.read(request("8", told.append))
    assert len(told) == 1
    assert told[0].startswith("OpenML's table 8: Version 1 of dataset pets is inactive")


def test_offline_there_is_a_way_out(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from urllib.error import URLError

    from sklearn import datasets

    def offline(**asked: Any) -> None:
        raise URLError("no network")

    monkeypatch.setattr(datasets, "fetch_openml", offline)
    with pytest.raises(DownloadError) as caught:
        OPENML.read(request("9"))
    assert str(caught.value) == (
        "OpenML's table 9 is not in the cache and could not be fetched (no network); "
        "run again with a network, or save the table as a file and name that; in a study by "
        'data.source = "file" and --data'
    )


def test_a_table_that_is_no_table_of_columns_is_refused(cache: Path) -> None:
    keep(cache, 10, format="Sparse_ARFF")
    with pytest.raises(DataError, match="table 10 can't be used"):
        OPENML.read(request("10"))


@pytest.mark.parametrize("name", ["iris", "-1", "", "²", "99999999999"])
def test_a_table_is_named_by_its_number(name: str) -> None:
    with pytest.raises(UsageError, match="named by its number, as in openml:61"):
        OPENML.read(request(name))
