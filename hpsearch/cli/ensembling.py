"""The command that makes an ensemble of a study's networks."""

import json

from hpsearch.cli.options import Data, Name, Out, ProgressAsJson, Quiet, Study, Workers
from hpsearch.cli.running import rows_of, view_of, workers_of
from hpsearch.console import say


def ensemble(
    name: Name = None,
    study: Study = None,
    out: Out = None,
    data: Data = None,
    workers: Workers = None,
    quiet: Quiet = False,
    as_json: ProgressAsJson = False,
) -> None:
    """Choose and save a greedy ensemble of all networks of the search.

    Networks are added, the same one several times if that helps, as long as the loss of their mean
    on the validation rows falls. models/ensemble.keras is that mean; networks whose weights are
    gone are trained again. The test rows stay sealed: --set evaluate.ensemble=true for optimize or
    evaluate measures it beside the winner.
    """
    from hpsearch import pipeline
    from hpsearch.listing.ensemble import ensemble_values, say_ensemble
    from hpsearch.naming import folder_of, recorded_study
    from hpsearch.record.folder import read_folder

    path = folder_of(name, study, out)
    with read_folder(path) as folder:
        folder.data()
    spec = recorded_study(path, ())
    with view_of(path, quiet=quiet, as_json=as_json) as view:
        processes = workers_of(workers, view)
        made = pipeline.ensemble(
            spec, rows_of(spec, path, data, view), out=path, workers=processes, view=view
        )
    if as_json:
        say(json.dumps({"event": "done", **ensemble_values(path, made)}))
    else:
        say(say_ensemble(path, spec.task, made))
