"""One process of a peer, started by ``benchmarks.search``.

Space, epochs, patience, warm-up and the number of trials come from the study file ``higgs``.
"""

import argparse
from pathlib import Path

from benchmarks.peers.task import Task, limit_threads
from benchmarks.rows import read_fold
from hpsearch.study.finding import find_study
from hpsearch.study.reading import read_study

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("peer", choices=("optuna", "kerastuner"))
    parser.add_argument("--set", action="append", default=[], help="entry of the study")
    parser.add_argument("--fold", type=Path, required=True)
    parser.add_argument("--trace", type=Path, required=True)
    parser.add_argument("--began", type=float, required=True)
    parser.add_argument("--index", type=int, default=0, help="which process of the peer this is")
    parser.add_argument("--journal", type=Path, help="storage of several processes")
    parser.add_argument("--threads", type=int, help="TensorFlow's own choice if not given")
    given = parser.parse_args()
    if given.threads is not None:
        limit_threads(given.threads)
    study = read_study(find_study("higgs"), given.set)
    task = Task(study, read_fold(given.fold), given.trace, given.began, given.index)
    if given.peer == "optuna":
        from benchmarks.peers.with_optuna import search

        search(task, given.journal)
    else:
        from benchmarks.peers.with_keras_tuner import search as search_alone

        search_alone(task)
