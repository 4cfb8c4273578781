"""Checklist files: the shipped ones load whole, and a wrong one is refused with place and remedy."""

import json
import re
import unicodedata
from pathlib import Path

import pytest
import yaml

from checklists import definition as d
from checklists import shipped
from checklists.errors import ChecklistRefused
from tests.checklist_files import SMALL, loaded, spoilt

VECTORS = Path(__file__).resolve().parents[1] / "vectors"
COUNTS = {
    "chuyen_doi_2008_2015.yaml": 24,
    "giam_sat_tu_van_xa.yaml": 20,
    "iso_dien_tu.yaml": 17,
    "qms_hcnn_tcvn_iso_9001_2008.yaml": 42,
    "qms_hcnn_tcvn_iso_9001_2015.yaml": 104,
}


def refusal_of(content: bytes) -> ChecklistRefused:
    with pytest.raises(ChecklistRefused) as caught:
        loaded(content)
    return caught.value


def _said(plain: object) -> object:
    """What a file says, without what it says by leaving out."""
    if isinstance(plain, dict):
        kept = {key: _said(value) for key, value in plain.items() if key != "item_count"}
        return {key: value for key, value in kept.items() if value not in (None, [], False)} | {
            key: value for key, value in kept.items() if value is False and key == "default_enabled"
        }
    return [_said(value) for value in plain] if isinstance(plain, list) else plain


@pytest.mark.parametrize("file", shipped.files(), ids=lambda file: file.name)
def test_a_shipped_checklist_is_published_with_every_word_of_its_file(file: Path):
    definition = loaded(file.read_bytes(), file.name)
    assert len(list(d.items(definition))) == COUNTS[file.name]
    published = json.loads(d.encoded(definition))
    # `false` says the same as leaving out, but for what is on by default.
    assert _said(published) == _said(yaml.safe_load(file.read_bytes()))


def test_all_five_are_shipped():
    assert {file.name for file in shipped.files()} == set(COUNTS)


def test_the_published_bytes_are_those_of_the_vector_and_read_back_alike():
    definition = loaded(SMALL.encode())
    content = (VECTORS / "checklist.json").read_bytes()
    assert d.encoded(definition) == content
    assert d.decoded(content) == definition
    assert d.sha256_of(content) == "b374477fa5c01786f887ebe560ab3c379d71e5b69faa26751af6cb0a69c5aab3"


def test_the_same_words_in_another_unicode_form_are_the_same_version():
    decomposed = unicodedata.normalize("NFD", SMALL).encode()
    assert decomposed != SMALL.encode()
    assert d.encoded(loaded(decomposed)) == d.encoded(loaded(SMALL.encode()))


FAULTS = yaml.safe_load(Path(__file__).with_name("checklist_faults.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", FAULTS, ids=[case["fault"][:70] for case in FAULTS])
def test_a_wrong_place_is_named_with_its_remedy(case: dict[str, str]):
    refusal = refusal_of(spoilt(case["old"], case["new"]))
    told = [re.sub(r"^dòng \d+, ", "", str(fault)) for fault in refusal.faults]
    assert case["fault"] in told
    assert "Tệp «mau.yaml» có" in refusal.detail


def test_the_line_is_that_of_the_wrong_place():
    content = spoilt("criticality: critical", "criticality: fatal")
    line = content.decode().splitlines().index("        criticality: fatal") + 1
    assert [fault.line for fault in refusal_of(content).faults] == [line]


def test_one_mistake_is_told_once():
    told = [len(refusal_of(spoilt(case["old"], case["new"])).faults) for case in FAULTS]
    assert sum(count > 1 for count in told) <= 6, (
        "a misnamed field is both unknown and missing; little else is two"
    )


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file():
    content = SMALL.replace("criticality: minor", "criticality: nho").encode()
    refusal = refusal_of(content)
    assert refusal.members["count"] == len(refusal.faults) == 6
    told = [re.search(r"câu «(.+)»", fault.place)[1] for fault in refusal.faults]
    assert told == ["A-1", "B-3", "B-5", "B-6", "B-7", "B-8"]


def test_no_more_than_twenty_mistakes_are_listed_and_the_rest_is_counted():
    refusal = refusal_of(SMALL.replace("applies_to: [so_nganh, ubnd_xa]", "applies_to: [a, b]").encode())
    assert (len(refusal.faults), refusal.members["count"]) == (20, 24)
    assert refusal.detail.endswith("… và 4 chỗ khác.")


UNREADABLE = [
    (b"", "dòng 1: tệp trống. Bắt đầu bằng «schema_version: 1»."),
    (b"- a\n- b\n", "dòng 1: tệp không phải một nhóm trường. Bắt đầu bằng «schema_version: 1»."),
    (b"a: 1\nb: [1, 2\nc: 3\n", "dòng 3: sai cú pháp YAML"),
    (b"a: 1\n\tb: 2\n", "dòng 2: sai cú pháp YAML"),
    (b"a: 1\nb: \xff\xfe\n", "dòng 2: tệp không phải UTF-8. Lưu lại tệp với bảng mã UTF-8."),
    (b"a: &x [1]\nb: *x\n", "dòng 1: dùng neo, tham chiếu hoặc thẻ YAML. Viết đầy đủ giá trị."),
    (b"a: !!python/object:os.system x\n", "dòng 1: dùng neo, tham chiếu hoặc thẻ YAML. Viết đầy đủ giá trị."),
    (b"x" * 2_000_001, "tệp lớn hơn 2.000.000 byte. Chia nhỏ tệp."),
    (b"[" * 100_000, "dòng 1: lồng nhau sâu quá 20 bậc. Bỏ bớt các bậc thụt lề."),
    (b"a: \x00\n", "không đọc được YAML"),
]


@pytest.mark.parametrize(("content", "message"), UNREADABLE, ids=[case[1][:40] for case in UNREADABLE])
def test_a_file_that_cannot_be_read_is_refused_with_its_line(content: bytes, message: str):
    assert message in refusal_of(content).detail


@pytest.mark.parametrize("cut", range(1, len(SMALL.splitlines()), 7))
def test_a_file_cut_off_anywhere_is_refused(cut: int):
    refusal_of("\n".join(SMALL.splitlines()[:cut]).encode())
