"""Seeds of everything random in a study, each derived from the study's own."""

import numpy as np

#: Spawn keys below the study's seed, one for each kind of randomness.
_TRIAL, _SAMPLER, _RETRAINING, _BASELINE = 0, 1, 2, 3


def _derived_seed(study_seed: int, *key: int) -> int:
    return int(np.random.SeedSequence(study_seed, spawn_key=key).generate_state(1)[0])


def trial_seed(study_seed: int, number: int) -> int:
    """Seed of a trial's training, 32 bits."""
    return _derived_seed(study_seed, _TRIAL, number)


def retraining_seed(study_seed: int, number: int, index: int) -> int:
    """Seed of the re-training ``index`` of a trial's configuration, 32 bits."""
    return _derived_seed(study_seed, _RETRAINING, number, index)


def baseline_seed(study_seed: int, number: int) -> int:
    """Seed of a baseline's training, 32 bits."""
    return _derived_seed(study_seed, _BASELINE, number)


def sampler_seed(study_seed: int, number: int) -> int:
    """Seed of the sampler that proposes a trial's values, 32 bits."""
    return _derived_seed(study_seed, _SAMPLER, number)
