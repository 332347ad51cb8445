"""What tests of all rooms use."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def higgs_file() -> Path:
    """20,977 real rows in the format of UCI's file."""
    file = Path(__file__).parents[1] / "../shared/data/higgs/HIGGS-20977.csv.gz"
    if not file.is_file():
        pytest.skip("the real HIGGS rows are not beside the repository")
    return file
