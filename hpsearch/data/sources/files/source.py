"""A user's own file as a source."""

from hpsearch.data.sources.files.reading import read_file
from hpsearch.data.sources.source import Request, Source
from hpsearch.data.table import Table


def _read(request: Request) -> Table:
    """All rows of the file, of which the study takes its parts."""
    return read_file(
        request.file(),
        label=request.section.label,
        task=request.task,
        given=request.section,
        progress=request.progress,
        tell=request.tell,
        source=request.section.source,
        room=request.room,
    )


FILE = Source("file", takes_file=True, simulated=False, read=_read)

#: The name that the source had when it read nothing but CSV.
CSV = Source("csv", takes_file=True, simulated=False, read=_read)
