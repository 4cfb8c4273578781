"""How much one exchange carries; tablets read these from `/sync/v1/info` and from every package."""

from core.files import MAX_FILE_BYTES
from core.framing import MAX_BODY_BYTES
from inspections.operation import MAX_BODY_BYTES as MAX_OPERATION_BYTES

PROTOCOLS = ("1.0",)
MAX_PUSH_OPERATIONS = 1000
MAX_PUSH_BYTES = 1024 * 1024
MAX_PUSH_INFLATED_BYTES = MAX_BODY_BYTES
MAX_PULL_ENTRIES = 1000
MAX_PULL_BYTES = 8 * 1024 * 1024
MAX_STREAMS = 500
MAX_HASHES = 1000
MAX_IMPORT_BYTES = 256 * 1024 * 1024
MAX_IMPORT_INFLATED_BYTES = 384 * 1024 * 1024
MAX_IMPORT_OPERATIONS = 10_000
TABLET_KEEP_DAYS = 30
"""So long after the last work on it a tablet keeps what is over: it is the server's copy after a restore."""


def published() -> dict[str, int]:
    """The limits as tablets are told them."""
    return {
        "push_operations": MAX_PUSH_OPERATIONS,
        "push_bytes": MAX_PUSH_BYTES,
        "push_inflated_bytes": MAX_PUSH_INFLATED_BYTES,
        "operation_body_bytes": MAX_OPERATION_BYTES,
        "pull_entries": MAX_PULL_ENTRIES,
        "blob_bytes": MAX_FILE_BYTES,
        "hashes": MAX_HASHES,
        "streams": MAX_STREAMS,
        "import_bytes": MAX_IMPORT_BYTES,
        "import_operations": MAX_IMPORT_OPERATIONS,
        "tablet_keep_days": TABLET_KEEP_DAYS,
    }
