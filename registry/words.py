"""The words that people read for the registry's codes; what the codes mean is decided elsewhere."""

UNIT_TYPES = {
    "so_nganh": "Sở, ban, ngành cấp tỉnh",
    "ubnd_huyen": "UBND cấp huyện",
    "ubnd_xa": "UBND cấp xã",
    "chi_cuc": "Chi cục và tương đương",
    "dvsn": "Đơn vị sự nghiệp công lập",
}
DISTRICT_KINDS = {"thanh_pho": "thành phố", "thi_xa": "thị xã", "huyen": "huyện", "quan": "quận"}
EVENTS = {
    "doi_ten": "Đổi tên",
    "to_chuc_lai": "Tổ chức lại",
    "sap_nhap": "Sáp nhập",
    "chia_tach": "Chia tách",
    "giai_the": "Giải thể",
    "chuyen_dia_gioi": "Chuyển địa giới hành chính",
    "ket_thuc_cap_huyen": "Kết thúc hoạt động cấp huyện",
}
VERIFIED = {
    "published": "Đã đối chiếu nguồn công bố",
    "partly": "Mới đối chiếu một phần",
    "unverified": "Chưa đối chiếu",
}
EXISTENCE = {"exists": "Đang hoạt động", "ended": "Đã chấm dứt", "not_yet": "Chưa thành lập"}
LEVELS = {"tinh": "Cấp tỉnh", "huyen": "Cấp huyện", "xa": "Cấp xã"}
OBLIGATIONS = {
    "bat_buoc": "Bắt buộc",
    "khuyen_khich": "Khuyến khích",
    "tinh_quyet_dinh": "Theo quyết định của tỉnh",
}
UNKNOWN_OBLIGATION = "Chưa xác định"
QMS_STATES = {
    "chua_xay_dung": "Chưa xây dựng",
    "dang_xay_dung": "Đang xây dựng",
    "dang_ap_dung": "Đang áp dụng",
    "da_cong_bo": "Đã công bố",
    "tam_dung": "Tạm dừng",
    "ket_thuc": "Kết thúc",
}
