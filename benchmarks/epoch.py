"""Milliseconds an epoch by shape: Keras's ``fit``, the compiled trainer, and arithmetic's floor.

``python -m benchmarks.epoch`` runs all three side by side on one core, takes the median of several
rounds, and prints a table; ``--json FILE`` writes it, too. 10,000 simulated rows in batches of 500,
with members of 125; 1,000 validation rows. The floor is the floating-point operations over the rate
of a matrix product of (500, 512) and (512, 512), measured in the same round.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.printing import print_table, write_json
from hpsearch.processes import ENVIRONMENT, native_stderr_silenced
from hpsearch.tasks.binary import BINARY

SHAPES: dict[str, dict[str, Any]] = {
    "16": {"layers": 1, "units": 16},
    "64, 64, 64": {"layers": 3, "units": 64},
    "64, 64, 64, batch norm, dropout": {
        **{"layers": 3, "units": 64},
        **{"batch_normalization": True, "dropout": 0.3},
    },
    "256, 256": {"layers": 2, "units": 256},
    "512, 512, 512, 512, dropout": {"layers": 4, "units": 512, "dropout": 0.5},
    **{
        f"64, 64, 64, 64, dropout, {members} members": {
            **{"layers": 4, "units": 64, "dropout": 0.1},
            **{"members": members, "batch_size": 125},
        }
        for members in (8, 16)
    },
}
ROUNDS = 5


def main(file: Path | None) -> None:
    """Measure, print, and write."""
    os.environ.update(ENVIRONMENT)
    with native_stderr_silenced():
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
        found = [_measure(name, values) for name, values in SHAPES.items()]
    print_table(
        "milliseconds an epoch, one core",
        ["hidden layers", "fit", "compiled", "floor", "fit / compiled", "compiled / floor"],
        [
            [
                *(one["shape"], f"{one['keras_ms']:.1f}", f"{one['compiled_ms']:.2f}"),
                *(f"{one['floor_ms']:.2f}", f"{one['speedup']:.1f}", f"{one['to_floor']:.2f}"),
            ]
            for one in found
        ],
    )
    write_json(file, {"shapes": found})


def _measure(name: str, values: dict[str, Any]) -> dict[str, Any]:
    from hpsearch.data.cutting import Cut
    from hpsearch.data.sources.collisions.simulation import simulate
    from hpsearch.data.splitting import split
    from hpsearch.models.recipe import recipe_of
    from hpsearch.training.compiled.trainer import CompiledTrainer
    from hpsearch.training.keras.trainer import KerasTrainer
    from hpsearch.training.segment import Segment

    table = simulate(11_100, seed=0, progress=lambda done, wanted: None)
    validation, train, test = np.split(np.arange(11_100), [1_000, 11_000])
    fold = split(table, BINARY, Cut(validation, train, test)).fold
    recipe = recipe_of(values, epochs=300, patience=1_000)
    network = recipe.network
    keras, compiled = KerasTrainer(), CompiledTrainer()
    few, many = (2, 4) if network.members > 1 or network.widths[0] > 256 else (8, 25)

    def run(trainer: Any, epochs: int) -> Callable[[], None]:
        return lambda: trainer.run(Segment(recipe, 1, 0, epochs, None), fold)

    product, operations = _product()
    work = {"keras": run(keras, few), "compiled": run(compiled, many), "floor": product}
    for one in work.values():
        one()  # traced and compiled now
    rounds = [{kind: _seconds(one) for kind, one in work.items()} for _ in range(ROUNDS)]
    epoch_operations = network.operations(fold.columns) * (6 * 10_000 + 2 * 1_000)
    milliseconds = [
        {
            "keras": 1e3 * one["keras"] / few,
            "compiled": 1e3 * one["compiled"] / many,
            "floor": 1e3 * epoch_operations * one["floor"] / operations,
        }
        for one in rounds
    ]
    middle = statistics.median
    return {
        "shape": name,
        **{f"{kind}_ms": middle(one[kind] for one in milliseconds) for kind in milliseconds[0]},
        "speedup": middle(one["keras"] / one["compiled"] for one in milliseconds),
        "to_floor": middle(one["compiled"] / one["floor"] for one in milliseconds),
    }


def _product() -> tuple[Callable[[], None], float]:
    """Forty matrix products, and their operations."""
    import tensorflow as tf

    left, right = tf.random.normal((500, 512)), tf.random.normal((512, 512))
    multiply = tf.function(lambda: tf.matmul(left, right))

    def run() -> None:
        for _ in range(40):
            multiply()

    return run, 40 * 2.0 * 500 * 512 * 512


def _seconds(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    main(parser.parse_args().json)
