"""An inspection in a database with its team and their tablets, for tests of the log."""

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.device_models import Device, DeviceGrant
from accounts.models import Person
from checklists import actions as checklist_actions
from checklists import loading, shipped
from checklists.definition import Definition
from core import files, ids
from core.caller import Caller
from inspections import chain, content, log
from inspections.fold import Fold
from inspections.ledger import Outcome
from inspections.models import Inspection, LoggedOperation, TeamMember, UploadedBlob
from inspections.operation import Operation
from registry import loading as registry_loading
from registry.models import Unit
from registry.shipped import LEGAL_TEXTS

AT = datetime(2026, 8, 22, 8, 0, tzinfo=UTC)
CHECKLIST = "QMS-HCNN-2015@1.0.0"
ROLES = ("leader", "deputy", "secretary", "member")
DRAWING = b"\x89PNG drawn on glass"


@cache
def shipped_definition() -> Definition:
    """The main checklist as it is shipped."""
    (file,) = (path for path in shipped.files() if path.name.startswith("qms_hcnn_tcvn_iso_9001_2015"))
    texts = registry_loading.legal_texts(LEGAL_TEXTS.read_bytes(), file=LEGAL_TEXTS.name)
    known = [one.instrument.code for one in texts.instruments] + [one.code for one in texts.standards]
    return loading.load(file.read_bytes(), file=file.name, known_bases=known)


@dataclass
class Tablet:
    """The tablet's end of its chain; what it writes waits until it is sent."""

    session: Session
    inspection: str
    device: Device
    waiting: list[Operation] = field(default_factory=list)
    written: int = 0

    def write(self, kind: str, entity: str, body: Any = None, *, by: str = "", **fields: Any) -> str:
        """An operation waits to be sent; its id."""
        self.written += 1
        text = body if isinstance(body, str) else json.dumps(body or {}, ensure_ascii=False)
        defaults: dict[str, Any] = {
            "op_id": ids.new_id(), "seq": self.written, "type": kind, "inspection": self.inspection,
            "entity": entity, "parents": (), "checklist": CHECKLIST, "actor": by, "hlc": "0198c0de5a10-0000",
            "wall": "2026-08-22T15:00:00+07:00", "clk": "+0/0", "body": text,
        }  # fmt: skip
        self.waiting.append(Operation(**(defaults | fields)))
        return self.waiting[-1].op_id

    def send(self) -> list[Outcome]:
        """Everything that waits is appended; the outcomes."""
        chained = chain.chained(self.device.id, self.device.hash, self.waiting)
        self.waiting = []
        return log.append(self.session, chained, device=self.device, at=AT)


@dataclass
class Scene:
    """One inspection in progress."""

    session: Session
    inspection: Inspection
    people: dict[str, str]

    def tablet(self, *, granted: tuple[str, ...] = ROLES) -> Tablet:
        """Another enrolled tablet, on which these roles have signed in."""
        name = ids.new_id()
        device = Device(
            id=name, label="Máy thử", kind="tablet", public_jwk={}, thumbprint="t", seq=0,
            hash=chain.genesis(name, "t"), enrolled_at=AT,
        )  # fmt: skip
        self.session.add(device)
        self.session.flush()
        for role in granted:
            self.grant(device, role)
        return Tablet(self.session, self.inspection.id, device)

    def grant(self, device: Device, role: str, *, until: datetime = datetime(2027, 1, 1, tzinfo=UTC)) -> None:
        """The person may write on the device."""
        self.session.add(
            DeviceGrant(device_id=device.id, person_id=self.people[role], granted_at=AT, expires_at=until)
        )
        self.session.flush()

    def fold(self) -> Fold:
        """The state as the log has it."""
        return log.read_fold(self.session, self.inspection.id)

    def content(self) -> str:
        """The content hash as any tablet computes it."""
        return content.content_hash(self.inspection.id, str(self.inspection.checklist_sha256), self.fold())

    def store(self, data: bytes = DRAWING) -> str:
        """The file has come for the inspection; its name."""
        sha256 = files.put(self.session, data, media_type="image/png", at=AT).sha256
        came = UploadedBlob(
            inspection=self.inspection.id, sha256=sha256, media_type="image/png", received_at=AT,
            device=self.session.scalars(select(Device.id).limit(1)).one(), person_id=self.people["leader"],
        )  # fmt: skip
        self.session.merge(came)
        self.session.flush()
        return f"sha256:{sha256}"

    def rows(self) -> list[LoggedOperation]:
        """The inspection's stream."""
        query = select(LoggedOperation).where(LoggedOperation.inspection == self.inspection.id)
        return list(self.session.scalars(query.order_by(LoggedOperation.pos)))


def _person(session: Session, name: str) -> str:
    person = Person(
        id=ids.new_id(), username=name, full_name=name.title(), title="Kiểm tra viên", is_active=True,
        is_demo=False, password_hash=None, added_at=AT,
    )  # fmt: skip
    session.add(person)
    return person.id


def make_scene(session: Session, *, state: str = "in_progress", form: str = "on_site") -> Scene:
    """An inspection with a team of four, bound to the shipped checklist."""
    version = checklist_actions.publish(session, shipped_definition(), by=Caller.system("test"), at=AT)
    unit = Unit(
        id=ids.new_id(), code=ids.new_id(), name="Sở Nội vụ", unit_type="so_nganh", level="tinh", events=[]
    )
    session.add(unit)
    people = {role: _person(session, f"{role}-{ids.new_id()[-6:]}") for role in (*ROLES, "supervisor")}
    session.flush()
    inspection_id = ids.new_id()
    team = [
        TeamMember(
            inspection_id=inspection_id, person_id=people[role], role=role, full_name=role.title(), title="",
            position=position,
        )
        for position, role in enumerate(ROLES, start=1)
    ]  # fmt: skip
    inspection = Inspection(
        id=inspection_id, unit_id=unit.id, unit_name=unit.name, unit_type=unit.unit_type, form=form,
        state=state,
        revision=1, planned_on=date(2023, 5, 23), scheduled_at=AT, checklist=CHECKLIST,
        checklist_sha256=version.sha256, profile="tai_tru_so_day_du", head_pos=0,
        root=chain.log_genesis(inspection_id), team=team,
    )  # fmt: skip
    session.add(inspection)
    session.flush()
    return Scene(session, inspection, people)


def supervisor(scene: Scene) -> Caller:
    """The supervisor at the desk."""
    return Caller(scene.people["supervisor"], "Lãnh đạo", roles=frozenset({"supervisor"}))
