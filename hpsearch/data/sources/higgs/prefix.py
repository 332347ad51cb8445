"""The beginning of ``HIGGS.csv.gz``, byte for byte: a gzip file that grows while it is fetched."""

import zlib
from dataclasses import dataclass, field
from typing import BinaryIO

from hpsearch.data.sources.higgs.columns import check_first_row

OVERLAP_BYTES = 256  # fetched again when continuing, to see that it is the same file


class NotHiggsError(Exception):
    """Bytes that are no gzip file; the text says why."""


@dataclass(slots=True)
class Prefix:
    """The bytes that have come, in an open file, and how many whole lines are in them.

    Attributes:
        wanted: Lines that are enough.
        start: Text of the first line until it is checked.
        tail: The last bytes, ``OVERLAP_BYTES`` of them where there are as many.
    """

    file: BinaryIO
    wanted: int
    length: int = 0
    lines: int = 0
    start: bytes = b""
    tail: bytes = b""
    checked: bool = False
    inflate: "zlib._Decompress" = field(default_factory=lambda: zlib.decompressobj(31))

    @property
    def enough(self) -> bool:
        return self.checked and self.lines >= self.wanted

    @property
    def complete(self) -> bool:
        """Whether the gzip file ends here."""
        return self.inflate.eof

    def add(self, chunk: bytes) -> None:
        """Take more bytes.

        Raises:
            NotHiggsError: If they are no gzip file; what came before is dropped, too.
            DataError: If the first row is not HIGGS'.
        """
        try:
            text = self.inflate.decompress(chunk)
        except zlib.error as error:
            self.clear()
            raise NotHiggsError(f"sent something that is not HIGGS.csv.gz ({error})") from None
        self.lines += text.count(b"\n")
        if not self.checked:
            self.start += text
            if self.lines:
                check_first_row(self.start.partition(b"\n")[0])
                self.checked, self.start = True, b""
        self.file.write(chunk)
        self.length += len(chunk)
        self.tail = (self.tail + chunk)[-OVERLAP_BYTES:]

    def clear(self) -> None:
        """Begin again with nothing."""
        self.file.seek(0)
        self.file.truncate()
        self.length, self.lines, self.start, self.tail = 0, 0, b"", b""
        self.checked, self.inflate = False, zlib.decompressobj(31)
