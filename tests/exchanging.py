"""Files as tablets export them, for tests; good ones, and ones that were altered on the way."""

import gzip
import json
from collections.abc import Sequence

from sync import exchange_file
from sync.exchange_file import FileLine, Opening
from tests.tablets import Tablet


def opening(tablet: Tablet) -> Opening:
    """The first line that the tablet would write."""
    return Opening(exchange_file.FORMAT, tablet.device, "Máy số 1", "2023-05-23T04:00:00Z")


def exported(
    tablet: Tablet, *, per_push: int = 1000, first: int = 1, photos: Sequence[tuple[FileLine, bytes]] = ()
) -> bytes:
    """Everything that the tablet has recorded, from operation `first` on, in batches of `per_push`."""
    last = len(tablet.operations)
    pushes = [
        json.dumps(tablet.batch(start, min(start + per_push - 1, last)), ensure_ascii=False)
        for start in range(first, last + 1, per_push)
    ]
    return exchange_file.written(opening(tablet), pushes, photos, operations=last - first + 1)


def lines(raw: bytes) -> list[str]:
    """The lines of a file."""
    return gzip.decompress(raw).decode().splitlines()


def joined(written: Sequence[str]) -> bytes:
    """A file of these lines."""
    return gzip.compress("".join(f"{line}\n" for line in written).encode(), mtime=0)


def brought(bringer: Tablet, raw: bytes, **headers: str):
    """The other tablet sends the file."""
    return bringer.client.post(
        "/sync/v1/import", data=raw, headers=bringer.headers | {"Content-Type": "application/gzip"} | headers
    )
