"""All sources, by the names that ``data.source`` takes."""

from collections.abc import Mapping

from hpsearch.data.sources.collisions.simulation import COLLISIONS
from hpsearch.data.sources.files.source import CSV, FILE
from hpsearch.data.sources.frames import FRAME
from hpsearch.data.sources.higgs.reading import HIGGS
from hpsearch.data.sources.linear import LINEAR
from hpsearch.data.sources.openml import OPENML
from hpsearch.data.sources.scikit_learn import SCIKIT_LEARN
from hpsearch.data.sources.source import Source

SOURCES: Mapping[str, Source] = {
    source.name: source
    for source in (HIGGS, FILE, CSV, COLLISIONS, LINEAR, SCIKIT_LEARN, OPENML, FRAME)
}


def file_sources() -> str:
    """The sources that read files, for a message: ``'higgs' or 'file'``."""
    names = [source.name for source in SOURCES.values() if source.takes_file]
    return " or ".join(repr(name) for name in names if name != CSV.name)
