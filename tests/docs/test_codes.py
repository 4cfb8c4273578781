"""The published list of codes says what the code says, of every code."""

from pathlib import Path

from inspections import codes
from inspections.codes import Code

README = Path(__file__).resolve().parents[2] / "sync" / "README.md"


def _table() -> dict[str, tuple[str, ...]]:
    section = README.read_text(encoding="utf-8").split("\n## Codes ")[1].split("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| `")]
    return {row[0].strip("`"): tuple(row[1:]) for row in rows}


def test_the_table_of_codes_is_that_of_the_program():
    table = _table()
    assert list(table) == [code.value for code in Code]
    for code in Code:
        beside, who, sentence = table[code.value]
        assert (who, sentence) == (codes.actionable_by(code), codes.sentence(code))
        assert ("applied" in beside) == (code in codes.WARNINGS)


def test_every_sentence_can_be_read_by_a_person():
    for code in Code:
        sentence = codes.sentence(code)
        assert sentence.endswith(".")
        assert sentence[0].isupper()
        assert code.value not in sentence
