"""What a team does at the unit with its tablets, step by step; it needs no network for any of it.

Every function records through `Tablet.record` and returns nothing that is not on a tablet's disk.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from core import ids
from demo import content, photos
from demo.exchange import Exchange
from demo.outbox import Picture
from demo.story import Chapter
from demo.tablet import Body, Tablet, picture
from inspections import findings


@dataclass(frozen=True)
class Seat:
    """One inspector with a tablet."""

    username: str
    role: str
    full_name: str
    title: str
    tablet: Tablet
    exchange: Exchange


@dataclass(frozen=True)
class Team:
    """Everybody with a tablet at one unit, and what they are going to see there."""

    inspection: str
    chapter: Chapter
    seats: Sequence[Seat]
    visit: content.Visit
    seed: int

    @property
    def story_seed(self) -> str:
        """What pictures of this visit are drawn from."""
        return f"{self.seed}/{self.chapter.unit_code}/{self.chapter.planned_on}"

    def seat(self, role: str) -> Seat:
        """The inspector with the role."""
        return next(seat for seat in self.seats if seat.role == role)

    def record(
        self, role: str, operation_type: str, entity: str, body: Body, *, pictures: Sequence[Picture] = ()
    ) -> str:
        """The inspector with the role has recorded it; the operation's id."""
        return self.seat(role).tablet.record(self.inspection, operation_type, entity, body, pictures=pictures)


def sections_of(checklist: Body) -> dict[str, str]:
    """The section of every item of the published checklist."""
    return {item["code"]: section["code"] for section in checklist["sections"] for item in section["items"]}


def open_meeting(team: Team) -> None:
    """The decision is announced and everybody present is written down."""
    words, chapter = team.visit.words, team.chapter
    team.record("leader", "inspection.start", "inspection", {})
    team.record(
        "secretary", "announcement.set", "announcement",
        {
            "opened_at": _stamp(chapter.at(8)), "closed_at": _stamp(chapter.at(8, 25)),
            "place": words["place"], "statement": words["announcement"],
        },
    )  # fmt: skip
    for name, participant in _named_in_order("participant", team.visit.participants):
        team.record("secretary", "participant.set", name, participant)
    team.record(
        "leader",
        "inspection.set",
        "inspection",
        {"started_at": _stamp(chapter.at(8)), "place": words["place"]},
    )


def examine(team: Team) -> dict[str, str]:
    """Every item is answered on somebody's tablet, section by section; who answered which item, by role."""
    section_of = sections_of(team.seats[0].tablet.checklist(team.inspection))
    sections = list(dict.fromkeys(section_of.values()))
    shares = {code: team.seats[place % len(team.seats)].role for place, code in enumerate(sections)}
    clock = team.chapter.at(8, 30)
    for place, answer in enumerate(team.visit.answers):
        _enter(team, shares[section_of[answer.item]], answer, at=clock + timedelta(minutes=place))
    apart = team.visit.disagreement
    team.record("secretary", "answer.set", f"answer/{apart.item}", apart.first)
    team.record("member", "answer.set", f"answer/{apart.item}", apart.second)
    team.record("member", "note.add", f"note/{ids.new_id()}", {"text": team.visit.words["working_note"]})
    return {answer.item: shares[section_of[answer.item]] for answer in team.visit.answers}


def _named_in_order(kind: str, bodies: Sequence[content.Body]) -> list[tuple[str, content.Body]]:
    """Each body under a name of its own; names sort in the order of the bodies.

    Readers list entities by name. A hand needs more than a millisecond for a line, a program does not, and
    within one millisecond fresh ids are in no order.
    """
    names = sorted(f"{kind}/{ids.new_id()}" for _ in bodies)
    return list(zip(names, bodies, strict=True))


def _enter(team: Team, role: str, answer: content.Answer, *, at: datetime) -> None:
    team.record(role, "answer.set", f"answer/{answer.item}", answer.body)
    for name, row in _named_in_order(f"row/{answer.item}", answer.rows):
        team.record(role, "row.set", name, {"columns": row})
    for shot in answer.shots:
        shown = photos.photograph(
            shot.scene,
            caption=shot.caption,
            taken_at=at,
            seed=f"{team.story_seed}/{shot.caption}",
        )
        taken = picture(shown, "image/jpeg")
        body = {
            "blob": f"sha256:{taken.sha256}", "size": len(shown), "mime": taken.mime, "taken_at": _stamp(at),
            "item": answer.item, "caption": shot.caption,
        }  # fmt: skip
        team.record(role, "photo.add", f"photo/{ids.new_id()}", body, pictures=[taken])


def close_meeting(team: Team) -> None:
    """The team's overall view, the unit's explanation and the end of the meeting are written down."""
    words, chapter = team.visit.words, team.chapter
    team.record("leader", "finding.set", f"finding/{ids.new_id()}", team.visit.strength)
    team.record(
        "secretary", "explanation.set", "explanation/general",
        {"text": words["explanation"], "by": _unit_signer(team)["name"]},
    )  # fmt: skip
    first_wrong = next(a.item for a in team.visit.answers if a.body["value"] in ("kph_nang", "kph_nhe"))
    team.record(
        "secretary", "explanation.set", f"explanation/{findings.derived_id(team.inspection, first_wrong)}",
        {"text": words["own_explanation"], "by": _unit_signer(team)["name"]},
    )  # fmt: skip
    team.record(
        "leader", "inspection.set", "inspection",
        {
            "ended_at": _stamp(chapter.at(11, 30)), "conclusion": words["conclusion"],
            "recommendations": words["recommendations"],
        },
    )  # fmt: skip


def settle_conflicts(team: Team) -> int:
    """The leader has decided every open conflict, naming all that it replaces; how many there were."""
    leader, apart = team.seat("leader").tablet, team.visit.disagreement
    conflicts = leader.fold(team.inspection).conflicts()
    for conflict in conflicts:
        body = apart.second | {"reason": apart.reason}
        team.record("leader", "answer.resolve", conflict.entity, body)
    return len(conflicts)


def agree(team: Team) -> None:
    """The leader has concluded: the minutes are agreed within the team."""
    team.record("leader", "inspection.conclude", "inspection", {})


def sign(team: Team, *, refusal: Body | None = None) -> str:
    """Both sides have signed on the leader's glass over the content it shows; that content's hash.

    Args:
        refusal: reason and witnesses, where the unit does not sign.
    Source: Thông tư 26/2014/TT-BKHCN Điều 37 khoản 2 điểm b.
    """
    tablet, unit = team.seat("leader").tablet, _unit_signer(team)
    shown = tablet.content_hash(team.inspection)
    _draw(team, "leader", by="leader", name=team.seat("leader").full_name, title=team.seat("leader").title)
    if refusal is None:
        _draw(team, "unit", by="leader", name=unit["name"], title=unit["title"])
    else:
        refused = {"role": "unit", "name": unit["name"], "title": unit["title"], "content": shown}
        team.record("leader", "signature.add", f"signature/{ids.new_id()}", refused | {"refusal": refusal})
    sign_off(team, shown, seen=tablet.seen(team.inspection))
    return shown


def sign_off(team: Team, content_hash: str, *, seen: dict[str, int], exclude: Sequence[str] = ()) -> None:
    """The leader has signed off the content that was on the glass, leaving out what nobody was shown."""
    statement = team.visit.words["signoff"]
    body = {"content": content_hash, "seen": seen, "exclude": list(exclude), "statement": statement}
    team.record("leader", "inspection.signoff", "inspection", body)


def countersign(team: Team) -> None:
    """The secretary has signed on another tablet, over the content which that tablet folded by itself."""
    secretary = team.seat("secretary")
    _draw(team, "secretary", by="secretary", name=secretary.full_name, title=secretary.title)


def _draw(team: Team, role: str, *, by: str, name: str, title: str) -> None:
    # Nobody signs twice alike: every signing is a file of its own, as it would be from a pen.
    before = len(team.seat(by).tablet.fold(team.inspection).entities("signature"))
    drawn = picture(photos.signature(name, seed=f"{team.story_seed}/{before}"), "image/png")
    body = {
        "role": role, "name": name, "title": title,
        "content": team.seat(by).tablet.content_hash(team.inspection), "blob": f"sha256:{drawn.sha256}",
    }  # fmt: skip
    team.record(by, "signature.add", f"signature/{ids.new_id()}", body, pictures=[drawn])


def submit(team: Team) -> None:
    """The leader has submitted the signed inspection."""
    team.record("leader", "inspection.submit", "inspection", {})


def answer_remarks(team: Team, owners: dict[str, str]) -> int:
    """What the supervisor asked about is corrected by whoever wrote it, and answered; how many remarks."""
    leader = team.seat("leader").tablet
    open_remarks = list(_remarks(leader, team.inspection, "open"))
    for remark, about in open_remarks:
        item = about.removeprefix("answer/")
        role = owners[item]
        team.record(role, "answer.set", about, team.visit.corrected)
        team.record(role, "remark.answer", remark, {"text": "Đã bổ sung số, ngày của văn bản đối chiếu."})
    return len(open_remarks)


def answered_remarks(team: Team) -> list[str]:
    """The remarks that the team has answered and nobody has accepted."""
    return [remark for remark, _ in _remarks(team.seat("leader").tablet, team.inspection, "answered")]


def _remarks(tablet: Tablet, inspection: str, state: str) -> Iterable[tuple[str, str]]:
    """The remarks in this state, each with the entity it is about."""
    folded = tablet.fold(inspection)
    for remark in folded.entities("remark"):
        values = folded.values(remark)
        if values.get("state") == state:
            yield remark, values["remark"]["entity"]


def _unit_signer(team: Team) -> dict[str, Any]:
    return next(dict(person) for person in team.visit.participants if person["side"] == "unit")


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
