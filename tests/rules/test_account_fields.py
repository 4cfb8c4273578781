"""What user names, names and passwords may be."""

import pytest

from accounts import fields, tokens


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("  Nguyen.An ", "nguyen.an"), ("ｌｅａｎ", "lean"), ("truongdoan", "truongdoan")],
)
def test_a_user_name_is_compared_without_case_width_or_space(typed: str, kept: str):
    assert fields.username(typed) == kept


@pytest.mark.parametrize("name", ["an", "1an", "nguyễn", "a b c", "a" * 33, "an\x00n", "", "<script>"])
def test_a_user_name_that_cannot_be_typed_anywhere_is_refused(name: str):
    assert fields.username_problem(name) is not None


@pytest.mark.parametrize("name", ["le.an", "thu_ky-2", "a" * 32])
def test_a_plain_user_name_is_taken(name: str):
    assert fields.username_problem(name) is None


def test_a_name_is_kept_composed_on_one_line_and_without_invisible_letters():
    decomposed = "Le\u0302  Thi\u0323\n\u202eAn\u200b"
    assert fields.name(decomposed) == "Lê Thị An"


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("ngắn quá", "8 ký tự, cần ít nhất 12"),
        ("a" * 201, "200 ký tự"),
        ("aaaaaaaaaaaaaaaa", "dễ đoán"),
        ("1234567890123", "dễ đoán"),
        ("qwertyuiop[]", "dễ đoán"),
        ("le.an-le.an-le.an", "dễ đoán"),
        ("Mật khẩu Mật khẩu", "dễ đoán"),
        ("password1234", "dễ đoán"),
    ],
)
def test_a_password_that_is_short_or_guessed_first_is_refused_with_the_reason(password: str, why: str):
    assert why in fields.password_problem(password, username="le.an")


@pytest.mark.parametrize(
    "password", ["giấy trắng mực đen", "sông Hậu chảy qua", "7K3M-Q2XD-9WPA-4T6Z", "x9!kQ2mv#Lp0"]
)
def test_a_phrase_or_a_drawn_password_is_taken(password: str):
    assert fields.password_problem(password, username="le.an") is None


def test_a_password_typed_differently_the_second_time_is_refused():
    assert (
        fields.new_password_problem("giấy trắng mực đen", "giấy trắng mực đem", username="le.an") is not None
    )


def test_a_typed_code_is_read_as_it_was_meant():
    assert tokens.typed_code(" 7k3m q2xd-9wpa o1Il") == "7K3M-Q2XD-9WPA-0111"


def test_a_drawn_code_survives_its_own_reading():
    code = tokens.new_typed_code()
    assert tokens.typed_code(code.lower().replace("-", " ")) == code
