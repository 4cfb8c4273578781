"""One inspection as tests need it: an office with people and a unit, a decision, and tablets that record.

The office acts through pages and actions, the team through the sync routes, as they do in life.
"""

import hashlib
import io
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from flask import Flask
from PIL import Image
from sqlalchemy.orm import Session

from checklists import actions as checklist_actions
from checklists import shipped as shipped_lists
from core import clock, db, ids
from core.caller import Caller
from inspections import actions, content, log_reading
from inspections.models import Inspection
from inspections.workflow import Form
from registry import actions as registry_actions
from registry import queries as registry_queries
from registry import shipped as shipped_units
from tests import people, tablets
from tests.kept import Kept

UNIT = "TV-S02"
CHECKLIST = "QMS-HCNN-2015@1.0.0"
PROFILE = "tai_tru_so_day_du"
VISITED_ON = date(2023, 5, 23)
TEAM = {"leader": ("truong.doan", "Nguyễn Văn Trưởng"), "secretary": ("thu.ky", "Võ Thị Thư Ký")}
SYSTEM = Caller.system("test")
AGENCY = registry_actions.AgencyNames(
    "Sở Khoa học và Công nghệ", "Chi cục Tiêu chuẩn Đo lường Chất lượng", "Trà Vinh",
    "Ủy ban nhân dân tỉnh Trà Vinh", "BB-TĐC",
)  # fmt: skip


def picture(media_type: str = "JPEG", size: tuple[int, int] = (1200, 900)) -> bytes:
    """A photo with a place in its EXIF, or a drawing."""
    made = Image.new("RGB", size, (120, 150, 170))
    exif = Image.Exif()
    exif[0x010F] = "Hãng máy ảnh"
    target = io.BytesIO()
    made.save(target, media_type, **({"exif": exif} if media_type == "JPEG" else {}))
    return target.getvalue()


@Kept
def _register(session: Session, at: datetime) -> None:
    registry_actions.describe_agency(session, AGENCY, by=SYSTEM, at=at)
    registry_actions.load_legal_texts(session, shipped_units.LEGAL_TEXTS, by=SYSTEM, at=at)
    registry_actions.load_units(session, shipped_units.DEMO_UNITS, by=SYSTEM, at=at)
    (path,) = (one for one in shipped_lists.files() if "9001_2015" in one.name)
    checklist_actions.publish_file(session, path.read_bytes(), file=path.name, by=SYSTEM, at=at)


def registered(app: Flask) -> None:
    """Legal texts, demo units and the main checklist are there, and the agency is named."""
    with app.app_context(), db.writing() as session:
        _register(session)


@dataclass
class Visit:
    """An inspection with its people; tablets are enrolled when their holder first records."""

    app: Flask
    unit: str = UNIT
    planned_on: date = VISITED_ON
    people_ids: dict[str, str] = field(default_factory=dict)
    held: dict[str, tablets.Tablet] = field(default_factory=dict)
    inspection: str = ""
    last: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """The inspection's page."""
        return f"/inspections/{self.inspection}"

    def scheduled(self) -> "Visit":
        """People are there and the unit is in the calendar."""
        self.people_ids = {
            role: people.there_is(self.app, username, full_name=name)
            for role, (username, name) in TEAM.items()
        }
        people.there_is(self.app, "quan.tri", full_name="Bùi Quản Trị", roles=("administrator",))
        with self.app.app_context(), db.writing() as session:
            unit = registry_queries.unit_by_code(session, self.unit)
            made = actions.schedule(
                session, unit, form=Form.ON_SITE, planned_on=self.planned_on, by=SYSTEM, at=clock.now()
            )
            self.inspection = made.id
        return self

    def decided(self) -> "Visit":
        """The decision holds; the team can work."""
        if not self.inspection:
            self.scheduled()
        supervisor = Caller(None, "Lãnh đạo", frozenset({"supervisor"}))
        decision = actions.Decision(
            number="15/QĐ-TĐC", decided_on=date(2023, 5, 8), checklist=CHECKLIST, profile=PROFILE,
            period_from=date(2022, 1, 1), period_to=date(2023, 4, 30),
            team=[actions.Place(person, role, "") for role, person in self.people_ids.items()],
        )  # fmt: skip
        with self.app.app_context(), db.writing() as session:
            inspection = session.get_one(Inspection, self.inspection)
            actions.decide(session, inspection, decision, by=supervisor, at=clock.now())
        return self

    def tablet(self, role: str) -> tablets.Tablet:
        """The tablet of the person with the role."""
        if role not in self.held:
            administrator = tablets.Office(self.app)
            holder = tablets.Office(self.app, TEAM[role][0])
            self.held[role] = tablets.enrolled(self.app, administrator, holder)
        return self.held[role]

    def record(self, role: str, operation_type: str, entity: str, body: Any = None, **more: Any) -> str:
        """The person records it; it is sent with the next `push`."""
        return self.tablet(role).record(self.inspection, operation_type, entity, body or {}, **more)

    def push(self, role: str) -> list[str]:
        """What the person recorded since the last push is on the server; what became of each."""
        tablet = self.tablet(role)
        sent = getattr(tablet, "sent", 0)
        answer = tablet.push(sent + 1)
        assert answer.status_code == 200, answer.text
        tablet.sent = len(tablet.operations)
        return list(tablets.statuses(answer))

    def answer(self, item: str, value: Any, role: str = "leader", **more: Any) -> str:
        """The person answers the item, in place of what `parents` names."""
        members = {name: more.pop(name) for name in ("parents", "clk") if name in more}
        body = {"value": value, **more}
        self.last[item] = self.record(role, "answer.set", f"answer/{item}", body, **members)
        return self.last[item]

    def photo(self, item: str | None, content: bytes, *, caption: str = "", arrives: bool = True) -> str:
        """The leader takes a photo; its hash. It is on the server if it `arrives`."""
        sha256 = hashlib.sha256(content).hexdigest()
        body = {
            "blob": f"sha256:{sha256}", "size": len(content), "mime": "image/jpeg",
            "taken_at": "2023-05-23T09:20:00+07:00", "item": item, "caption": caption,
        }  # fmt: skip
        self.record("leader", "photo.add", f"photo/{ids.new_id()}", body)
        self.push("leader")
        if arrives:
            self.deliver(content)
        return sha256

    def deliver(self, content: bytes) -> None:
        """The leader's tablet sends the file."""
        tablet = self.tablet("leader")
        answer = tablet.client.put(
            f"/sync/v1/blobs/sha256:{hashlib.sha256(content).hexdigest()}?inspection={self.inspection}",
            data=content, headers=tablet.headers,
        )  # fmt: skip
        assert answer.status_code in (200, 201, 204), answer.text

    def content_hash(self) -> str:
        """The hash of the record as the server folds it."""
        with self.app.app_context(), db.reading() as session:
            inspection = session.get_one(Inspection, self.inspection)
            fold = log_reading.whole_fold(session, self.inspection)
            return content.content_hash(self.inspection, str(inspection.checklist_sha256), fold)

    def started(self) -> "Visit":
        """The team is at the unit."""
        self.record("leader", "inspection.start", "inspection")
        return self

    def submitted(self) -> "Visit":
        """Both sides have signed what was recorded and the leader has sent it for approval."""
        times = {"started_at": "2023-05-23T08:00:00+07:00", "ended_at": "2023-05-23T11:30:00+07:00"}
        said = {"place": "trụ sở đơn vị", "conclusion": "Đơn vị duy trì hệ thống quản lý chất lượng."}
        self.record("leader", "inspection.set", "inspection", times | said)
        self.record("leader", "inspection.conclude", "inspection")
        self.push("leader")
        signed = self.content_hash()
        drawing = picture("PNG", (400, 200))
        blob = f"sha256:{hashlib.sha256(drawing).hexdigest()}"
        for role, name in (("leader", "Nguyễn Văn Trưởng"), ("unit", "Phạm Văn Giám Đốc")):
            body = {"role": role, "name": name, "title": "", "content": signed, "blob": blob}
            self.record("leader", "signature.add", f"signature/{ids.new_id()}", body)
        seen = {tablet.device: len(tablet.operations) for tablet in self.held.values()}
        signoff = {"content": signed, "seen": seen, "exclude": [], "statement": "Đã đọc lại và nhất trí."}
        self.push("leader")
        self.deliver(drawing)
        self.record("leader", "inspection.signoff", "inspection", signoff)
        self.record("leader", "inspection.submit", "inspection")
        assert self.push("leader") == ["applied", "applied"]
        return self

    def state(self) -> tuple[str, int]:
        """State and revision."""
        with self.app.app_context(), db.reading() as session:
            inspection = session.get_one(Inspection, self.inspection)
            return inspection.state, inspection.revision


def under_way(app: Flask) -> Visit:
    """An inspection that has begun, as its leader has sent it."""
    registered(app)
    made = Visit(app).decided().started()
    made.push("leader")
    return made
