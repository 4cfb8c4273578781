/** Vietnamese for what is refused, what is set aside and why. */
export const refusals = {
  "fault.unnamed": "Việc này chưa làm được. Dữ liệu đã lưu không bị ảnh hưởng.",
  "refusal.offline":
    "Không liên lạc được máy chủ. Những gì đã ghi vẫn được lưu trên máy này; hãy thử lại khi có mạng.",
  "refusal.enrolment_refused":
    "Mã ghi danh không đúng, đã dùng hoặc đã quá mười phút. Xin quản trị viên mã mới.",
  "refusal.code_mistyped":
    "Mã gõ chưa đúng: mã có ba nhóm, mỗi nhóm bốn ký tự. So lại từng nhóm với mã trên trang «Máy tính bảng».",
  "refusal.wrong_server": "Mã này thuộc về máy chủ khác. Mở ứng dụng ở đúng địa chỉ ghi trên trang ghi danh.",
  "refusal.storage_full":
    "Bộ nhớ của máy đã đầy nên chưa ghi được. Những gì đã lưu trước đó không bị mất; hãy giải phóng bộ nhớ rồi làm lại.",
  "refusal.sign_in_refused": "Tên đăng nhập hoặc mật khẩu chưa đúng.",
  "refusal.throttled": "Đã thử quá nhiều lần. Chờ {retry_after} giây rồi thử lại.",
  "refusal.pin_too_weak": "Mã PIN này dễ đoán. Chọn ít nhất 6 chữ số, không lặp lại, không liền nhau.",
  "refusal.witness_wrong": "Mã PIN của người xác nhận chưa đúng.",
  "refusal.pin_wrong": "Mã PIN chưa đúng. Còn {left} lần thử.",
  "refusal.pin_blocked": "Đã nhập sai nhiều lần. Chờ đến {until} rồi thử lại; dữ liệu vẫn còn nguyên.",
  "refusal.not_downloaded": "Cuộc kiểm tra này chưa được tải về máy. Tải khi có mạng rồi mở lại.",
  "refusal.value_invalid": "Giá trị chưa đúng: {words}. Chưa ghi gì.",
  "refusal.file_too_large": "Tệp này {size}, quá mức {max} cho mỗi tệp. Chưa gắn gì; hãy chọn tệp nhỏ hơn.",
  "refusal.file_empty": "Tệp này rỗng nên chưa gắn gì. Chọn lại tệp.",
  "refusal.content_changed": "Nội dung đã thay đổi sau khi hiện trên màn hình. Xem lại biên bản rồi ký lại.",
  "refusal.signatures_missing": "Chưa đủ chữ ký hoặc ghi nhận từ chối ký của hai bên.",
  "refusal.conflicts_open": "Còn {count} xung đột. Trưởng đoàn thống nhất từng mục rồi mới ký chốt.",
  "refusal.conflict_changed": "Xung đột này vừa có thêm thay đổi. Xem lại rồi quyết định.",
  "refusal.conflict_open": "Mục này đang có xung đột. Mở «Xung đột» để xem cả hai câu trả lời.",
  "refusal.locked": "Máy đang khóa. Mở khóa rồi làm lại.",
  "refusal.nothing_set_aside": "Thao tác này đã được quyết định.",
  "refusal.outbox_not_empty": "Còn thao tác chưa lên máy chủ. Gửi xong rồi mới cập nhật.",
  "refusal.person_unknown": "Người này không còn dùng máy này. Đăng nhập lại khi có mạng.",
  "refusal.sign_in_needed": "Cần đăng nhập lại khi có mạng. Mọi thứ vẫn được lưu trên máy.",
  "refusal.not_permitted": "Vai trò của anh/chị trong đoàn không làm được việc này.",
  "refusal.step_not_allowed": "Bước này chưa thực hiện được ở trạng thái hiện tại của cuộc kiểm tra.",
  "fault.value_not_an_option": "không có trong các lựa chọn",
  "fault.ratio_above_one": "tử số lớn hơn mẫu số",
  "fault.ratio_not_counts": "cần hai số nguyên không âm",
  "fault.date_out_of_range": "năm phải từ 1900 đến 2100",
  "fault.number_out_of_range": "ngoài khoảng cho phép",
  "fault.note_too_long": "nhận xét dài quá 10.000 ký tự",
  "fault.cell_not_a_date": "ô ngày chưa đúng",
  "fault.cell_not_a_number": "ô số chưa đúng",
  "fault.cell_too_long": "ô dài quá 2.000 ký tự",
  "code.inspection_frozen":
    "Cuộc kiểm tra đã ký chốt. Thao tác này được giữ riêng để trưởng đoàn xem xét, không bị mất.",
  "code.not_permitted":
    "Người ghi không có quyền làm việc này trong đoàn. Thao tác được giữ riêng, không bị mất.",
  "code.actor_inactive": "Quyền dùng máy tính bảng của người ghi đã hết hạn.",
  "code.device_revoked": "Máy tính bảng đã bị báo mất.",
  "code.checklist_mismatch": "Thao tác dùng phiên bản danh mục khác với phiên bản của cuộc kiểm tra.",
  "code.item_unknown": "Danh mục không có nội dung kiểm tra này.",
  "code.value_invalid": "Giá trị ghi nhận không đúng dạng. Mở lại mục này và ghi lại.",
  "code.withheld":
    "Nội dung quá dài nên máy chủ chỉ nhận dấu vết của thao tác. Nguyên văn vẫn ở trên máy đã ghi: lưu ra tệp, rồi chia ngắn và ghi lại.",
  "code.unknown_type": "Máy chủ chưa biết loại thao tác này; thao tác được giữ lại.",
  "code.signoff_stale": "Nội dung đã khác với bản đã ký. Xem lại rồi ký lại.",
  "code.open_conflicts": "Còn câu trả lời mâu thuẫn chưa được trưởng đoàn thống nhất.",
  "code.blobs_missing": "Chờ máy chủ xác nhận: còn ảnh hoặc tệp chưa gửi xong.",
  "code.ops_missing": "Chờ máy chủ xác nhận: còn thao tác của đoàn chưa gửi lên.",
  "code.step_not_allowed": "Bước này chưa thực hiện được ở trạng thái của cuộc kiểm tra lúc đó.",
  "code.not_in_signed": "Thao tác không nằm trong nội dung đã ký.",

  "refusal.no_exchange_file": "Tệp này không phải là tệp dữ liệu của Thực Địa. Chọn tệp có đuôi .td1.gz.",
  "refusal.file_cut": "Tệp bị cụt khi chép hoặc gửi. Phần đọc được đã lưu; xin đồng đội gửi lại cả tệp.",
  "refusal.device_not_known":
    "Máy này chưa biết máy đã ghi tệp. Tải lại cuộc kiểm tra khi có mạng rồi nhập lại tệp.",
  "refusal.bad_chain":
    "Các thao tác trong tệp không nối nhau đúng thứ tự: tệp đã bị sửa hoặc hỏng. Không nhận gì từ đoạn đó.",
  "refusal.bad_signature":
    "Chữ ký của máy đã ghi không khớp: tệp đã bị sửa hoặc không do máy đó ghi. Không nhận gì từ đoạn đó.",
  "refusal.seal_broken":
    "Bản lưu trên máy không mở được: dữ liệu trong bộ nhớ đã hỏng hoặc bị sửa. Những phần khác không bị ảnh hưởng; chụp lại ảnh, gắn lại tệp, hoặc xin đồng đội gửi lại.",
  "refusal.recovery_lost":
    "Chìa dự phòng trên máy chủ không còn khớp với máy này, nên chưa mở được. Dữ liệu vẫn còn: nhờ đồng nghiệp có mã PIN trên máy xác nhận; nếu không có ai thì mở «Quên mã PIN».",
  "refusal.sign_in_stale": "Lần đăng nhập đã quá mười phút. Đăng nhập lại rồi chọn mã PIN.",
  "refusal.chain_fork":
    "Chuỗi thao tác của máy này khác với chuỗi máy chủ đã nhận, như khi máy được sao chép hoặc khôi phục. Dữ liệu chưa gửi vẫn còn; cần ghi danh lại.",
  "refusal.receipt_wrong":
    "Biên nhận của máy chủ không đúng chữ ký đã biết, nên chưa coi là đã gửi. Dữ liệu vẫn ở trên máy; báo quản trị viên.",
  "refusal.operation_stuck":
    "Máy chủ không đọc được một thao tác nên các thao tác sau còn chờ. Dữ liệu vẫn ở trên máy: xuất tệp và báo quản trị viên.",
  "refusal.log_mismatch":
    "Nhật ký của máy chủ không khớp với phần máy này đã giữ. Dữ liệu vẫn ở trên máy; báo quản trị viên.",
  "refusal.unexpected": "Lần gửi dừng vì một lỗi của ứng dụng. Dữ liệu vẫn ở trên máy và sẽ được gửi lại.",
  "refusal.device_unknown":
    "Máy chủ không nhận ra máy này. Ghi danh lại với mã mới; dữ liệu chưa gửi vẫn còn trên máy.",
  "refusal.device_not_found": "Không có máy tính bảng này trên máy chủ.",
  "refusal.device_revoked": "Máy này đã bị thu hồi. Liên hệ quản trị viên.",
  "refusal.device_exists":
    "Máy này đã được ghi danh với khóa khác. Xin quản trị viên mã mới rồi ghi danh lại.",
  "refusal.key_refused": "Khóa của máy không dùng được với máy chủ. Cập nhật trình duyệt rồi ghi danh lại.",
  "refusal.assertion_refused":
    "Máy chủ không nhận lời xác thực của máy. Kiểm tra ngày giờ của máy rồi thử lại.",
  "refusal.grant_over":
    "Quyền dùng máy tính bảng đã hết hạn. Đăng nhập lại khi có mạng; mọi thứ vẫn được lưu trên máy.",
  "refusal.token_expired": "Phiên gửi dữ liệu đã hết hạn. Máy sẽ tự xin lại.",
  "refusal.unauthenticated": "Cần đăng nhập lại khi có mạng. Mọi thứ vẫn được lưu trên máy.",
  "refusal.form_token_wrong": "Phiên đăng nhập trong trình duyệt đã thay đổi. Thử lại một lần nữa.",
  "refusal.foreign_origin":
    "Yêu cầu đến từ địa chỉ khác với địa chỉ của máy chủ. Mở ứng dụng ở đúng địa chỉ.",
  "refusal.batch_too_large": "Lần gửi quá lớn. Máy sẽ chia nhỏ và gửi lại.",
  "refusal.gap": "Máy chủ còn thiếu thao tác trước đó. Máy sẽ gửi lại từ chỗ thiếu.",
  "refusal.epoch_mismatch": "Máy chủ đã được khôi phục từ bản sao lưu. Máy sẽ gửi lại những gì còn thiếu.",
  "refusal.cursor_ahead": "Máy chủ có ít hơn phần máy này đã nhận. Máy sẽ đọc lại từ đầu.",
  "refusal.upload_header_wrong": "Máy chủ không hiểu cách gửi tệp này. Cập nhật ứng dụng rồi gửi lại.",
  "refusal.tus_version_unknown": "Máy chủ dùng phiên bản gửi tệp khác. Cập nhật ứng dụng rồi gửi lại.",
  "refusal.upload_unknown": "Máy chủ không còn phần đã gửi của tệp. Tệp sẽ được gửi lại từ đầu.",
  "refusal.upload_expired": "Phần đã gửi của tệp để quá lâu nên máy chủ đã bỏ. Tệp sẽ được gửi lại từ đầu.",
  "refusal.offset_differs": "Phần tệp đã gửi khác với phần máy chủ có. Máy sẽ gửi tiếp từ chỗ máy chủ có.",
  "refusal.part_too_long": "Đoạn gửi dài hơn phần còn lại của tệp. Tệp sẽ được gửi lại.",
  "refusal.quota_reached":
    "Máy chủ đã nhận đủ dung lượng ảnh, tệp cho phép. Ảnh vẫn ở trên máy; báo quản trị viên.",
  "refusal.blob_name_wrong": "Tên của tệp gửi không đúng dạng. Cập nhật ứng dụng rồi gửi lại.",
  "refusal.blob_unwanted": "Máy chủ chưa biết thao tác nào dùng tệp này. Gửi thao tác trước, tệp sau.",
  "refusal.blob_unknown": "Máy chủ chưa có tệp này.",
  "refusal.slow_down": "Máy chủ đang bận. Máy sẽ tự gửi lại sau ít phút.",
  "refusal.unavailable": "Máy chủ tạm ngừng phục vụ. Mọi thứ vẫn được lưu trên máy và sẽ tự gửi lại.",
  "refusal.no_space":
    "Máy chủ sắp hết chỗ chứa. Ảnh, tệp vẫn ở trên máy và sẽ tự gửi lại; báo quản trị viên.",
  "refusal.upgrade_required":
    "Máy chủ cần phiên bản mới của ứng dụng. Mọi thứ vẫn được lưu trên máy; cập nhật rồi máy sẽ tự gửi.",
  "refusal.too_large": "Dữ liệu gửi một lần quá lớn. Dữ liệu vẫn ở trên máy; báo quản trị viên.",
  "refusal.length_required": "Lần gửi thiếu thông tin về độ dài. Kiểm tra đường mạng rồi gửi lại.",
  "refusal.encoding": "Dữ liệu gửi không đúng bảng mã. Dữ liệu vẫn ở trên máy; báo quản trị viên.",
  "refusal.malformed":
    "Máy chủ không đọc được yêu cầu. Dữ liệu vẫn ở trên máy; cập nhật ứng dụng rồi gửi lại.",
  "refusal.invalid": "Máy chủ không nhận giá trị đã gửi. Xem lại rồi gửi lại.",
  "refusal.forbidden": "Không có quyền làm việc này.",
  "refusal.not_found": "Máy chủ không có nội dung này, hoặc người đang dùng máy không thuộc đoàn kiểm tra.",
  "refusal.conflict": "Nội dung trên máy chủ vừa thay đổi. Gửi và nhận xong rồi làm lại.",
  "refusal.gone": "Nội dung này không còn trên máy chủ.",
  "refusal.version_unknown": "Máy chủ không biết phiên bản này. Cập nhật ứng dụng rồi làm lại.",
  "refusal.in_use": "Nội dung này đang được dùng ở nơi khác. Thử lại sau ít phút.",
  "refusal.damaged": "Dữ liệu nhận được không khớp mã kiểm. Máy sẽ gửi lại.",
  "refusal.item_unknown": "Danh mục không có nội dung kiểm tra này.",
  "code.inspection_unknown": "Máy chủ chưa biết cuộc kiểm tra này. Thao tác được giữ lại, không bị mất.",
  "code.checklist_unknown": "Máy chủ chưa có phiên bản danh mục mà thao tác dùng. Thao tác được giữ lại.",
  "code.parent_unknown": "Thao tác dựa trên một thao tác mà máy chủ chưa nhận. Thao tác được giữ lại.",
  "code.op_id_reused": "Mã của thao tác đã được dùng cho nội dung khác. Ghi lại nội dung này.",
  "code.clock_implausible":
    "Đồng hồ của máy lúc ghi sai nhiều. Nội dung vẫn có hiệu lực; chỉnh lại ngày giờ của máy.",
  "code.inspection_full":
    "Cuộc kiểm tra đã đủ 100.000 thao tác. Thao tác này được giữ riêng để trưởng đoàn xem xét.",
  "code.signoff_awaited": "Chờ máy chủ xác nhận lần ký chốt rồi bước này mới có hiệu lực.",
} as const;
