"""The people at desks: what they do over the JSON API, each signed in as themselves, on a good network.

It decides nothing: it types what the story says and reads what the server answers.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from demo.network import Answer, Line

_PATIENCE_S = 300
_GLANCE_S = 0.5


class NotFinished(Exception):  # noqa: N818 (what the demonstration found, not a defect of this file)
    """A document was not sealed, or could not be."""


@dataclass(frozen=True)
class Account:
    """A demo account: its name to sign in with and its password."""

    username: str
    password: str


@dataclass(frozen=True)
class Person:
    """Who signed in, on which line."""

    id: str
    full_name: str
    line: Line


def sign_in(line: Line, account: Account) -> Person:
    """The person is signed in: the line carries the session cookie and the token against forged requests.

    Raises:
        Refused: wrong name or password, or too many failures.
    """
    told = line.post("/api/v1/sessions", {"username": account.username, "password": account.password}).json()
    line.headers["X-CSRF-Token"] = told["csrf_token"]
    return Person(told["person"]["id"], told["person"]["full_name"], line)


def schedule(
    supervisor: Person, *, unit_code: str, planned_on: date, request: Mapping[str, str] | None = None
) -> str:
    """The inspection is in the calendar, as the plan has it or as the request asks; its id."""
    wanted = {
        "unit_code": unit_code, "form": "on_site", "planned_on": planned_on.isoformat(), "request": request,
    }  # fmt: skip
    return str(supervisor.line.post("/api/v1/inspections/", wanted).json()["id"])


def decide(supervisor: Person, inspection: str, decision: Mapping[str, Any]) -> dict[str, Any]:
    """The decision is recorded; the inspection as the server now describes it."""
    decided: dict[str, Any] = supervisor.line.post(
        f"/api/v1/inspections/{inspection}/decision", decision
    ).json()
    return decided


def look(person: Person, inspection: str) -> dict[str, Any]:
    """The inspection as the server describes it to the person."""
    seen: dict[str, Any] = person.line.get(f"/api/v1/inspections/{inspection}").json()
    return seen


def enrolment_code(administrator: Person, label: str) -> str:
    """A fresh one-time code for a tablet with the label."""
    return str(administrator.line.post("/api/v1/enrolment-codes", {"label": label}).json()["code"])


def send_back(supervisor: Person, inspection: str, *, reason: str, remarks: list[dict[str, str]]) -> None:
    """The inspection is with its team again, with the remarks."""
    supervisor.line.post(
        f"/api/v1/inspections/{inspection}/send-back", {"reason": reason, "remarks": remarks}
    )


def accept_remark(supervisor: Person, inspection: str, remark: str) -> None:
    """The team's answer to the remark is enough."""
    supervisor.line.post(f"/api/v1/inspections/{inspection}/remarks/{remark}/acceptance", {})


def approve(supervisor: Person, inspection: str, *, content: str) -> None:
    """The content is approved."""
    supervisor.line.post(f"/api/v1/inspections/{inspection}/approve", {"content": content})


def set_aside(leader: Person, inspection: str) -> list[dict[str, Any]]:
    """What was set aside and awaits the leader."""
    told = leader.line.get(f"/api/v1/inspections/{inspection}/quarantine").json()
    return list(told["operations"])


def settle(leader: Person, inspection: str, op_id: str, *, decision: str, reason: str) -> None:
    """The operation is adopted or dismissed."""
    wanted = {"op_id": op_id, "decision": decision, "reason": reason}
    leader.line.post(f"/api/v1/inspections/{inspection}/quarantine", wanted)


def reopen(leader: Person, inspection: str, *, reason: str) -> None:
    """The signed record is open again."""
    leader.line.post(f"/api/v1/inspections/{inspection}/reopen", {"reason": reason})


def awaited_report(clerk: Person, inspection: str, *, state: str) -> dict[str, Any]:
    """The inspection's document once it is in the state.

    Raises:
        NotFinished: it failed, or the workers took too long.
    """
    path, until = f"/api/v1/inspections/{inspection}/reports", time.monotonic() + _PATIENCE_S
    while time.monotonic() < until:
        for report in clerk.line.get(path).json()["reports"]:
            if report["state"] == state:
                return dict(report)
            if report["state"] == "failed":
                raise NotFinished(f"Biên bản không lập được: {report}")
        time.sleep(_GLANCE_S)
    raise NotFinished(f"Sau {_PATIENCE_S} giây biên bản vẫn chưa ở trạng thái «{state}».")


def number(clerk: Person, report: str, *, number: str, dated_on: date) -> None:
    """The document has the number and date that the clerk typed."""
    clerk.line.post(f"/api/v1/reports/{report}/number", {"number": number, "dated_on": dated_on.isoformat()})


def seal(clerk: Person, report: str) -> None:
    """The document is queued for rendering and signing."""
    clerk.line.post(f"/api/v1/reports/{report}/seal", {})


def file(clerk: Person, report: str) -> Answer:
    """The sealed PDF."""
    return clerk.line.get(f"/api/v1/reports/{report}/file")
