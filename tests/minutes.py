"""Minutes to print in tests: the 104 items of the on-site checklist with texts as inspectors write them."""

import hashlib
import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from PIL import Image, ImageDraw

from reports import snapshot as s

_ROOT = Path(__file__).resolve().parents[1]
_VIETNAM = timezone(timedelta(hours=7))
POINT_TITLES = {
    "1.a": "Phạm vi áp dụng đối với các hoạt động liên quan đến thủ tục hành chính",
    "1.b": "Phổ biến, hướng dẫn áp dụng hệ thống tài liệu, quy trình cho cán bộ, công chức",
    "1.c": "Tuân thủ yêu cầu của tiêu chuẩn, chính sách, mục tiêu, quy trình và pháp luật liên quan",
    "1.d": "Thực hiện các quá trình giải quyết công việc",
    "1.đ": "Xem xét của lãnh đạo, đánh giá nội bộ và hành động khắc phục",
    "1.e": "Xử lý khiếu nại liên quan đến lĩnh vực áp dụng",
    "1.g": "Hoạt động cải tiến",
    "2.a": "Sự tham gia của lãnh đạo, các đơn vị và cá nhân có liên quan",
    "2.b": "Người đứng đầu xác nhận hiệu lực của Hệ thống quản lý chất lượng",
    "2.c": "Công bố, thông báo, niêm yết và đăng tải",
    "2.d": "Cập nhật thay đổi của văn bản quy phạm pháp luật",
    "2.đ": "Công bố lại khi điều chỉnh phạm vi áp dụng",
    "2.e": "Lựa chọn tổ chức, chuyên gia tư vấn",
}
_LABELS = {
    "kph_nang": "Không phù hợp nặng",
    "kph_nhe": "Không phù hợp nhẹ",
    "luu_y": "Điểm lưu ý",
    "diem_manh": "Điểm mạnh",
}
_DECISION_19 = (
    "Căn cứ Quyết định số 19/2014/QĐ-TTg ngày 05 tháng 3 năm 2014 của Thủ tướng Chính phủ về việc áp "
    "dụng Hệ thống quản lý chất lượng theo Tiêu chuẩn quốc gia TCVN ISO 9001:2008 vào hoạt động của "
    "các cơ quan, tổ chức thuộc hệ thống hành chính nhà nước"
)
_CIRCULAR_26 = (
    "Căn cứ Thông tư số 26/2014/TT-BKHCN ngày 10 tháng 10 năm 2014 của Bộ trưởng Bộ Khoa học và Công "
    "nghệ quy định chi tiết thi hành Quyết định số 19/2014/QĐ-TTg"
)
_DECISION = (
    "Căn cứ Quyết định số 41/QĐ-TĐC ngày 08 tháng 5 năm 2023 về việc kiểm tra Hệ thống quản lý chất "
    "lượng tại Sở Nội vụ"
)
GROUNDS = (_DECISION_19, _CIRCULAR_26, _DECISION)
CONCLUSION = (
    "Sở Nội vụ đã xây dựng, áp dụng và duy trì HTQLCL cho các TTHC thuộc thẩm quyền; còn một số nội dung "
    "chưa đáp ứng yêu cầu nêu tại biên bản."
)
RECOMMENDATIONS = (
    "Rà soát nguyên nhân của các vấn đề tồn tại ở những quy trình tương tự; thu hồi tài liệu lỗi thời tại "
    "nơi sử dụng.\nBáo cáo khắc phục trong thời hạn ghi tại biên bản."
)
FACE = "@font-face { font-family: Tinos; src: url(asset:Tinos-Regular.ttf) } html { font: 13pt Tinos }"
AGENCY = "Chi cục Tiêu chuẩn Đo lường Chất lượng"
CODE = "K7QF3MZ9PXT28HVA"
ISSUED_AT = datetime(2026, 11, 21, 7, 2, 9, tzinfo=UTC).astimezone(_VIETNAM)


@cache
def _files() -> tuple[dict[str, Any], dict[str, Any]]:
    checklist = _ROOT / "checklists/data/qms_hcnn_tcvn_iso_9001_2015.yaml"
    texts = _ROOT / "demo/data/qms_hcnn_2015.yaml"
    return yaml.safe_load(checklist.read_text("utf-8")), yaml.safe_load(texts.read_text("utf-8"))


class _Words(dict[str, object]):
    """What the demonstration's texts leave open; a word that is not here stands for itself."""

    def __missing__(self, name: str) -> str:
        return name


def _filled(text: str) -> str:
    words = _Words(k="SNV", n=128, d22="14/6/2022", d23="09/3/2023", unit="Sở Nội vụ", head="Giám đốc")
    return text.format_map(words)


def _item(raw: dict[str, Any], verdicts: dict[str, str]) -> s.Item:
    texts, code = _files()[1], raw["code"]
    verdict = verdicts.get(code, "phu_hop")
    if verdict == "khong_ap_dung":
        note, evidence = _filled(texts["not_applicable"][code]), ()
    else:
        row = texts["conforming"][code] if verdict == "phu_hop" else texts["nonconforming"][code][1:]
        note, evidence = _filled(row[0]), (_filled(row[1]),)
    value = "128/134 (95,5 %)" if raw["response"] == "ratio" else ""
    return s.Item(code, raw["question_vi"], raw["ref"]["text"], verdict, value, note, evidence, _table(raw))


def _table(raw: dict[str, Any]) -> s.Table | None:
    if raw["response"] != "sample":
        return None
    columns = tuple(column["label_vi"] for column in raw["sample"]["columns"])
    row = tuple(f"{label.lower()} {place}" for place, label in enumerate(columns, start=1))
    return s.Table(columns, (row, row, row))


def _chapters(verdicts: dict[str, str]) -> tuple[s.Chapter, ...]:
    points: dict[str, list[s.Item]] = {code: [] for code in POINT_TITLES}
    for section in _files()[0]["sections"]:
        for raw in section["items"]:
            points[raw["dieu_36"]].append(_item(raw, verdicts))
    made = [
        s.Point(code, code.partition(".")[2] + ")", POINT_TITLES[code], tuple(items))
        for code, items in points.items()
    ]
    return (
        s.Chapter(
            "Việc xây dựng, áp dụng, duy trì và cải tiến Hệ thống quản lý chất lượng theo TCVN ISO 9001:2015 "
            "(Điều 36 khoản 1)",
            tuple(made[:7]),
        ),
        s.Chapter(
            "Việc tuân thủ các quy định tại Quyết định số 19/2014/QĐ-TTg (Điều 36 khoản 2)", tuple(made[7:])
        ),
    )


def _findings(verdicts: dict[str, str]) -> tuple[s.Finding, ...]:
    found = []
    for section in _files()[0]["sections"]:
        for raw in section["items"]:
            verdict = verdicts.get(raw["code"], "phu_hop")
            if verdict in ("phu_hop", "khong_ap_dung"):
                continue
            _, note, evidence = _files()[1]["nonconforming"][raw["code"]]
            found.append(
                s.Finding(
                    category=verdict,
                    category_label=_LABELS[verdict],
                    needs_correction=verdict.startswith("kph"),
                    text=_filled(note),
                    reference=raw["ref"]["text"],
                    items=(raw["code"],),
                    evidence=(_filled(evidence),),
                    due_on=date(2023, 7, 23) if verdict.startswith("kph") else None,
                )
            )
    strength = _files()[1]["strength"]
    found.append(
        s.Finding(
            "diem_manh",
            _LABELS["diem_manh"],
            False,
            strength["text"],
            "",
            ("PL-41",),
            (strength["evidence"],),
        )
    )
    return tuple(found)


def verdicts(serious: int = 5, noted: int = 3) -> dict[str, str]:
    """What is concluded at the items that do not simply conform."""
    weighed = {code: row[0] for code, row in _files()[1]["nonconforming"].items()}
    told = [code for code, verdict in weighed.items() if verdict != "luu_y"][:serious]
    told += [code for code, verdict in weighed.items() if verdict == "luu_y"][:noted]
    return {code: weighed[code] for code in told} | dict.fromkeys(
        _files()[1]["not_applicable"], "khong_ap_dung"
    )


def make_photo(number: int) -> bytes:
    """A JPEG that shows its number."""
    picture = Image.new("RGB", (1600, 1200), (60 + 5 * number % 150, 110, 140))
    ImageDraw.Draw(picture).text((700, 500), str(number), fill="white", font_size=200)
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=80)
    return target.getvalue()


def make_drawing(seed: int) -> bytes:
    """A PNG with a pen stroke on a transparent ground."""
    picture = Image.new("RGBA", (900, 360), (0, 0, 0, 0))
    points = [
        (60 + 26 * step, 180 + (90 if step % 2 else -90) * ((step * seed) % 7) / 7) for step in range(30)
    ]
    ImageDraw.Draw(picture).line(points, fill=(24, 48, 140, 255), width=9, joint="curve")
    target = io.BytesIO()
    picture.save(target, "PNG")
    return target.getvalue()


def font_files() -> dict[str, bytes]:
    """The one face that FACE names, as an asset."""
    return {"Tinos-Regular.ttf": (_ROOT / "static/vendor/fonts/Tinos-Regular.ttf").read_bytes()}


class Files:
    """The stored files that the minutes name, in a folder of the test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def keep(self, content: bytes) -> str:
        """The SHA-256 under which the content now lies."""
        sha256 = hashlib.sha256(content).hexdigest()
        (self.folder / sha256).write_bytes(content)
        return sha256

    def path(self, sha256: str) -> Path:
        """Where the file lies."""
        return self.folder / sha256


def make_minutes(
    files: Files, *, serious: int = 5, noted: int = 3, photos: int = 9, **fields: Any
) -> s.Snapshot:
    """The minutes of the Department of Home Affairs, complete and signed by both sides."""
    told = verdicts(serious, noted)
    items = ("PL-19", "PL-20", "PL-24", "PL-37", "PL-41", "TC-5.2-02", "TC-7.1-02", "TC-7.1-03", "TC-8.5-05")
    started = datetime(2023, 5, 23, 8, 0, tzinfo=_VIETNAM)
    plain = s.Snapshot(
        inspection="01890000-0000-7000-8000-000000000001",
        revision=1,
        agency=s.Agency("Sở Khoa học và Công nghệ", AGENCY, "Trà Vinh"),
        unit=s.Unit("TV-S02", "Sở Nội vụ"),
        decision=s.Decision("41/QĐ-TĐC", date(2023, 5, 8)),
        grounds=GROUNDS,
        team=(
            s.Person("Huỳnh Thị Minh Châu", "Phó Chi cục trưởng", "Trưởng đoàn"),
            s.Person("Trần Quốc Việt", "Trưởng phòng Quản lý tiêu chuẩn chất lượng", "Phó trưởng đoàn"),
            s.Person("Lê Ngọc Ánh", "Chuyên viên", "Thư ký"),
            s.Person("Thạch Sa Ranh", "Chuyên viên", "Thành viên"),
        ),
        unit_people=(
            s.Person("Lâm Hoài Thương", "Giám đốc", "Trưởng đoàn làm việc của đơn vị"),
            s.Person("Trịnh Gia Bảo", "Chánh Văn phòng", "Thường trực Ban Chỉ đạo ISO"),
            s.Person("Kiên Thị Sa Rây", "Chuyên viên Văn phòng", "Thư ký ISO"),
        ),
        others=(),
        meeting=s.Meeting("Trụ sở Sở Nội vụ", started, started + timedelta(hours=3, minutes=30)),
        scope=s.Scope(
            "on_site", "Kiểm tra tại trụ sở cơ quan", "TCVN ISO 9001:2015",
            date(2022, 1, 1), date(2023, 4, 30),
            "QMS-HCNN-2015@1.0.0", _files()[0]["title_vi"], "Kiểm tra tại trụ sở – đầy đủ",
        ),
        chapters=_chapters(told),
        findings=_findings(told),
        conclusion=CONCLUSION,
        recommendations=RECOMMENDATIONS,
        explanation="Sở Nội vụ tiếp thu các nội dung Đoàn nêu, sẽ khắc phục và báo cáo trong thời hạn.",
        correction_due_on=date(2023, 7, 23),
        photos=tuple(
            s.Photo(
                files.keep(make_photo(number)), f"Bảng niêm yết, góc chụp {number}",
                items[number % len(items)],
                started + timedelta(minutes=11 * number),
            )
            for number in range(photos)
        ),
        signatures=(
            s.Signature("unit", "Lâm Hoài Thương", "Giám đốc", files.keep(make_drawing(3))),
            s.Signature("leader", "Huỳnh Thị Minh Châu", "Phó Chi cục trưởng", files.keep(make_drawing(5))),
            s.Signature("secretary", "Lê Ngọc Ánh", "Chuyên viên", files.keep(make_drawing(4))),
        ),
        trace=s.Trace("a1" * 32, "b2" * 32, 312, "c3" * 32, files.keep(b'{"operations": []}')),
    )  # fmt: skip
    return replace(plain, **fields)


def make_imprint(**fields: Any) -> s.Imprint:
    """A numbered print of the demonstration."""
    plain: dict[str, Any] = {
        "code": CODE,
        "verify_url": f"http://127.0.0.1:8000/verify/{CODE}",
        "number": "07/BB-TĐC",
        "dated_on": date(2023, 5, 23),
        "is_demo": True,
    }
    return s.Imprint(**(plain | fields))
