"""What the simulated team finds at one unit: plain values, decided by the seed and the unit's name alone.

Texts live in `data/qms_hcnn_2015.yaml`; this file chooses among them and fills in numbers and days. It knows
no tablet and no network, and it invents no person: names come from a list made up for the demonstration.
"""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_TEXTS = Path(__file__).parent / "data/qms_hcnn_2015.yaml"
_FINDINGS = 5
_REMARKS = 3

Body = dict[str, Any]


@dataclass(frozen=True)
class Shot:
    """A photograph to take: what it shows and what the inspector writes under it."""

    scene: str
    caption: str


@dataclass(frozen=True)
class Answer:
    """What one inspector enters at one item: the answer, the rows of its sample table, its photographs."""

    item: str
    body: Body
    rows: tuple[Body, ...] = ()
    shots: tuple[Shot, ...] = ()


@dataclass(frozen=True)
class Disagreement:
    """An item that two inspectors see differently, and what the leader makes of it."""

    item: str
    first: Body
    second: Body
    reason: str


@dataclass(frozen=True)
class Visit:
    """Everything said and seen at one unit."""

    answers: tuple[Answer, ...]
    disagreement: Disagreement
    participants: tuple[Body, ...]
    strength: Body
    corrected: Body
    words: Mapping[str, str]
    sent_back: Mapping[str, str] = field(default_factory=dict)


SHOTS: dict[str, tuple[Shot, ...]] = {
    "PL-19": (Shot("notice_board", "Bảng niêm yết bản công bố, tầng trệt"),),
    "PL-20": (Shot("website", "Trang thông tin điện tử, mục Cải cách hành chính"),),
    "PL-37": (Shot("desk", "Năm hồ sơ chọn ngẫu nhiên"),),
    "PL-41": (Shot("counter", "Bảng niêm yết TTHC tại Bộ phận Một cửa"),),
    "TC-5.2-02": (Shot("notice_board", "Chính sách chất lượng niêm yết"),),
    "TC-7.1-02": (
        Shot("counter", "Thiết bị tại Bộ phận Một cửa"),
        Shot("screen", "Phần mềm một cửa đang hoạt động"),
    ),
    "TC-7.1-03": (Shot("counter", "Nơi tiếp công dân và ghế chờ"),),
    "TC-8.5-05": (Shot("shelves", "Tủ hồ sơ phòng lưu trữ"),),
}


@cache
def _texts() -> dict[str, Any]:
    texts: dict[str, Any] = yaml.safe_load(_TEXTS.read_text(encoding="utf-8"))
    return texts


def symbol(unit_name: str) -> str:
    """The letters that stand for the unit in its document numbers."""
    if unit_name.startswith("UBND"):
        return "UBND"
    return "".join(
        word[0].upper() for word in unit_name.replace("-", " ").split() if word not in ("và", "tỉnh")
    )


def _head(unit_name: str) -> str:
    return "Chủ tịch UBND" if unit_name.startswith("UBND") else "Giám đốc"


def written(day: date) -> str:
    """The day as Vietnamese papers write it: 05/02/2022, 12/4/2022."""
    return (
        f"{day.day:02d}/{day.month:02d}/{day.year}"
        if day.month < 3
        else f"{day.day:02d}/{day.month}/{day.year}"
    )


def _workday(start: date, days: int) -> date:
    """The day that many days after the start, or the Monday after it when it is a weekend."""
    day = start + timedelta(days=days)
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


# What each paper is numbered after, and how many days it follows the one before it.
_PAPERS = {
    "issued": ("QĐ-{k}", 20, 45), "confirmed": ("{k}-VP", 30, 60), "announced": ("QĐ-{k}", 3, 12),
    "told": ("{k}-VP", 1, 5),
}  # fmt: skip


def _papers(unit_name: str) -> dict[str, str]:
    """Number and day of the papers that several items cite: each is the same wherever it is cited."""
    rng = random.Random(f"{unit_name}/papers")  # noqa: S311 (a story, not a secret)
    day, number, told = date(2022, 1, 4), rng.randint(11, 30), {}
    for name, (kind, least, most) in _PAPERS.items():
        day, number = _workday(day, rng.randint(least, most)), number + rng.randint(3, 40)
        told[name] = f"số {number}/{kind.format(k=symbol(unit_name))} ngày {written(day)}"
    return told


def _filled(text: str, unit_name: str, rng: random.Random) -> str:
    return text.format(
        k=symbol(unit_name),
        unit=unit_name,
        head=_head(unit_name),
        n=rng.randint(11, 389),
        d22=written(_workday(date(2022, 1, 4), rng.randint(0, 280))),
        d23=written(_workday(date(2023, 1, 4), rng.randint(0, 100))),
        j22=written(_workday(date(2022, 1, 4), rng.randint(0, 20))),
        **_papers(unit_name),
    )


def _value(item: Mapping[str, Any], conclusion: str, rng: random.Random) -> Body:
    """`value` and `conclusion` for the item's kind of response."""
    kind = item["response"]
    if kind == "conformity":
        return {"value": conclusion, "conclusion": None}
    judged = {"conclusion": conclusion if item.get("requires_conclusion") else None}
    if kind == "ratio":
        whole = (
            rng.randint(60, 130) if item["ratio"].get("target_percent") == 100 else rng.randint(1100, 2900)
        )
        part = whole if item["ratio"].get("target_percent") == 100 else whole - rng.randint(4, 16)
        return {"value": {"numerator": part, "denominator": whole}, **judged}
    plain: dict[str, object] = {
        "yes_no": "co",
        "date": "2022-10-21" if item["code"] == "PL-26" else "2022-11-18",
        "number": rng.randint(1, 40),
        "choice": item.get("options", [{}, {}])[1].get("value") if kind == "choice" else None,
        "text": "Đoàn kiểm tra đã xem tài liệu tại đơn vị.",
        "sample": None,
    }
    return {"value": plain[kind], **judged}


def _evidence(item: Mapping[str, Any], text: str) -> Body:
    kind = item["evidence_sources"][0]
    return {"evidence_kind": [kind], "evidence": [{"kind": kind, "text": text}]}


def _answer(item: Mapping[str, Any], conclusion: str, unit_name: str, rng: random.Random) -> Answer:
    code, texts = item["code"], _texts()
    if conclusion == "khong_ap_dung":
        body = _value(item, conclusion, rng) | {"note": "", "evidence_kind": [], "evidence": []}
        return Answer(code, body | {"not_applicable_reason": texts["not_applicable"][code]})
    if conclusion == "phu_hop":
        note, evidence = texts["conforming"][code]
    else:
        _, note, evidence = texts["nonconforming"][code]
    body = _value(item, conclusion, rng) | {"note": _filled(note, unit_name, rng)}
    body |= _evidence(item, _filled(evidence, unit_name, rng)) | {"not_applicable_reason": None}
    return Answer(code, body, rows=_rows(item, conclusion, rng), shots=SHOTS.get(code, ()))


def _rows(item: Mapping[str, Any], conclusion: str, rng: random.Random) -> tuple[Body, ...]:
    if item["response"] != "sample":
        return ()
    return _document_rows(conclusion, rng) if item["code"] == "PL-24" else _case_rows(rng)


def _document_rows(conclusion: str, rng: random.Random) -> tuple[Body, ...]:
    """Three legal texts and when the procedures followed; the second too late unless the item conforms."""
    rows = []
    for place, (title, in_force, procedure) in enumerate(_texts()["samples"]["documents"]):
        is_late = conclusion != "phu_hop" and place == 1
        updated = _workday(in_force, 133 if is_late else rng.randint(20, 80))
        rows.append(
            {
                "van_ban": title.format(n=rng.randint(101, 2400)),
                "ngay_hieu_luc": in_force.isoformat(),
                "quy_trinh": procedure,
                "ngay_cap_nhat": updated.isoformat(),
                "trong_han": "khong" if is_late else "co",
            }
        )
    return tuple(rows)


def _case_rows(rng: random.Random) -> tuple[Body, ...]:
    """Five settled cases by their file codes; never the name of an applicant."""
    rows = []
    for place, procedure in enumerate(rng.sample(_texts()["samples"]["procedures"], 5)):
        received = _workday(date(2022, 2, 7), rng.randint(0, 400))
        promised = _workday(received, rng.choice([7, 10, 14]))
        rows.append(
            {
                "ma_ho_so": f"000.00.{rng.randint(10, 40)}.H59-{received:%y%m%d}-{rng.randint(1, 9999):04d}",
                "ten_tthc": procedure,
                "ngay_nhan": received.isoformat(),
                "ngay_hen": promised.isoformat(),
                "ngay_tra": _workday(received, rng.randint(3, 6)).isoformat(),
                "du_bieu_mau": "co",
                "dung_quy_trinh": "co",
                "ghi_chu": "Trả trước hạn" if place == 0 else "",
            }
        )
    return tuple(rows)


def _conclusions(codes: Iterable[str], rng: random.Random) -> dict[str, str]:
    """The conclusion at every item: five that need correction, three to note, a few that do not apply."""
    known = list(codes)
    weighed = {code: row[0] for code, row in _texts()["nonconforming"].items() if code in known}
    serious = rng.sample([code for code, value in weighed.items() if value != "luu_y"], _FINDINGS)
    noted = rng.sample([code for code, value in weighed.items() if value == "luu_y"], _REMARKS)
    told = dict.fromkeys(known, "phu_hop") | dict.fromkeys(_texts()["not_applicable"], "khong_ap_dung")
    return told | {code: weighed[code] for code in (*serious, *noted)}


def _participants(
    team: Iterable[tuple[str, str, str]], unit_name: str, rng: random.Random
) -> tuple[Body, ...]:
    ours = [{"side": "team", "name": n, "title": t, "role": r, "present": True} for n, t, r in team]
    names = rng.sample(_texts()["invented_names"], len(_texts()["unit_people"]))
    theirs = [
        {"side": "unit", "name": name, "title": _filled(title, unit_name, rng), "role": role, "present": True}
        for name, (title, role) in zip(names, _texts()["unit_people"], strict=True)
    ]
    return (*ours, *theirs)


def _judged(item: Mapping[str, Any], row: list[str]) -> Body:
    value, note, evidence = row
    return {"value": value, "conclusion": None, "note": note, "not_applicable_reason": None} | _evidence(
        item, evidence
    )


def visit(
    items: Iterable[Mapping[str, Any]], *, unit_name: str, team: Iterable[tuple[str, str, str]], seed: int
) -> Visit:
    """What happens at the unit: the same for the same items, unit, team and seed.

    Args:
        items: the items that apply, as the published checklist writes them, in its order.
        team: (full name, title, role) of each member.
    """
    texts, by_code = _texts(), {item["code"]: item for item in items}
    conclusions = _conclusions(by_code, random.Random(f"{seed}/{unit_name}"))  # noqa: S311 (a story, not a secret)
    apart, back = texts["disagreement"], texts["sent_back"]
    answers = tuple(
        _answer(item, conclusions[code], unit_name, random.Random(f"{seed}/{unit_name}/{code}"))  # noqa: S311 (a story)
        for code, item in by_code.items()
        if code != apart["item"]
    )
    before = next(answer.body for answer in answers if answer.item == back["item"])
    more = {"kind": "ho_so", "text": back["evidence"]}
    return Visit(
        answers=answers,
        disagreement=Disagreement(
            apart["item"],
            _judged(by_code[apart["item"]], apart["first"]),
            _judged(by_code[apart["item"]], apart["second"]),
            apart["reason"],
        ),
        participants=_participants(team, unit_name, random.Random(f"{seed}/{unit_name}/people")),  # noqa: S311 (a story)
        strength={
            "category": "diem_manh",
            "text": texts["strength"]["text"],
            "evidence": [texts["strength"]["evidence"]],
        },
        corrected=before
        | {"note": f"{before['note']} {back['note']}", "evidence": [*before["evidence"], more]},
        words={name: text.format(unit=unit_name) for name, text in texts["words"].items()},
        sent_back={"reason": back["reason"], "item": back["item"], "remark": back["remark"]},
    )
