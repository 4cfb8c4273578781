"""What can be asked about inspections; every question is put for a caller, and changes nothing."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from accounts import competence, qualifications
from accounts.roles import Role
from core.caller import Caller
from inspections.errors import InspectionUnknown
from inspections.models import (
    BlobReference,
    Inspection,
    LoggedOperation,
    SelfReport,
    TeamMember,
    UploadedBlob,
)
from inspections.workflow import Part, State, takes_record_operations

_SEE_ALL = (Role.SUPERVISOR, Role.CLERK, Role.ADMINISTRATOR)
_OFFICE_PARTS = {Role.SUPERVISOR: Part.SUPERVISOR, Role.CLERK: Part.CLERK}


def _visible(caller: Caller) -> Select[Inspection]:
    """Office people see every inspection; an inspector, and any tablet, only those of the own teams."""
    query = select(Inspection)
    if caller.device_id is None and caller.has_role(*_SEE_ALL):
        return query
    own = select(TeamMember.inspection_id).where(TeamMember.person_id == caller.person_id)
    return query.where(Inspection.id.in_(own))


def is_record_open(inspection: Inspection) -> bool:
    """Whether the record is open to anything more at all."""
    return inspection.frozen_pos is None and takes_record_operations(State(inspection.state))


def visible(session: Session, inspection_id: str, caller: Caller) -> Inspection:
    """The inspection, if the caller may know of it.

    Raises:
        InspectionUnknown: there is none, or it is another team's; the two are not told apart.
    """
    found = session.scalar(_visible(caller).where(Inspection.id == inspection_id))
    if found is None:
        raise InspectionUnknown(inspection=inspection_id)
    return found


def listed(
    session: Session,
    caller: Caller,
    *,
    states: Sequence[State] = (),
    year: int | None = None,
    unit_id: str | None = None,
) -> Sequence[Inspection]:
    """The caller's inspections, nearest planned day first, narrowed by state, year of that day, and unit."""
    query = _visible(caller).order_by(Inspection.planned_on, Inspection.id)
    if states:
        query = query.where(Inspection.state.in_(list(states)))
    if year is not None:
        query = query.where(Inspection.planned_on.between(date(year, 1, 1), date(year, 12, 31)))
    if unit_id is not None:
        query = query.where(Inspection.unit_id == unit_id)
    return session.scalars(query).all()


def parts_of(inspection: Inspection, caller: Caller) -> frozenset[Part]:
    """In what capacities the caller stands to the inspection: the place in the team, and offices held."""
    team = {Part(member.role) for member in inspection.team if member.person_id == caller.person_id}
    if caller.device_id is not None:
        return frozenset(team)
    return frozenset(team | {part for role, part in _OFFICE_PARTS.items() if caller.has_role(role)})


def is_on_team(inspection: Inspection, caller: Caller) -> bool:
    """Whether the caller is a member of the inspecting team."""
    return any(member.person_id == caller.person_id for member in inspection.team)


@dataclass(frozen=True)
class MemberWarning:
    """What is not recorded of what the law asks of a member; it is told and stops nothing."""

    person_id: str
    missing: tuple[str, ...]
    text: str


def member_warnings(session: Session, inspection: Inspection) -> list[MemberWarning]:
    """What whoever decides should know of the team, on the day of the inspection.

    Source: Thông tư 26/2014/TT-BKHCN Điều 40 khoản 1.
    """
    members = [member.person_id for member in inspection.team]
    found = qualifications.shortfalls_of(session, members, on=inspection.planned_on)
    return [
        MemberWarning(person_id, tuple(missing), competence.warning_of(missing))
        for person_id, missing in found.items()
    ]


def has_arrived(session: Session, inspection_id: str, sha256: str) -> bool:
    """Whether an operation of the inspection attaches the file, and it came for this very inspection."""
    query = select(BlobReference.op_id).where(
        BlobReference.inspection == inspection_id, BlobReference.sha256 == sha256
    )
    came = select(UploadedBlob.sha256).where(
        UploadedBlob.inspection == inspection_id, UploadedBlob.sha256 == sha256
    )
    return session.scalar(query.where(came.exists()).limit(1)) is not None


def file_name(session: Session, inspection_id: str, sha256: str) -> str | None:
    """What the inspection's file is called, empty if nobody said; None if none of this hash came for it."""
    brought = select(SelfReport.name).where(
        SelfReport.inspection_id == inspection_id, SelfReport.sha256 == sha256,
        SelfReport.withdrawn_at.is_(None),
    )  # fmt: skip
    name = session.scalar(brought.limit(1))
    if name is not None:
        return name
    if not has_arrived(session, inspection_id, sha256):
        return None
    bodies = session.scalars(
        select(LoggedOperation.body)
        .join(BlobReference, BlobReference.op_id == LoggedOperation.op_id)
        .where(BlobReference.inspection == inspection_id, BlobReference.sha256 == sha256)
        .order_by(LoggedOperation.pos)
    )
    names = (json.loads(body).get("name") for body in bodies if body is not None)
    return next((name for name in names if isinstance(name, str) and name.strip()), "")
