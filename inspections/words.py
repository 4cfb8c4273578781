"""What people call the things of an inspection: forms, parts, deeds in the log. No sentence is built here."""

from inspections.workflow import Form, Part

FORM_LABELS = {Form.ON_SITE.value: "Tại trụ sở", Form.DESK.value: "Qua hồ sơ, báo cáo"}

PART_LABELS = {
    Part.LEADER.value: "Trưởng đoàn",
    Part.DEPUTY.value: "Phó trưởng đoàn",
    Part.SECRETARY.value: "Thư ký",
    Part.MEMBER.value: "Thành viên",
}
TEAM_ROLES = tuple(PART_LABELS.items())

SIGNER_LABELS = {**PART_LABELS, "unit": "Đại diện cơ quan chịu sự kiểm tra"}
SIDE_LABELS = {"team": "đoàn kiểm tra", "unit": "cơ quan chịu sự kiểm tra", "other": "thành phần khác"}
REMARK_LABELS = {"open": "Chờ đoàn", "answered": "Đoàn đã trả lời", "accepted": "Đã chấp nhận"}
SOURCE_LABELS = {"ho_so": "hồ sơ", "phong_van": "phỏng vấn", "quan_sat": "quan sát"}
EFFECT_LABELS = {"applied": "Đã ghi", "conflict": "Đã ghi, khác với người khác", "quarantined": "Giữ riêng"}

SOMEBODY = "Người không còn trong danh sách"
SERVER = "Máy chủ"
AWAITED = "Chờ xác nhận"

# In short, for tables; the words of the law stand in the minutes.
# Source: Thông tư 26/2014/TT-BKHCN Điều 36.
POINT_TITLES = {
    "1.a": "Phạm vi áp dụng",
    "1.b": "Phổ biến, hướng dẫn áp dụng",
    "1.c": "Tuân thủ tiêu chuẩn, quy trình, pháp luật",
    "1.d": "Thực hiện các quá trình",
    "1.đ": "Xem xét, đánh giá nội bộ, khắc phục",
    "1.e": "Xử lý khiếu nại",
    "1.g": "Cải tiến",
    "2.a": "Sự tham gia của lãnh đạo và các đơn vị",
    "2.b": "Xác nhận hiệu lực",
    "2.c": "Công bố, thông báo, niêm yết",
    "2.d": "Cập nhật văn bản quy phạm pháp luật",
    "2.đ": "Công bố lại",
    "2.e": "Chọn tổ chức, chuyên gia tư vấn",
}

_THINGS = {
    "answer": "câu trả lời",
    "row": "dòng trong bảng mẫu",
    "participant": "người tham dự",
    "announcement": "biên bản công bố quyết định",
    "inspection": "thông tin chung",
    "finding": "phát hiện",
    "explanation": "ý kiến giải trình",
    "assignment": "phân công",
    "photo": "ảnh",
    "file": "tệp",
    "note": "ghi chú của đoàn",
    "signature": "chữ ký vẽ tay",
    "remark": "nhận xét",
}
_VERBS = {
    "set": "Ghi",
    "resolve": "Thống nhất",
    "retract": "Rút",
    "add": "Thêm",
    "edit": "Sửa",
    "answer": "Trả lời",
    "accept": "Chấp nhận",
}
_STEPS = {
    "inspection.start": "Bắt đầu kiểm tra",
    "inspection.conclude": "Thống nhất trong đoàn",
    "inspection.signoff": "Ký chốt biên bản",
    "inspection.signoff_confirmed": "Máy chủ xác nhận ký chốt",
    "inspection.signoff_lapsed": "Ký chốt chờ xác nhận không còn hiệu lực",
    "inspection.submit": "Gửi duyệt",
    "inspection.submit_confirmed": "Máy chủ xác nhận gửi duyệt",
    "inspection.send_back": "Trả lại",
    "inspection.approve": "Duyệt",
    "inspection.reopen": "Mở lại",
    "inspection.supplement": "Bổ sung danh mục",
    "inspection.postpone": "Hoãn",
    "inspection.cancel": "Hủy",
    "inspection.issue": "Phát hành biên bản",
    "inspection.await_correction": "Chờ đơn vị khắc phục",
    "inspection.receive_correction": "Tiếp nhận báo cáo khắc phục",
    "inspection.accept_correction": "Chấp nhận khắc phục",
    "inspection.refuse_correction": "Chưa chấp nhận khắc phục",
    "inspection.close": "Đóng cuộc kiểm tra",
    "quarantine.adopt": "Nhận thao tác giữ riêng",
    "quarantine.dismiss": "Bỏ thao tác giữ riêng",
}


def thing(kind: str) -> str:
    """What entities of the kind are called; the kind's own name if it is not known here."""
    return _THINGS.get(kind, kind)


def deed(operation_type: str) -> str:
    """What an operation of this type did, in words; its own name if it is of a kind not known here."""
    if operation_type in _STEPS:
        return _STEPS[operation_type]
    kind, _, verb = operation_type.partition(".")
    if kind in _THINGS and verb in _VERBS:
        return f"{_VERBS[verb]} {_THINGS[kind]}"
    return operation_type
