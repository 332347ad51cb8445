"""What tests of all rooms use."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from hpsearch.processes import ENVIRONMENT

#: The same cases each time, so that what passes once passes again; make attack draws others.
settings.register_profile("same", derandomize=True)
settings.register_profile("drawn")
settings.load_profile("drawn" if os.environ.get("HPSEARCH_ATTACK") == "all" else "same")


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
    """20,977 real rows in the format of UCI's file.

    The file is the one that ``HPSEARCH_TEST_HIGGS`` names, and then it must be there, or the one
    beside the repository; without it tests are skipped with a reason that names it.
    """
    named = os.environ.get("HPSEARCH_TEST_HIGGS")
    beside = Path(__file__).parents[1] / "../shared/data/higgs/HIGGS-20977.csv.gz"
    file = Path(named) if named else beside.resolve()
    if file.is_file():
        return file
    missing = f"needs 20,977 real HIGGS rows, and there is no file {file}"
    if named:
        pytest.fail(f"{missing}, which HPSEARCH_TEST_HIGGS names")
    pytest.skip(f"{missing}; HPSEARCH_TEST_HIGGS names another place")


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Ctrl-C reaches this process and those it starts, also where tests run in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
