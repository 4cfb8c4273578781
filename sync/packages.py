"""What a tablet must have before it goes where there is no network, one package for each inspection.

A package holds what is no operation: the decision's facts, team and keys, unit, agency, checklist reference.
It changes rarely; its ETag is the hash of its bytes. Nothing here is told to who is not on the team.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import quote

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import device_api
from accounts.device_models import Device, DeviceGrant
from core.caller import Caller
from core.errors import NotFound
from inspections import earlier_findings, queries, self_report_queries
from inspections.models import Inspection
from inspections.workflow import State
from registry import queries as registry_queries
from registry.models import Unit
from sync import limits, streams

# Before the decision there is nothing to carry; after these the tablet's work is over.
_WITHOUT_PACKAGE = frozenset({State.SCHEDULED, State.CLOSED, State.CANCELLED})


class PackageUnavailable(NotFound):
    """The inspection has no decision yet, or its work is over."""

    slug = "package_unavailable"
    title = "Chưa có gói dữ liệu cho cuộc kiểm tra này"


def listed(session: Session, caller: Caller) -> list[dict[str, str | None]]:
    """The packages of the caller's inspections, nearest planned day first, with what tells them apart."""
    return [
        {
            "inspection": inspection.id,
            "state": inspection.state,
            "etag": etag(session, inspection),
            "unit_name": inspection.unit_name,
            "form": inspection.form,
            "planned_on": _iso(inspection.planned_on),
        }
        for inspection in queries.listed(session, caller)
        if _has_package(inspection)
    ]


def one(session: Session, inspection_id: str, caller: Caller) -> bytes:
    """The package of one inspection as JSON, the same bytes as long as nothing in it changed.

    Raises:
        InspectionUnknown: there is none, or the caller is not on its team.
        PackageUnavailable: it carries nothing to a tablet now.
    """
    inspection = streams.visible(session, inspection_id, caller)
    if not _has_package(inspection):
        raise PackageUnavailable(state=inspection.state)
    return _bytes(session, inspection)


def etag(session: Session, inspection: Inspection) -> str:
    """The ETag of the inspection's package; empty if it has none."""
    return etag_of(_bytes(session, inspection)) if _has_package(inspection) else ""


def etag_of(content: bytes) -> str:
    """The name of these bytes."""
    return hashlib.sha256(content).hexdigest()[:32]


def _has_package(inspection: Inspection) -> bool:
    return inspection.checklist is not None and inspection.state not in _WITHOUT_PACKAGE


def _bytes(session: Session, inspection: Inspection) -> bytes:
    package = {
        "inspection": _facts(inspection),
        "checklist": _checklist(inspection),
        "unit": _unit(session, inspection),
        "agency": _agency(session),
        "team": _team(session, inspection),
        "server_keys": device_api.server_keys(),
        "limits": limits.published(),
        "self_reports": _self_reports(session, inspection),
        **_left_open(session, inspection),
    }
    return msgspec.json.encode(package, order="sorted")


def _self_reports(session: Session, inspection: Inspection) -> list[dict[str, Any]]:
    """The files of the unit's own report; a tablet fetches them by their hash before it takes the package."""
    return [
        {
            "id": one.id, "name": one.name, "media_type": one.media_type, "size": one.size_bytes,
            "sha256": one.sha256, "document_number": one.document_number,
            "received_on": _iso(one.received_on),
        }
        for one in self_report_queries.listed(session, inspection.id)
    ]  # fmt: skip


def _left_open(session: Session, inspection: Inspection) -> dict[str, Any]:
    """What earlier inspections of the unit left open, and the notes from which its items' answers start."""
    carried = earlier_findings.carried_into(session, inspection)
    items = earlier_findings.items_asking(session, inspection) if carried else ()
    return {
        "previous_findings": list(map(earlier_findings.plain, carried)),
        "prefill": {item: {"note": earlier_findings.summary(carried)} for item in items},
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _facts(inspection: Inspection) -> dict[str, Any]:
    return {
        "id": inspection.id,
        "stream": f"{streams.PREFIX}{inspection.id}",
        "form": inspection.form,
        "planned_on": _iso(inspection.planned_on),
        "decision_number": inspection.decision_number,
        "decided_on": _iso(inspection.decided_on),
        "profile": inspection.profile,
        "standard": inspection.standard,
        "period_from": _iso(inspection.period_from),
        "period_to": _iso(inspection.period_to),
    }


def _checklist(inspection: Inspection) -> dict[str, Any]:
    reference = str(inspection.checklist)
    return {
        "ref": reference,
        "sha256": inspection.checklist_sha256,
        "url": f"/api/v1/checklists/{quote(reference, safe='@')}",
    }


def _unit(session: Session, inspection: Inspection) -> dict[str, Any]:
    unit = session.get_one(Unit, inspection.unit_id)
    return {
        "code": unit.code, "name": inspection.unit_name, "unit_type": inspection.unit_type,
        "level": unit.level,
    }  # fmt: skip


def _agency(session: Session) -> dict[str, str] | None:
    agency = registry_queries.agency(session)
    if agency is None:
        return None
    names = ("parent_name", "name", "place", "province_name", "record_symbol")
    return {name: getattr(agency, name) for name in names}


def _team(session: Session, inspection: Inspection) -> list[dict[str, Any]]:
    carried = _devices(session, [member.person_id for member in inspection.team])
    return [
        {
            "person_id": member.person_id, "role": member.role, "full_name": member.full_name,
            "title": member.title, "devices": carried.get(member.person_id, []),
        }
        for member in inspection.team
    ]  # fmt: skip


def _devices(session: Session, persons: Sequence[str]) -> Mapping[str, list[dict[str, Any]]]:
    """The tablets on which each person was ever let write: their keys check chains that it is handed."""
    query = (
        select(DeviceGrant.person_id, Device)
        .join(Device, Device.id == DeviceGrant.device_id)
        .where(DeviceGrant.person_id.in_(persons))
        .order_by(Device.id)
    )
    carried: dict[str, list[dict[str, Any]]] = {}
    for person, device in session.execute(query):
        known = {
            "device": device.id, "label": device.label, "jwk": device.public_jwk,
            "thumbprint": device.thumbprint, "revoked": device.revoke_mode,
        }  # fmt: skip
        carried.setdefault(person, []).append(known)
    return carried
