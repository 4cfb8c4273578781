"""Recording, withdrawing and reading people's certificates; what follows from them is judged elsewhere."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import competence, errors, fields
from accounts.competence import Certificate, Kind, Shortfall
from accounts.models import Person
from accounts.qualification_models import Qualification
from core import clock, ids, journal
from core.caller import Caller

_OLDEST = date(1945, 9, 2)


@dataclass(frozen=True)
class QualificationFields:
    """What is typed of one paper; normalised on creation."""

    kind: str
    awarded_on: date | None
    number: str = ""
    issuer: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "number", fields.name(self.number))
        object.__setattr__(self, "issuer", fields.name(self.issuer))

    def problems(self, *, today: date) -> dict[str, list[str]]:
        """What is wrong, by field; empty if nothing is."""
        found: dict[str, list[str]] = {}
        if self.kind not in set(Kind):
            found["kind"] = ["Chọn loại văn bằng, chứng chỉ."]
        if self.awarded_on is None or not _OLDEST <= self.awarded_on <= today:
            found["awarded_on"] = ["Nhập ngày cấp ghi trên văn bằng, không sau hôm nay."]
        for name, label in (("number", "Số hiệu"), ("issuer", "Nơi cấp")):
            if len(getattr(self, name)) > fields.MAX_NAME_CHARACTERS:
                found[name] = [f"{label} dài quá {fields.MAX_NAME_CHARACTERS} ký tự."]
        return found


def record(
    session: Session, person: Person, given: QualificationFields, *, by: Caller, at: datetime
) -> Qualification:
    """The person's paper is on record.

    Raises:
        FieldsRefused: a field cannot be used.
    """
    found = given.problems(today=clock.local_date(at))
    if found or given.awarded_on is None:
        raise errors.FieldsRefused(found)
    row = Qualification(
        id=ids.new_id(), person_id=person.id, kind=given.kind, awarded_on=given.awarded_on,
        number=given.number, issuer=given.issuer,
    )  # fmt: skip
    session.add(row)
    journal.record(
        session, "qualification.recorded", about=("person", person.id), by=by, at=at, kind=row.kind,
        awarded_on=row.awarded_on.isoformat(), number=row.number, issuer=row.issuer,
    )  # fmt: skip
    return row


def withdraw(session: Session, row: Qualification, *, by: Caller, at: datetime) -> None:
    """The paper is not on record any more; the journal keeps what it said."""
    journal.record(
        session, "qualification.withdrawn", about=("person", row.person_id), by=by, at=at, kind=row.kind,
        awarded_on=row.awarded_on.isoformat(), number=row.number, issuer=row.issuer,
    )  # fmt: skip
    session.delete(row)


def listed(session: Session, person: Person) -> Sequence[Qualification]:
    """The person's papers, oldest first."""
    oldest_first = select(Qualification).order_by(Qualification.awarded_on, Qualification.id)
    return session.scalars(oldest_first.where(Qualification.person_id == person.id)).all()


def one_of(session: Session, person: Person, qualification_id: str) -> Qualification:
    """The person's paper of this id.

    Raises:
        QualificationUnknown: there is none.
    """
    row = session.get(Qualification, qualification_id) if ids.is_id(qualification_id) else None
    if row is None or row.person_id != person.id:
        raise errors.QualificationUnknown
    return row


def shortfalls_of(
    session: Session, person_ids: Iterable[str], *, on: date
) -> dict[str, tuple[Shortfall, ...]]:
    """What is not recorded for each of these people to inspect on the day; who lacks nothing is left out."""
    wanted = list(person_ids)
    held: dict[str, list[Certificate]] = defaultdict(list)
    for row in session.scalars(select(Qualification).where(Qualification.person_id.in_(wanted))):
        held[row.person_id].append(Certificate(row.kind, row.awarded_on))
    judged = {one: competence.shortfalls(held[one], on) for one in wanted}
    return {one: missing for one, missing in judged.items() if missing}
