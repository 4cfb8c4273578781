/** English for photos, files and the unit's self-report. */
import type { files as vietnamese } from "./vi_files.ts";

export const files: Record<keyof typeof vietnamese, string> = {
  "photo.title": "Photo for item {code}",
  "photo.title.free": "Photo of the inspection",
  "photo.reminder":
    "No photos of classified papers. Cover personal data before the photo goes into the minutes.",
  "photo.caption": "Caption",
  "photo.attach": "Attach to item {code}",
  "photo.attach.free": "Attach",
  "photo.mark": "Mark in red",
  "photo.cover": "Cover in black",
  "photo.undo": "Undo the last stroke",
  "photo.pens": "Pens to draw on the photo",
  "photo.canvas": "Photo to draw on",
  "photo.unreadable": "This file is no picture that the browser can open.",
  "photo.open": "See photo {caption}",
  "photo.elsewhere": "The photo is on a team mate's tablet",
  "photo.here": "on this tablet",
  "photo.there": "on the server",
  "photo.retract": "Withdraw the photo",
  "photo.retract.reason": "Why it is withdrawn",
  "photo.retract.hint": "It no longer appears in the minutes, and stays in the log.",
  "photo.taken": "Taken {time}",
  "item.attach": "File",
  "item.attachTo": "Attach a file to item {code}",
  "item.files": "{count} {count:file:files}",
  "item.filesTitle": "Files",
  "file.choose": "Choose a file",
  "file.title": "File for item {code}",
  "file.title.free": "File of the inspection",
  "file.reminder":
    "Attach no classified records. Cover or remove personal data in the file before it goes into the minutes.",
  "file.caption": "What this file is",
  "file.attach.free": "Attach",
  "file.read": "Open",
  "file.retract": "Withdraw the file",
  "file.retract.reason": "Why it is withdrawn",
  "file.retract.hint": "It no longer counts for the minutes, and stays in the log.",
  "file.elsewhere":
    "The file is not on this tablet, and could not be fetched from the server. Open it again when there is a network.",
  "file.noReader":
    "This kind of file cannot be read inside the app. Save a copy and open it with another app.",
  "file.copy": "Save a copy outside",
  "file.copy.hint": "The copy lies outside the encrypted part of the app; delete it afterwards.",
  "file.page": "Page {number} of {count}",
  "file.damaged":
    "This file cannot be read: it may be damaged or protected by a password. Save a copy and try another app.",
  "report.title": "Self-report",
  "report.letter": "{number}, received {day}",
  "report.none":
    "The package on this tablet has no self-report of the unit. Once the office stores one on the inspection's page, it comes by itself when there is a network.",
};
