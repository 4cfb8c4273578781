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
};
