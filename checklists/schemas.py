"""What lists of checklists say over the wire; a version itself is served as its exact published bytes."""

from marshmallow import fields

from core.api import Out


class ChecklistVersionOut(Out):
    """A published version; `url` gives its exact bytes, whose SHA-256 is `sha256`."""

    reference = fields.String(required=True, metadata={"example": "QMS-HCNN-2015@1.0.0"})
    code = fields.String(required=True)
    version = fields.String(required=True)
    status = fields.String(required=True, metadata={"example": "draft_for_department_approval"})
    title = fields.String(required=True)
    standard = fields.String(required=True)
    item_count = fields.Integer(required=True)
    sha256 = fields.String(required=True)
    published_at = fields.AwareDateTime(required=True)
    url = fields.Function(
        lambda published: f"/api/v1/checklists/{published.reference}", metadata={"type": "string"}
    )
