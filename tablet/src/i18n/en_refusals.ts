/** English for what is refused, what is set aside and why. */
import type { refusals as vietnamese } from "./vi_refusals.ts";

export const refusals: Record<keyof typeof vietnamese, string> = {
  "fault.unnamed": "This could not be done. What was saved is unharmed.",
  "refusal.offline":
    "The server cannot be reached. What was recorded is saved on this tablet; try again with a network.",
  "refusal.enrolment_refused":
    "The code is wrong, used, or older than ten minutes. Ask the administrator for a new one.",
  "refusal.code_mistyped":
    "The code has a slip: it has three groups of four characters. Compare each group with the code on the page of tablets.",
  "refusal.wrong_server":
    "This code belongs to another server. Open the app at the address on the enrolment page.",
  "refusal.storage_full":
    "The tablet is full, so this was not written. What was saved before is safe; free some space and do it again.",
  "refusal.sign_in_refused": "User name or password is wrong.",
  "refusal.throttled": "Too many attempts. Wait {retry_after} seconds.",
  "refusal.pin_too_weak": "This PIN is easy to guess. Choose at least 6 digits, not repeated, not in a row.",
  "refusal.witness_wrong": "The PIN of the person who confirms is wrong.",
  "refusal.pin_wrong": "Wrong PIN. {left} attempts left.",
  "refusal.pin_blocked": "Too many wrong PINs. Wait until {until}; nothing is lost.",
  "refusal.not_downloaded": "This inspection is not on the tablet. Download it with a network, then open it.",
  "refusal.value_invalid": "The value does not fit: {words}. Nothing was written.",
  "refusal.file_too_large":
    "This file has {size}, more than the {max} that one file may have. Nothing was attached; choose a smaller one.",
  "refusal.file_empty": "This file is empty, so nothing was attached. Choose again.",
  "refusal.content_changed":
    "The record has changed since it was shown. Read the minutes again, then sign again.",
  "refusal.signatures_missing": "Signatures of both sides, or a recorded refusal, are missing.",
  "refusal.conflicts_open":
    "{count} {count:conflict is:conflicts are} open. The leader settles each before the sign-off.",
  "refusal.conflict_changed": "This conflict has just changed. Look again, then decide.",
  "refusal.conflict_open": "This item is in conflict. Open “Conflicts” to see both answers.",
  "refusal.locked": "The tablet is locked. Unlock it and do it again.",
  "refusal.nothing_set_aside": "This was decided already.",
  "refusal.outbox_not_empty": "Some changes are not on the server yet. Send them before the update.",
  "refusal.person_unknown": "This person no longer uses the tablet. Sign in again with a network.",
  "refusal.sign_in_needed": "Sign in again with a network. Everything is still saved on this tablet.",
  "refusal.not_permitted": "Your role on the team does not allow this.",
  "refusal.step_not_allowed": "This step cannot be taken in the present state of the inspection.",
  "fault.value_not_an_option": "not among the choices",
  "fault.ratio_above_one": "the upper number is larger than the lower one",
  "fault.ratio_not_counts": "two whole numbers are needed",
  "fault.date_out_of_range": "the year must lie between 1900 and 2100",
  "fault.number_out_of_range": "out of range",
  "fault.note_too_long": "the comment is longer than 10,000 characters",
  "fault.cell_not_a_date": "a day does not fit",
  "fault.cell_not_a_number": "a number does not fit",
  "fault.cell_too_long": "a cell is longer than 2,000 characters",
  "code.inspection_frozen":
    "The inspection was signed off. This change is set aside for the leader and is not lost.",
  "code.not_permitted": "The author may not do this on the team. The change is set aside and is not lost.",
  "code.actor_inactive": "The author's leave to use the tablet had run out.",
  "code.device_revoked": "The tablet was reported lost.",
  "code.checklist_mismatch": "The change uses another version of the checklist than the inspection.",
  "code.item_unknown": "The checklist has no such item.",
  "code.value_invalid": "The value does not fit. Open the item and write it again.",
  "code.withheld":
    "The text is too long, so the server took only the trace of the operation. The whole text is still on the tablet that recorded it: save it as a file, then write it again in shorter parts.",
  "code.unknown_type": "The server does not know this kind of change; it is kept.",
  "code.signoff_stale": "The record differs from what was signed. Read it again and sign again.",
  "code.open_conflicts": "Some answers contradict each other and were not settled by the leader.",
  "code.blobs_missing": "Waiting for the server: photos or files are still on their way.",
  "code.ops_missing": "Waiting for the server: changes of the team are still on their way.",
  "code.step_not_allowed": "This step could not be taken in the state the inspection was in.",
  "code.not_in_signed": "The change is not part of what was signed.",

  "refusal.no_exchange_file": "This is no data file of Thực Địa. Choose a file that ends in .td1.gz.",
  "refusal.file_cut":
    "The file was cut short while it was copied or sent. What could be read is kept; ask for the whole file again.",
  "refusal.device_not_known":
    "This tablet does not know the one that wrote the file. Download the inspection again with a network, then take the file in.",
  "refusal.bad_chain":
    "The operations in the file do not follow on one another: it was changed or damaged. Nothing of that part was taken.",
  "refusal.bad_signature":
    "The signature of the tablet does not fit: the file was changed, or another wrote it. Nothing of that part was taken.",
  "refusal.seal_broken":
    "The copy on this tablet cannot be opened: its data were damaged or altered in storage. Nothing else is affected; take the photo or attach the file again, or ask the team mate for it once more.",
  "refusal.recovery_lost":
    "The server's spare key no longer fits this tablet, so nothing was opened. The data are still here: ask a colleague with a PIN on this tablet to confirm; if there is none, open “PIN forgotten”.",
  "refusal.sign_in_stale": "The sign-in is more than ten minutes old. Sign in again, then choose the PIN.",
  "refusal.chain_fork":
    "This tablet’s chain of operations differs from the one that the server holds, as after a copy or a restore. Unsent work is kept; enrol again.",
  "refusal.receipt_wrong":
    "The server’s receipt does not carry the signature we know, so nothing counts as sent. The work is still here; tell the administrator.",
  "refusal.operation_stuck":
    "The server cannot read one operation, and those behind it wait. The work is still here: export it and tell the administrator.",
  "refusal.log_mismatch":
    "The server’s log does not fit what this tablet holds. The work is still here; tell the administrator.",
  "refusal.unexpected":
    "Sending stopped because of a fault in the app. The work is still here and will be sent again.",
  "refusal.device_unknown":
    "The server does not know this tablet. Enrol it again with a new code; unsent work is still here.",
  "refusal.device_not_found": "The server has no such tablet.",
  "refusal.device_revoked": "This tablet was withdrawn. Ask the administrator.",
  "refusal.device_exists":
    "This tablet is enrolled with another key. Ask the administrator for a new code and enrol again.",
  "refusal.key_refused": "The server cannot use this tablet’s key. Update the browser and enrol again.",
  "refusal.assertion_refused":
    "The server does not accept the tablet’s proof. Check its date and time, then try again.",
  "refusal.grant_over":
    "The right to work on this tablet has run out. Sign in again with a network; everything is still here.",
  "refusal.token_expired": "The session for sending has run out. The tablet asks for another by itself.",
  "refusal.unauthenticated": "Sign in again with a network. Everything is still on this tablet.",
  "refusal.form_token_wrong": "The session in the browser has changed. Try once more.",
  "refusal.foreign_origin":
    "The request came from another address than the server’s. Open the app at its own address.",
  "refusal.batch_too_large": "Too much was sent at once. The tablet sends it in smaller parts.",
  "refusal.gap": "The server lacks earlier operations. The tablet sends again from there.",
  "refusal.epoch_mismatch": "The server was restored from a backup. The tablet sends again what is missing.",
  "refusal.cursor_ahead":
    "The server has less than this tablet has received. The tablet reads again from the beginning.",
  "refusal.upload_header_wrong":
    "The server does not understand how the file is sent. Update the app, then send again.",
  "refusal.tus_version_unknown":
    "The server sends files by another version. Update the app, then send again.",
  "refusal.upload_unknown": "The server no longer has the part that was sent. The file starts again.",
  "refusal.upload_expired": "The part that was sent lay too long and is gone. The file starts again.",
  "refusal.offset_differs": "What was sent differs from what the server has. The tablet goes on from there.",
  "refusal.part_too_long": "The part is longer than what is left of the file. The file is sent again.",
  "refusal.quota_reached":
    "The server takes no more photos and files. They are still here; tell the administrator.",
  "refusal.blob_name_wrong":
    "The name of the file is not in the right form. Update the app, then send again.",
  "refusal.blob_unwanted":
    "The server knows no operation that uses this file. Operations go first, files after them.",
  "refusal.blob_unknown": "The server does not have this file yet.",
  "refusal.slow_down": "The server is busy. The tablet sends again in a few minutes.",
  "refusal.unavailable":
    "The server is not serving just now. Everything is still here and will be sent again.",
  "refusal.no_space":
    "The server is running out of room. Photos and files are still here and will be sent again; tell the administrator.",
  "refusal.upgrade_required":
    "The server needs a newer version of the app. Everything is still here; update, and it will be sent.",
  "refusal.too_large": "Too much was sent at once. The work is still here; tell the administrator.",
  "refusal.length_required": "What was sent lacks its length. Check the network, then send again.",
  "refusal.encoding":
    "What was sent is not in the right encoding. The work is still here; tell the administrator.",
  "refusal.malformed":
    "The server cannot read the request. The work is still here; update the app, then send again.",
  "refusal.invalid": "The server does not take the value. Look at it again, then send.",
  "refusal.forbidden": "This is not permitted.",
  "refusal.not_found": "The server does not have this, or whoever works here is not on the team.",
  "refusal.conflict": "It has just changed on the server. Send and receive, then try again.",
  "refusal.gone": "This is no longer on the server.",
  "refusal.version_unknown": "The server does not know this version. Update the app, then try again.",
  "refusal.in_use": "This is in use elsewhere. Try again in a few minutes.",
  "refusal.damaged": "What arrived does not fit its checksum. The tablet sends it again.",
  "refusal.item_unknown": "The checklist has no such item.",
  "code.inspection_unknown":
    "The server does not know this inspection. The operation is kept; nothing is lost.",
  "code.checklist_unknown":
    "The server does not have the version of the checklist that the operation uses. The operation is kept.",
  "code.parent_unknown": "The operation builds on one that the server does not have. The operation is kept.",
  "code.op_id_reused": "The operation’s id stands for something else already. Record it again.",
  "code.clock_implausible":
    "The tablet’s clock was far off when this was recorded. It still counts; set date and time right.",
  "code.inspection_full":
    "The inspection holds 100,000 operations, the most it can. This one is kept aside for the team leader.",
  "code.signoff_awaited": "This takes effect once the server has confirmed the sign-off.",
};
