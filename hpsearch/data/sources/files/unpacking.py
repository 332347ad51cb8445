"""The bytes of a text file, unpacked as its first bytes say."""

import bz2
import lzma
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from hpsearch.data.sources.blocks import Broken, inflated
from hpsearch.data.sources.files.engine import connect
from hpsearch.data.sources.files.formats import BZIP2, GZIP, XZ, ZSTD, first_bytes, open_table
from hpsearch.data.sources.files.zstd import is_whole
from hpsearch.data.sql import quoted

PIECE_BYTES = 1 << 18

#: A character that no table of text holds, so that DuckDB takes a line for a field.
NO_DELIMITER = "\x01"


def unpacked(path: Path) -> Iterator[bytes]:
    """The text of a file, piece by piece, with few megabytes of it in memory.

    Raises:
        Broken: After the last whole piece of a packed file that ends early or is damaged.
        DataError: If the file cannot be read.
    """
    start = first_bytes(path)
    if start.startswith(ZSTD):
        yield from _zstd(path)
        return
    with open_table(path) as file:
        raw = iter(lambda: file.read(PIECE_BYTES), b"")
        if start.startswith(GZIP):
            yield from inflated(raw)
        elif start.startswith(BZIP2):
            yield from _decompressed(raw, bz2.BZ2Decompressor)
        elif start.startswith(XZ):
            yield from _decompressed(raw, lzma.LZMADecompressor)
        else:
            yield from raw


def text_start(path: Path, length: int = 64) -> bytes:
    """The first bytes of the text of a file; fewer where it breaks before."""
    start = b""
    with suppress(Broken):
        for piece in unpacked(path):
            start += piece
            if len(start) >= length:
                break
    return start[:length]


def _decompressed(
    raw: Iterator[bytes], make: type[bz2.BZ2Decompressor] | type[lzma.LZMADecompressor]
) -> Iterator[bytes]:
    """Unpack streams that follow each other."""
    decompressor = make()
    for piece in raw:
        rest, full = piece, True
        while full:
            if decompressor.eof:
                rest = rest.lstrip(b"\0")
                if not rest:
                    break
                decompressor = make()
            try:
                text = decompressor.decompress(rest, PIECE_BYTES)
            except (OSError, EOFError, lzma.LZMAError) as error:
                raise Broken(f"is damaged ({error})") from None
            rest = decompressor.unused_data if decompressor.eof else b""
            full = decompressor.eof or not decompressor.needs_input
            yield text
    if not decompressor.eof:
        raise Broken("is cut off")


def _zstd(path: Path) -> Iterator[bytes]:
    """Unpacked by DuckDB, a line a field, since Python itself cannot before 3.14."""
    import duckdb

    with open_table(path) as packed:
        if not is_whole(packed):
            raise Broken("is cut off")
    with tempfile.TemporaryDirectory() as folder, connect() as connection:
        plain, link = Path(folder) / "plain", Path(folder) / "packed"
        link.symlink_to(path.resolve())  # stars and brackets of a name would be a pattern
        lines = (
            f"SELECT line FROM read_csv({quoted(str(link))}, auto_detect = false, header = false, "
            f"compression = 'zstd', delim = {quoted(NO_DELIMITER)}, quote = '', escape = '', "
            f"max_line_size = 67108864, columns = {{'line': 'VARCHAR'}})"
        )
        form = f"FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER {quoted(NO_DELIMITER)}"
        try:
            connection.execute(f"COPY ({lines}) TO {quoted(str(plain))} ({form})")
        except duckdb.Error:
            raise Broken("is damaged, or its text is not in UTF-8") from None
        with plain.open("rb") as file:
            yield from iter(lambda: file.read(PIECE_BYTES), b"")
