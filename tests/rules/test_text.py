"""Text from outside becomes fit to print without changing what it says."""

import unicodedata

import pytest

from core import text

VIETNAMESE = "Ưu điểm: thủ tục «Đăng ký thành lập hội» giải quyết trước hạn; tỷ lệ 94,6 % – Ặ Ẵ Ữ ợ đ ₫"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (VIETNAMESE, VIETNAMESE),
        (unicodedata.normalize("NFD", VIETNAMESE), VIETNAMESE),
        ("một\r\nhai\u2028ba\rbốn", "một\nhai\nba\nbốn"),
        ("chuông\u0007 và\u0000 hết", "chuông và hết"),
        ("số \u202e321\u202c thật", "số 321 thật"),
        ("từ\u200bbị\ufeffchẻ\u00ad", "từbịchẻ"),
        ("o\u0316\u0317\u0318\u0319\u031c\u031d\u031e", "o\u0316\u0317\u0318\u0319"),
        ("nửa \ud83d cặp", "nửa  cặp"),
    ],
)
def test_what_cannot_be_seen_goes_and_the_rest_stays(written: str, shown: str):
    assert text.clean(written) == shown


def test_cleaning_twice_changes_nothing():
    once = text.clean("a\r\n\u202eb\u0301\u0302\u0303\u0304\u0306 " + VIETNAMESE)
    assert text.clean(once) == once


def test_one_line_parts_words_by_single_blanks():
    assert text.one_line("  Sở\t Nội\n\nvụ ") == "Sở Nội vụ"


def test_empty_lines_make_no_paragraph():
    assert text.paragraphs("một \n\n  hai\tba\n ") == ["một", "hai ba"]


def test_what_the_fonts_lack_becomes_a_box_and_its_combining_marks_go():
    covered = {ord(one) for one in "đạt "}
    assert text.drawable("đạt ✓", covered) == "đạt □"
    assert text.drawable("đạt ✓\u0301", covered) == "đạt □"


def test_a_word_without_end_may_break_and_stays_the_same_word():
    endless = "x" * 100
    broken = text.with_soft_breaks(endless)
    assert max(len(part) for part in broken.split(text.SOFT_BREAK)) == 40
    assert broken.replace(text.SOFT_BREAK, "") == endless
    assert (
        text.with_soft_breaks("bốn mươi chữ liền nhau mới là quá dài")
        == "bốn mươi chữ liền nhau mới là quá dài"
    )
