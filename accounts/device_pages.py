"""The administrator's pages of tablets: enrol one by a code on the screen, see them, take one out of use."""

import json

import segno
from flask import Blueprint, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from accounts import device_presence, devices, enrolment_codes
from accounts.device_models import RevokeMode
from accounts.errors import FieldsRefused
from accounts.roles import Role
from core import clock, page, problems, settings
from core.access import roles
from core.caller import Caller

bp = Blueprint("device_pages", __name__, url_prefix="/devices")
blueprints = [bp]

ADMINISTRATORS = roles(Role.ADMINISTRATOR)
WATCHERS = roles(Role.ADMINISTRATOR, Role.SUPERVISOR)
MODES = (
    (RevokeMode.RETIRED, "Ngừng dùng", "Dữ liệu còn trên máy vẫn được nhận như thường."),
    (RevokeMode.LOST, "Thất lạc", "Máy không nhận thêm gì; những gì máy gửi lên được giữ riêng để xem xét."),
    (
        RevokeMode.STOLEN,
        "Bị lấy cắp",
        "Máy không vào được nữa và được lệnh xoá dữ liệu; phần chưa gửi sẽ mất.",
    ),
)
_MODE_LABELS = {mode.value: label for mode, label, _ in MODES}

Answer = str | Response | tuple[str, int]


def _list(session: Session, *, label: str = "", problem: str = "") -> str:
    listed, at = devices.listed(session), clock.now()
    return page.render(
        "devices/index.html", devices=listed, mode_labels=_MODE_LABELS, label=label, problem=problem,
        holders=device_presence.holders(session, [one.id for one in listed], at=at), at=at,
        done=request.args.get("done", ""),
    )  # fmt: skip


@bp.get("/")
@page.page(WATCHERS)
def index(*, session: Session, caller: Caller) -> Answer:  # noqa: ARG001 (every view is told)
    """Every tablet and what waits on it; for administrators, the form that makes a code for a new one."""
    return _list(session)


def enrolment_text(code: str) -> str:
    """What the QR carries for the tablet: where to enrol, and the code."""
    address = f"{settings.current().base_url}/sync/v1/devices"
    return json.dumps({"url": address, "code": code}, separators=(",", ":"))


def _shown(made: devices.MadeCode, *, label: str) -> str:
    picture = segno.make(enrolment_text(made.scanned), error="m", micro=False)
    return page.render(
        "devices/code.html", code=enrolment_codes.grouped(made.typed), label=label,
        expires_at=made.expires_at,
        address=settings.current().base_url, picture=picture.svg_data_uri(scale=6, border=4, light="white"),
    )  # fmt: skip


@bp.post("/codes")
@page.page(ADMINISTRATORS)
def make_code(*, session: Session, caller: Caller) -> Answer:
    """A code for one tablet stands on the screen, this once; or the form says what is wrong."""
    label = request.form.get("label", "")
    try:
        made = devices.make_code(session, label, by=caller, at=clock.now())
    except FieldsRefused as refusal:
        return _list(session, label=label, problem=refusal.detail), problems.status_of(refusal)
    return _shown(made, label=label)


@bp.get("/<device_id>/revoke")
@page.page(ADMINISTRATORS)
def ask(device_id: str, *, session: Session, caller: Caller) -> Answer:  # noqa: ARG001 (every view is told)
    """What taking the tablet out of use will do, asked once."""
    device = devices.tablet(session, device_id)
    return page.render("devices/revoke.html", device=device, modes=MODES, problem="")


@bp.post("/<device_id>/revoke")
@page.page(ADMINISTRATORS)
def revoke(device_id: str, *, session: Session, caller: Caller) -> Answer:
    """The tablet is out of use; without a chosen reason nothing happens and the form says so."""
    device = devices.tablet(session, device_id)
    mode = request.form.get("mode", "")
    if mode not in _MODE_LABELS:
        html = page.render(
            "devices/revoke.html", device=device, modes=MODES, problem="Chọn lý do thu hồi quyền."
        )
        return html, problems.status_of(FieldsRefused({}))
    devices.revoke(session, device, RevokeMode(mode), by=caller, at=clock.now())
    return redirect(url_for("device_pages.index", done=device.label), code=303)
