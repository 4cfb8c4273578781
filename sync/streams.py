"""Which streams a tablet may see, by the names that they have on the wire."""

from collections.abc import Iterable

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, lazyload

from core import ids
from core.caller import Caller
from inspections import queries
from inspections.errors import InspectionUnknown
from inspections.models import Inspection, TeamMember
from sync.schemas import GoneOut

PREFIX = "inspection:"
ACCESS_REVOKED = "access_revoked"
_OWN = (
    select(Inspection)
    .where(
        Inspection.id.in_(bindparam("named", expanding=True)),
        Inspection.id.in_(
            select(TeamMember.inspection_id).where(TeamMember.person_id == bindparam("person"))
        ),
    )
    .options(lazyload(Inspection.team))  # who merely reads the log does not need the team
)


def visible(session: Session, inspection_id: str, caller: Caller) -> Inspection:
    """The inspection, if the caller is on its team.

    Raises:
        InspectionUnknown: there is none, or it is another team's; the two are not told apart.
    """
    if not ids.is_id(inspection_id):
        raise InspectionUnknown
    return queries.visible(session, inspection_id, caller)


def opened(
    session: Session, names: Iterable[str], caller: Caller
) -> tuple[dict[str, Inspection], list[GoneOut]]:
    """The inspections behind the names, in order of name, and the names that lead nowhere for this caller."""
    wanted = sorted(set(names))
    ids_of = {name: name.removeprefix(PREFIX) for name in wanted if name.startswith(PREFIX)}
    known = [inspection_id for inspection_id in ids_of.values() if ids.is_id(inspection_id)]
    rows = session.scalars(_OWN, {"named": known, "person": caller.person_id}) if known else ()
    found = {inspection.id: inspection for inspection in rows}
    streams = {name: found[ids_of[name]] for name in wanted if ids_of.get(name) in found}
    return streams, [GoneOut(name, ACCESS_REVOKED) for name in wanted if name not in streams]


def status_of(inspection: Inspection) -> str:
    """Whether the record takes more operations: `open`, or `frozen` by the signatures."""
    return "open" if inspection.frozen_pos is None else "frozen"
