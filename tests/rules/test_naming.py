"""Lists of people stand in the order in which a Vietnamese reader looks for them."""

import random
import unicodedata

import pytest

from core.naming import by_given_name

IN_ORDER = [
    "Lê An", "Nguyễn An", "Nguyễn Văn An", "Trần Thị Ánh", "Võ Ân", "Lê Bình", "Phạm Quốc Đạt",
    "Lê Ha", "Trần Thu Hà", "Lê Hả", "Lê Hạ", "Nguyễn Minh Khôi", "Đặng Ngọc Lan", "Lê Oanh", "Lê Ổn",
    "Lê Ơn", "Võ Thanh Tùng", "Lê Uyên", "Lê Ước", "Lê Hoàng Yến",
]  # fmt: skip


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_names_are_sorted_by_given_name_letter_before_tone(form: str):
    written = [unicodedata.normalize(form, name) for name in IN_ORDER]
    shuffled = random.Random(7).sample(written, len(written))
    assert sorted(shuffled, key=by_given_name) == written


@pytest.mark.parametrize("odd", ["", " ", "X", "山田 太郎", "O'Neil-2"])
def test_every_text_has_a_place(odd: str):
    assert len(sorted([odd, "Lê An"], key=by_given_name)) == 2
