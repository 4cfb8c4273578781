"""Which streams a tablet may see, by the names that they have on the wire."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from sqlalchemy import and_, bindparam, exists, select
from sqlalchemy.orm import Session, lazyload

from accounts import devices
from accounts.device_models import Device
from accounts.devices import Standing
from core import epoch, ids
from core.caller import Caller
from core.glance import Glance, Question, among
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
    session: Session, names: Collection[str], caller: Caller
) -> tuple[dict[str, Inspection], list[GoneOut]]:
    """The inspections behind the names, in order of name, and the names that lead nowhere for this caller."""
    ids_of = _ids_of(names)
    asked = {"named": list(ids_of.values()), "person": caller.person_id}
    rows = session.scalars(_OWN, asked) if ids_of else ()
    found = {inspection.id: inspection for inspection in rows}
    streams = {name: found[one] for name, one in ids_of.items() if one in found}
    return streams, _gone(names, streams)


class Stream(NamedTuple):
    """How far an inspection's log goes, and how the inspection stands."""

    id: str
    head_pos: int
    root: str
    frozen_pos: int | None
    state: str
    revision: int


class Seen(NamedTuple):
    """What a tablet may follow, from one look: how it stands itself, the epoch, and its streams by name."""

    device: Standing
    epoch: str
    found: dict[str, Stream]
    gone: list[GoneOut]


_ON_TEAM = (
    exists()
    .where(TeamMember.inspection_id == Inspection.id, TeamMember.person_id == bindparam("person"))
    .correlate(Inspection)
)
_SEEN = Question(
    select(
        *devices.STANDING, epoch.CURRENT.scalar_subquery(), Inspection.id, Inspection.head_pos,
        Inspection.root, Inspection.frozen_pos, Inspection.state, Inspection.revision,
    )
    .select_from(Device)
    .outerjoin(Inspection, and_(among(Inspection.id, "named"), _ON_TEAM))
    .where(Device.id == bindparam("device"))
)  # fmt: skip
_OF_EPOCH = len(devices.STANDING)


def seen(glance: Glance, names: Collection[str], caller: Caller) -> Seen:
    """The streams behind the names, in order of name, and the names that lead nowhere for this caller.

    Raises:
        DeviceNotFound: the caller's tablet is not enrolled.
        DeviceRevoked: it is lost or stolen.
    """
    ids_of = _ids_of(names)
    rows = glance.rows(
        _SEEN, device=str(caller.device_id), named=list(ids_of.values()), person=caller.person_id
    )
    device = devices.standing(rows[0][:_OF_EPOCH] if rows else ())
    read = (Stream(*row[_OF_EPOCH + 1 :]) for row in rows if row[_OF_EPOCH + 1] is not None)
    found = {stream.id: stream for stream in read}
    streams = {name: found[one] for name, one in ids_of.items() if one in found}
    return Seen(device, rows[0][_OF_EPOCH], streams, _gone(names, streams))


def _ids_of(names: Iterable[str]) -> dict[str, str]:
    """The ids in those of the names that have one, in order of name."""
    named = {name: name.removeprefix(PREFIX) for name in sorted(set(names)) if name.startswith(PREFIX)}
    return {name: inspection_id for name, inspection_id in named.items() if ids.is_id(inspection_id)}


def _gone(names: Iterable[str], found: Collection[str]) -> list[GoneOut]:
    return [GoneOut(name, ACCESS_REVOKED) for name in sorted(set(names)) if name not in found]


def status_of(inspection: Inspection | Stream) -> str:
    """Whether the record takes more operations: `open`, or `frozen` by the signatures."""
    return "open" if inspection.frozen_pos is None else "frozen"
