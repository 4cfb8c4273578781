"""Where the files that come with the program are; what they say is judged by `registry.loading`."""

from pathlib import Path

_FOLDER = Path(__file__).parent / "data"

LEGAL_TEXTS = _FOLDER / "legal_bases.yaml"
DEMO_UNITS = _FOLDER / "demo_units_tra_vinh.yaml"
OBLIGATIONS = _FOLDER / "obligations.yaml"
