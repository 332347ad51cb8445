"""All sources, by the names that ``data.source`` takes."""

from collections.abc import Mapping

from hpsearch.data.sources.collisions.simulation import COLLISIONS
from hpsearch.data.sources.fashion_mnist import FASHION_MNIST
from hpsearch.data.sources.files.source import CSV, FILE
from hpsearch.data.sources.frames import FRAME
from hpsearch.data.sources.higgs.reading import HIGGS
from hpsearch.data.sources.imdb import IMDB
from hpsearch.data.sources.linear import LINEAR
from hpsearch.data.sources.openml import OPENML
from hpsearch.data.sources.scikit_learn import SCIKIT_LEARN
from hpsearch.data.sources.source import Source

#: Data sets that are fetched, or read from the files of their publisher.
DATA_SETS = (FASHION_MNIST, IMDB)

SOURCES: Mapping[str, Source] = {
    source.name: source
    for source in (HIGGS, FILE, CSV, COLLISIONS, LINEAR, SCIKIT_LEARN, OPENML, FRAME, *DATA_SETS)
}


def file_sources() -> str:
    """The sources that read files of rows, for a message: ``'higgs' or 'file'``."""
    others = (CSV, *DATA_SETS)
    sources = [source for source in SOURCES.values() if source.takes_file and source not in others]
    return " or ".join(repr(source.name) for source in sources)
