"""What every pool does: the contract, which the worker processes and the tests' double keep."""

import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hpsearch import calls
from hpsearch.errors import WorkerError
from hpsearch.execution.local import LocalPool
from hpsearch.execution.pool import Pool
from hpsearch.models.recipe import recipe_of
from hpsearch.training.segment import Segment
from tests import doubles
from tests.execution import work


def segment(seed: int) -> Segment:
    recipe = recipe_of({"units": 8}, epochs=9, patience=9)
    return Segment(recipe, seed, 0, 9, None)


class PoolContract:
    """The laws of ``Pool``; a pool plugs in by ``make`` and ``die``."""

    @pytest.fixture
    def make(self) -> Callable[[int], Pool]:
        """Makes a pool of so many workers that train by the formula."""
        raise NotImplementedError

    @pytest.fixture
    def die(self) -> Callable[[], None]:
        """Work that ends its worker."""
        raise NotImplementedError

    @pytest.fixture
    def pool(self, make: Callable[[int], Pool]) -> Iterator[Pool]:
        with make(2) as pool:
            yield pool

    @pytest.fixture
    def single(self, make: Callable[[int], Pool]) -> Iterator[Pool]:
        with make(1) as pool:
            yield pool

    def test_a_segment_comes_to_what_the_trainer_makes_of_it(self, pool: Pool) -> None:
        futures = [pool.train(segment(seed), 0.0, name="one") for seed in range(3)]
        for seed, future in enumerate(futures):
            progress = future.result(60)
            expected = doubles.FormulaTrainer().run(segment(seed), doubles.tiny_fold())
            np.testing.assert_array_equal(progress.curve.values, expected.curve.values)
            assert progress.digest == expected.digest
            assert progress.ending == expected.ending

    def test_calls_go_first_then_the_most_urgent_then_the_oldest(
        self, single: Pool, tmp_path: Path
    ) -> None:
        order: list[str] = []

        def note(future: Future[Any], name: str) -> None:
            future.add_done_callback(lambda _: order.append(name))

        busy = single.call(work.wait_for, str(tmp_path / "go"))
        segments = [
            single.train(segment(0), urgency, name=name)
            for name, urgency in (("late", 3.0), ("soon", 1.0), ("soon, too", 1.0), ("now", -9.0))
        ]
        for name, future in zip(("late", "soon", "soon, too", "now"), segments, strict=True):
            note(future, name)
        note(single.call(work.greet), "call")
        (tmp_path / "go").touch()
        busy.result(30)
        for future in segments:
            future.result(60)
        single.call(work.greet).result(30)  # what is done is noted by now
        assert order == ["call", "now", "soon", "soon, too", "late"]

    def test_what_the_work_raises_is_raised_and_the_pool_goes_on(self, pool: Pool) -> None:
        with pytest.raises(ValueError, match="this piece of work is wrong"):
            pool.call(work.fail).result(30)
        wrong: Any = "no segment"
        with pytest.raises(AttributeError):
            pool.train(wrong, 0.0).result(60)
        assert pool.call(work.greet).result(30) == "hello"

    def test_work_that_ends_every_worker_is_given_up_and_no_other_is(
        self, pool: Pool, die: Callable[[], None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(calls, "LONGEST_WAIT_SECONDS", 0.1)
        deadly = pool.call(die, name="deadly work")
        others = [pool.call(work.greet) for _ in range(3)]
        with pytest.raises(WorkerError):
            deadly.result(60)
        assert [other.result(30) for other in others] == ["hello"] * 3

    def test_workers_are_idle_until_they_have_work(self, pool: Pool, tmp_path: Path) -> None:
        assert pool.idle() == 2
        busy = [pool.call(work.wait_for, str(tmp_path / "go"))]
        assert pool.idle() == 1
        busy += [pool.call(work.wait_for, str(tmp_path / "go")) for _ in range(2)]
        assert pool.idle() == 0
        (tmp_path / "go").touch()
        for future in busy:
            future.result(30)
        deadline = time.monotonic() + 10
        while pool.idle() < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert pool.idle() == 2

    def test_work_that_is_cancelled_while_it_waits_is_not_done(
        self, single: Pool, tmp_path: Path
    ) -> None:
        busy = single.call(work.wait_for, str(tmp_path / "go"))
        cancelled, wanted = (
            single.call(work.touch, str(tmp_path / name)) for name in ("cancelled", "wanted")
        )
        assert cancelled.cancel()
        (tmp_path / "go").touch()
        busy.result(30)
        wanted.result(30)
        assert (tmp_path / "wanted").exists()
        assert not (tmp_path / "cancelled").exists()

    def test_closing_cancels_what_waits_leaves_nothing_open_and_takes_no_more(
        self, single: Pool
    ) -> None:
        running = single.call(work.rest)
        waiting = [single.train(segment(seed), 0.0) for seed in range(3)]
        single.close()
        assert all(future.cancelled() for future in waiting)
        assert running.done()
        with pytest.raises(WorkerError):
            single.call(work.greet)
        single.close()

    def test_closing_ends_no_process_of_the_callers_own(self, pool: Pool) -> None:
        with subprocess.Popen(("sleep", "60")) as own:
            assert pool.call(work.greet).result(30) == "hello"
            pool.close()
            time.sleep(0.2)
            assert own.poll() is None
            own.kill()


class TestLocalPool(PoolContract):
    """Worker processes on this machine."""

    @pytest.fixture
    def make(self) -> Callable[[int], Pool]:
        def made(workers: int) -> Pool:
            return LocalPool(workers, hash, work.begin, ("here",), run=work.follow_formula)

        return made

    @pytest.fixture
    def die(self) -> Callable[[], None]:
        return work.die


class TestDouble(PoolContract):
    """Threads, as most tests use them."""

    @pytest.fixture
    def make(self) -> Callable[[int], Pool]:
        return lambda workers: doubles.ThreadPool(doubles.FormulaTrainer(), workers)

    @pytest.fixture
    def die(self) -> Callable[[], None]:
        def raise_death() -> None:
            raise doubles.Death

        return raise_death
