"""What has to hold in data that were put back from a backup: the same as at any other time."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from sync import verification


def faults(session: Session) -> Iterator[str]:
    """Everything that the walk over chains, logs, signatures, receipts and files finds wrong, a line each."""
    for fault in verification.faults(session, verification.Walked()):
        yield f"{fault.place}: {fault.text}"
