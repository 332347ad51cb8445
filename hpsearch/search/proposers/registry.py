"""The proposers, by the options of ``[search.sampler]`` that name them."""

from collections.abc import Mapping

import optuna

from hpsearch.calls import SideProcess
from hpsearch.search.proposers.keras_tuner import bayesian, keras_tuner_random
from hpsearch.search.proposers.proposer import Proposer, Turn
from hpsearch.search.proposers.random import random
from hpsearch.search.proposers.recorded import RecordedSampler
from hpsearch.search.proposers.tpe import tpe
from hpsearch.space.named_trials import named_values
from hpsearch.study.samplers import Bayesian, KerasTunerRandom, Random, Tpe
from hpsearch.study.section import StudyTable
from hpsearch.study.spec import StudySpec

PROPOSERS: Mapping[type[StudyTable], Proposer] = {
    Tpe: tpe,
    Random: random,
    Bayesian: bayesian,
    KerasTunerRandom: keras_tuner_random,
}


def make_sampler(spec: StudySpec, number: int, side: SideProcess) -> optuna.samplers.BaseSampler:
    """The sampler that proposes trial ``number`` of a study; the first may be named by it."""
    start = spec.search.start or ()
    if number < len(start):
        return RecordedSampler(named_values(spec.space, start[number]))
    options = spec.search.sampler
    return PROPOSERS[type(options)](options, Turn(spec.space, number, spec.study.seed, side))
