"""What is said across the pipe between this program and its confined children: plain values, no behaviour.

Everything a child may see is in its order; it has no other door.
"""

import msgspec


class Picture(msgspec.Struct, frozen=True):
    """A picture to be scaled down before it is printed; it appears under `asset:<name>`."""

    name: str
    path: str
    width_px: int
    height_px: int
    is_drawing: bool = False


class Enclosure(msgspec.Struct, frozen=True):
    """A file attached to the document. `at` is its date in ISO 8601: a given one keeps the bytes the same."""

    name: str
    description: str
    relationship: str
    content: bytes
    at: str


class PrintOrder(msgspec.Struct, frozen=True):
    """A document to be printed: its markup, its style, and every byte that these may name as `asset:`."""

    html: str
    css: str
    variant: str = ""
    assets: dict[str, bytes] = {}
    pictures: tuple[Picture, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()


class Place(msgspec.Struct, frozen=True):
    """Where an element with an id stands: page from 0, and a box in points from the lower left corner."""

    page: int
    box: tuple[float, float, float, float]


class Printed(msgspec.Struct, frozen=True):
    """A printed document; `unreadable` names the pictures that are none, shown as an empty frame."""

    pdf: bytes
    pages: int
    places: dict[str, Place]
    unreadable: tuple[str, ...] = ()


class ExamineOrder(msgspec.Struct, frozen=True):
    """A file to be examined, and the certificates (DER) that alone are trusted to judge its signatures.

    `compares` asks what was changed after each signature, which can take half a minute of a processor.
    """

    pdf: bytes
    roots: tuple[bytes, ...]
    compares: bool = False


class SeenSignature(msgspec.Struct, frozen=True):
    """A signature as it is found in a file.

    `holds` says that nothing speaks against it; the members before it say what does. `changes` is what came
    after it: `none`, `lta_updates`, `form_filling`, or worse; `unknown` where nobody compared.
    """

    field: str
    signer: str
    organization: str
    fingerprint: str
    signed_at: str
    certifies: bool
    is_intact: bool
    is_trusted: bool
    covers_file: bool
    changes: str
    holds: bool


class Seen(msgspec.Struct, frozen=True):
    """What a file itself shows, without any registry; `codes` are the verification codes that it claims."""

    pages: int
    signatures: tuple[SeenSignature, ...]
    codes: tuple[str, ...]
    fields: tuple[str, ...]
