"""The search's side of the record: what happens in a walk is written behind it.

The search decides on a study in memory. A search that is taken up again begins at virtual time 0
and walks the same way, so most of what it writes is in the record already. What is there is
compared with the walk, values included; where they differ the record is built anew from the study
in memory.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import optuna
from optuna.trial import FrozenTrial, TrialState

from hpsearch.record.attributes import for_people, with_shown_names
from hpsearch.record.record import Record
from hpsearch.record.seals import ASKED, TOLD, asked_seal, sampler_attributes, sealed, told_seal
from hpsearch.space.space import Scalar


@dataclass(frozen=True, slots=True)
class Journal:
    """A record that a search writes to, and the trials in it by number."""

    record: Record
    _trials: dict[int, FrozenTrial]

    @classmethod
    def of(cls, record: Record) -> Self:
        """The journal of a search that begins now, or is taken up.

        Raises:
            RecordError: If a trial of the record is not as it was written.
        """
        return cls(record, {trial.number: trial for trial in record.frozen_trials()})

    def params(self, number: int) -> dict[str, Scalar] | None:
        """The values that trial ``number`` was given, or None where it was not asked yet."""
        trial = self.record.proposed.get(number)
        return None if trial is None else dict(trial.params)

    def sampler_attributes(self, number: int) -> dict[str, Any]:
        """What the sampler kept of trial ``number`` when it was asked; empty if it was not."""
        trial = self.record.proposed.get(number)
        return {} if trial is None else sampler_attributes(trial)

    def reported_step(self, number: int) -> int:
        """The last step of trial ``number`` that was reported before this walk, or 0."""
        trial = self._trials.get(number)
        return 0 if trial is None else max(trial.intermediate_values, default=0)

    def asked(self, trial: FrozenTrial, walk: optuna.Study) -> None:
        """Write down a new trial with its values and attributes; one transaction.

        Args:
            walk: The study in memory, here and below.
        """
        recorded = self._trials.get(trial.number)
        if recorded is None:
            kept = sealed(trial)
            with self.record.writing() as storage:
                kept._trial_id = storage.create_new_trial(self.record.study_id, kept)
            self._trials[trial.number] = kept
        elif recorded._system_attrs.get(ASKED) != asked_seal(with_shown_names(trial)):
            self._rebuild(walk)

    def reported(self, number: int, step: int, value: float, walk: optuna.Study) -> None:
        """Write down the best value so far of a trial; an epoch, or of several folds a step."""
        recorded = self._trials[number]
        if recorded.intermediate_values.get(step) == value:
            return
        if recorded.state.is_finished() or step in recorded.intermediate_values:
            self._rebuild(walk)
            return
        with self.record.writing() as storage:
            storage.set_trial_intermediate_value(recorded._trial_id, step, value)

    def told(
        self, number: int, state: TrialState, attributes: Mapping[str, Any], walk: optuna.Study
    ) -> None:
        """Write down how a trial ended."""
        recorded = self._trials[number]
        ended = with_shown_names(walk.get_trials(deepcopy=False)[number])
        seal = told_seal(ended)
        if recorded.state.is_finished():
            if recorded._system_attrs.get(TOLD) != seal:
                self._rebuild(walk)
            return
        values = None if ended.value is None else [ended.value]
        with self.record.writing() as storage:
            for key, attribute in for_people(attributes).items():
                storage.set_trial_user_attr(recorded._trial_id, key, attribute)
            storage.set_trial_system_attr(recorded._trial_id, TOLD, seal)
            storage.set_trial_state_values(recorded._trial_id, state, values)
        recorded.state = state

    def _rebuild(self, walk: optuna.Study) -> None:
        self.record.rebuild(walk.get_trials(deepcopy=False))
        self._trials.clear()
        self._trials.update({trial.number: trial for trial in self.record.frozen_trials()})
