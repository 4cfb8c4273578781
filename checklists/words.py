"""The words that people read for the codes of a checklist; a checklist's own labels come from its file."""

CRITICALITIES = {"critical": "Trọng yếu", "major": "Chính", "minor": "Phụ"}
EVIDENCE_KINDS = {"photo": "kèm ảnh", "url": "kèm đường dẫn"}
