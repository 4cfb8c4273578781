"""What is not alike at every unit: earlier findings, and what comes between signing and handing in.

Everything is done with the tablets and at the desks over HTTP; it repairs nothing and hides nothing.
"""

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pypdf import PdfReader

from demo import content, fieldwork, office
from demo.fieldwork import Team
from demo.story import Turn

Say = Callable[[str], None]

_TEXTS = Path(__file__).parent / "data/turns.yaml"
_LATE_ROLE = "member"


class JourneyBroken(Exception):  # noqa: N818 (what the demonstration found, not a defect of this file)
    """The server is not in the state to which the step should have led."""


@cache
def _texts() -> dict[str, Any]:
    texts: dict[str, Any] = yaml.safe_load(_TEXTS.read_text(encoding="utf-8"))
    return texts


def facing_the_past(visit: content.Visit, package: Mapping[str, Any]) -> content.Visit:
    """The visit with what the package says of earlier findings in the answers that ask about them."""
    told = _texts()["carried"]

    def answer(one: content.Answer) -> content.Answer:
        if one.item not in package["prefill"]:
            return one
        note = f"{package['prefill'][one.item]['note']}\n{told['note']}"
        return replace(one, body=one.body | {"value": told["value"], "note": note})

    return replace(visit, answers=tuple(map(answer, visit.answers)))


def course(turn: Turn) -> str:
    """What happened out of the ordinary, in words; empty if nothing did."""
    return str(_texts()["courses"].get(turn.value, ""))


def meet(team: Team) -> None:
    """Everybody sends, then everybody receives: afterwards all tablets know the same."""
    for seat in team.seats:
        seat.exchange.sync(team.inspection)
    for seat in team.seats:
        if seat.exchange.has_news(team.inspection):
            seat.exchange.pull(team.inspection)


@dataclass(frozen=True)
class Visit:
    """A visit about to end: its team, who answered which item (by role), the desks, a listener."""

    team: Team
    owners: Mapping[str, str]
    supervisor: office.Person
    leader: office.Person
    say: Say

    @property
    def inspection(self) -> str:
        """Its id."""
        return self.team.inspection


def handed_in(visit: Visit) -> None:
    """The inspection waits for approval, after whatever this unit's story has in store.

    Raises:
        JourneyBroken: a step did not lead where it should.
    """
    _ENDINGS[visit.team.chapter.turn](visit)


def _plainly(visit: Visit) -> None:
    fieldwork.countersign(visit.team)
    shown = fieldwork.sign(visit.team)
    meet(visit.team)
    _expect_signed(visit, shown)
    _submit(visit)
    visit.say(f"  hai bên ký trên nội dung {shown[:12]}; đã gửi duyệt")


def _submit(visit: Visit) -> None:
    fieldwork.submit(visit.team)
    meet(visit.team)
    _expect(visit, "submitted")


def _expect_signed(visit: Visit, shown: str) -> None:
    facts = _expect(visit, "signed")
    if facts["content_hash"] != shown:
        raise JourneyBroken(f"Máy tính bảng ký trên {shown}, máy chủ chốt {facts['content_hash']}.")


def _expect(visit: Visit, state: str) -> dict[str, Any]:
    facts = office.look(visit.supervisor, visit.inspection)
    if facts["state"] != state:
        raise JourneyBroken(f"Cuộc kiểm tra ở trạng thái «{facts['state']}», đáng lẽ «{state}».")
    return facts


def _sent_back(visit: Visit) -> None:
    _plainly(visit)
    back = visit.team.visit.sent_back
    remark = {"entity": f"answer/{back['item']}", "text": back["remark"]}
    office.send_back(visit.supervisor, visit.inspection, reason=back["reason"], remarks=[remark])
    meet(visit.team)
    answered = fieldwork.answer_remarks(visit.team, dict(visit.owners))
    meet(visit.team)
    fieldwork.agree(visit.team)
    meet(visit.team)
    visit.say(f"  lãnh đạo trả lại, {answered} nhận xét về đến máy tính bảng và đã được bổ sung")
    _plainly(visit)
    accepted = fieldwork.answered_remarks(visit.team)
    for name in accepted:
        office.accept_remark(visit.supervisor, visit.inspection, name.removeprefix("remark/"))
    visit.say(f"  lãnh đạo xem phần bổ sung và chấp nhận trả lời của {len(accepted)} nhận xét")


def _refused(visit: Visit) -> None:
    refusal = _texts()["refused"]
    fieldwork.countersign(visit.team)
    shown = fieldwork.sign(visit.team, refusal=refusal)
    meet(visit.team)
    _expect_signed(visit, shown)
    _submit(visit)
    visit.say(f"  đơn vị từ chối ký, {len(refusal['witnesses'])} người chứng kiến; đã gửi duyệt")


def _late_dismissed(visit: Visit) -> None:
    late = _come_after_signing(visit)
    _decide(visit, late, "inspection_frozen", decision="dismiss", reason=_texts()["late"]["dismissed"])
    visit.say("  một câu trả lời về sau khi ký được giữ riêng; trưởng đoàn bỏ, nêu lý do")
    _submit(visit)


def _late_adopted(visit: Visit) -> None:
    _take_in(visit, _come_after_signing(visit), "inspection_frozen")
    visit.say("  một câu trả lời về sau khi ký được giữ riêng; trưởng đoàn mở lại và nhận")
    _plainly(visit)


def _not_shown(visit: Visit) -> None:
    """An answer is on the server and not on the leader's tablet; the sign-off names it as not shown."""
    team, late = visit.team, _answer_late(visit)
    team.seat(_LATE_ROLE).exchange.push()
    leader = team.seat("leader")
    seen = leader.tablet.seen(team.inspection)
    fieldwork.countersign(team)
    shown = fieldwork.sign(team)
    leader.exchange.sync(team.inspection)
    fieldwork.sign_off(team, shown, seen=seen | {leader.tablet.device: leader.tablet.head[0]}, exclude=[late])
    meet(team)
    _expect_signed(visit, shown)
    _take_in(visit, late, "not_in_signed")
    visit.say("  một câu trả lời không có trong bản đã ký; trưởng đoàn mở lại và nhận")
    _plainly(visit)


def _answer_late(visit: Visit) -> str:
    """The member has changed an answer that nobody has seen yet; the operation's id."""
    known = {answer.item: answer.body for answer in visit.team.visit.answers if not answer.shots}
    item = next(
        code
        for code, role in visit.owners.items()
        if role == _LATE_ROLE and code in known and known[code]["value"] == "phu_hop"
    )
    body = known[item] | {"value": "luu_y", "note": _texts()["late"]["note"]}
    return visit.team.record(_LATE_ROLE, "answer.set", f"answer/{item}", body)


def _come_after_signing(visit: Visit) -> str:
    """Both sides signed while a tablet held an answer back; it came later and was set aside. Its id."""
    team, late = visit.team, _answer_late(visit)
    fieldwork.countersign(team)
    shown = fieldwork.sign(team)
    for role in ("secretary", "leader"):
        team.seat(role).exchange.sync(team.inspection)
    _expect_signed(visit, shown)
    meet(team)
    _expect_signed(visit, shown)
    return late


def _take_in(visit: Visit, op_id: str, code: str) -> None:
    """The leader has reopened the record and adopted the operation, and the team has agreed anew."""
    texts = _texts()["late"]
    office.reopen(visit.leader, visit.inspection, reason=texts["reopened"])
    _decide(visit, op_id, code, decision="adopt", reason=texts["adopted"])
    meet(visit.team)
    fieldwork.agree(visit.team)
    meet(visit.team)


def _decide(visit: Visit, op_id: str, code: str, *, decision: str, reason: str) -> None:
    awaiting = [(one["op_id"], one["code"]) for one in office.set_aside(visit.leader, visit.inspection)]
    if awaiting != [(op_id, code)]:
        raise JourneyBroken(f"Trưởng đoàn thấy {awaiting}, đáng lẽ chỉ {op_id} với lý do {code}.")
    office.settle(visit.leader, visit.inspection, op_id, decision=decision, reason=reason)
    if office.set_aside(visit.leader, visit.inspection):
        raise JourneyBroken(f"Thao tác {op_id} vẫn chờ sau khi đã quyết định.")


_ENDINGS: dict[Turn, Callable[[Visit], None]] = {
    Turn.NONE: _plainly,
    Turn.SENT_BACK: _sent_back,
    Turn.REFUSED: _refused,
    Turn.LATE_ADOPTED: _late_adopted,
    Turn.LATE_DISMISSED: _late_dismissed,
    Turn.NOT_SHOWN: _not_shown,
}


def doubts(turn: Turn, minutes: Path) -> Iterator[str]:
    """What the printed minutes lack of what happened."""
    if turn is Turn.REFUSED:
        refusal = _texts()["refused"]
        printed = _words("".join(page.extract_text() for page in PdfReader(minutes).pages))
        for text in (refusal["reason"], *refusal["witnesses"]):
            if _words(text) not in printed:
                yield f"Biên bản không ghi «{text}»."


def _words(text: str) -> str:
    """The text without what a page's breaks and a program's reading may change."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFC", text))).casefold()
