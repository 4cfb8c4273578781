"""An inspection with a decision and a team with tablets, put there directly, for tests of the transport."""

from dataclasses import dataclass
from datetime import date

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import tokens
from accounts.device_models import Device, DeviceGrant, DeviceToken
from accounts.models import Person
from core import clock, db, epoch, ids
from inspections import chain
from inspections.models import Inspection, TeamMember
from registry.models import Unit
from tests import people
from tests.tablets import Tablet

CHECKLIST = "QMS-HCNN-2015@1.0.0"


def make_inspection(session: Session, team: dict[str, str], **fields: object) -> Inspection:
    """An inspection with a decision, whose team is `{person_id: role}`."""
    unit = session.scalar(select(Unit).where(Unit.code == "TV-S02"))
    if unit is None:
        unit = Unit(
            id=ids.new_id(), code="TV-S02", name="Sở Nội vụ", unit_type="so_nganh", level="tinh",
            valid_from=None, valid_to=None,
        )  # fmt: skip
        session.add(unit)
        session.flush()
    inspection_id = ids.new_id()
    plain = {
        "unit_name": unit.name, "unit_type": unit.unit_type, "form": "on_site", "state": "in_progress",
        "revision": 1, "planned_on": date(2023, 5, 23), "scheduled_at": clock.now(), "head_pos": 0,
        "decision_number": "12/QĐ-TĐC", "decided_on": date(2023, 5, 8), "checklist": CHECKLIST,
        "checklist_sha256": "ab" * 32, "profile": "tai_tru_so_day_du", "standard": "TCVN ISO 9001:2015",
        "period_from": date(2022, 1, 1), "period_to": date(2023, 4, 30),
    }  # fmt: skip
    members = [
        TeamMember(
            person_id=person_id, role=role, title="Chuyên viên", position=position,
            full_name=session.get_one(Person, person_id).full_name,
        )
        for position, (person_id, role) in enumerate(team.items(), start=1)
    ]  # fmt: skip
    inspection = Inspection(
        id=inspection_id, unit_id=unit.id, root=chain.log_genesis(inspection_id), team=members,
        **(plain | fields),
    )  # fmt: skip
    session.add(inspection)
    return inspection


def admitted(session: Session, app: Flask, person_id: str) -> Tablet:
    """A tablet that is enrolled and holds a token, as if by the front door."""
    tablet, at = Tablet(app), clock.now()
    tablet.bearer, tablet.person_id, tablet.epoch = tokens.new_token(), person_id, epoch.current(session)
    until = at.replace(year=at.year + 1)
    device = Device(
        id=tablet.device, label="Máy thử", kind="tablet", public_jwk=tablet.jwk,
        thumbprint=chain.thumbprint(tablet.jwk), seq=0, hash=tablet.hashes[0], enrolled_at=at,
    )  # fmt: skip
    session.add(device)
    session.flush()
    session.add_all(
        [
            DeviceGrant(device_id=tablet.device, person_id=person_id, granted_at=at, expires_at=until),
            DeviceToken(
                token_sha256=tokens.sha256(tablet.bearer), device_id=tablet.device, person_id=person_id,
                issued_at=at, expires_at=until,
            ),
        ]
    )  # fmt: skip
    return tablet


@dataclass(frozen=True)
class Team:
    """An inspection on its way (`id`), with the people of its team and one who is not of it."""

    app: Flask
    id: str
    leader: str
    member: str
    stranger: str

    def tablet(self, person_id: str = "") -> Tablet:
        """A tablet that the person (the member, if nobody is named) has signed in on."""
        with self.app.app_context(), db.writing() as session:
            return admitted(session, self.app, person_id or self.member)

    def another(self, **fields: object) -> str:
        """Another inspection of the same team."""
        with self.app.app_context(), db.writing() as session:
            return make_inspection(session, {self.leader: "leader", self.member: "member"}, **fields).id

    def foreign(self) -> str:
        """An inspection of the stranger's team."""
        with self.app.app_context(), db.writing() as session:
            return make_inspection(session, {self.stranger: "leader"}).id


def team_on_its_way(app: Flask, **fields: object) -> Team:
    """An inspection with a leader and a member, none of whom can sign in at a desk."""
    with app.app_context(), db.writing() as session:
        names = ("truong.doan", "thanh.vien", "nguoi.la")
        leader, member, stranger = (
            people.make_person(session, f"{name}{ids.new_id()[-6:]}", password_hash=None).id for name in names
        )
        session.flush()
        inspection = make_inspection(session, {leader: "leader", member: "member"}, **fields)
        return Team(app, inspection.id, leader, member, stranger)
