"""The import of a tablet's file in the API document."""

from typing import Any

from sync import exchange

SHAPES = (exchange.ImportOut,)


def paths() -> dict[str, Any]:
    """The routes by address."""
    binary = {"schema": {"type": "string", "format": "binary"}}
    answer = {"application/json": {"schema": {"$ref": "#/components/schemas/ImportOut"}}}
    described = {
        "tags": ["sync"],
        "summary": "Bring the file of a tablet without a network; each batch and photo gets its outcome.",
        "requestBody": {
            "required": True,
            "content": {"application/gzip": binary},
        },
        "responses": {
            "200": {"description": "Read; what was refused is told batch by batch.", "content": answer},
            "400": {"description": "no_exchange_file, truncated."},
        },
    }
    return {"/sync/v1/import": {"post": described}}
