"""What tests of all rooms use."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from hpsearch.processes import ENVIRONMENT


@pytest.fixture(scope="session")
def tensorflow(tmp_path_factory: pytest.TempPathFactory) -> None:
    """TensorFlow, set up in this process as it is in a worker.

    The processes of one run of the tests share what XLA compiles.
    """
    base = tmp_path_factory.getbasetemp()
    programs = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "programs"
    programs.mkdir(exist_ok=True)
    os.environ.update(ENVIRONMENT)
    os.environ["TF_XLA_FLAGS"] = f"--tf_xla_persistent_cache_directory={programs}"
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)


@pytest.fixture(scope="session")
def higgs_file() -> Path:
    """20,977 real rows in the format of UCI's file."""
    file = Path(__file__).parents[1] / "../shared/data/higgs/HIGGS-20977.csv.gz"
    if not file.is_file():
        pytest.skip("the real HIGGS rows are not beside the repository")
    return file


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Ctrl-C reaches this process and those it starts, also where tests run in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
