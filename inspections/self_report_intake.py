"""Files of a self-report on their way in: stored before the transaction, if the caller may bring them.

Pages and programs take the same way, so that neither can bring what the other is refused.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from core import clock, db, files, media_types, text
from core.caller import Caller
from core.files import MAX_FILE_BYTES
from inspections import queries, self_report_actions
from inspections.errors import SelfReportRefused
from inspections.self_report_actions import Brought, Letter

MOST_BYTES = MAX_FILE_BYTES
ROOM_FOR_FIELDS_BYTES = 64 * 1024


@dataclass(frozen=True)
class Offered:
    """A file as it was sent: its bytes, how many, what it is called, what it is said to be."""

    stream: BinaryIO
    size_bytes: int
    name: str
    announced: str


@dataclass(frozen=True)
class Delivery:
    """A letter and its files, which lie in the store and are named by no row yet."""

    letter: Letter
    brought: Sequence[Brought]


def size_of(stream: BinaryIO) -> int:
    """How many bytes a seekable stream has; it stands at its beginning afterwards."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    return size


def plain_name(sent: str) -> str:
    """The file's name without folders and odd characters, as people read it."""
    return text.one_line(sent.replace("\\", "/").rpartition("/")[2]) or "bao-cao"


def letter_in(typed: Mapping[str, str]) -> Letter:
    """The letter as it was typed.

    Raises:
        SelfReportRefused: the day is none.
    """
    try:
        received_on = date.fromisoformat(typed.get("received_on", ""))
    except ValueError:
        raise SelfReportRefused("Ngày nhận chưa đúng; ghi ngày, tháng, năm.", field="received_on") from None
    return Letter(typed.get("document_number", ""), received_on)


def taken_in(
    inspection_id: str, typed: Mapping[str, str], offered: Sequence[Offered], *, by: Caller
) -> Delivery:
    """Letter and files, once all that can be refused without reading the files has been looked at.

    Raises:
        InspectionUnknown, StepNotYours, SelfReportClosed, SelfReportRefused, DiskNearlyFull, StoreAway
    """
    letter = letter_in(typed)
    self_report_actions.check_letter(letter, today=clock.local_date(clock.now()))
    with db.reading() as session:
        inspection = queries.visible(session, inspection_id, by)
        self_report_actions.check_may(inspection, by)
        self_report_actions.check_room(session, inspection, [one.size_bytes for one in offered])
    return Delivery(letter, [_stored(one) for one in offered])


def _stored(one: Offered) -> Brought:
    received = files.receive(one.stream, expected_bytes=one.size_bytes)
    name = plain_name(one.name)
    return Brought(received, name, media_types.of(one.announced, name))
