"""Settings come from the environment, and a wrong one is refused by name."""

from pathlib import Path

import pytest

from core.settings import SettingRefused, Settings, from_environment


def test_an_empty_environment_gives_the_documented_defaults():
    assert from_environment({}) == Settings()


def test_values_are_read_as_their_kind():
    settings = from_environment({"THUCDIA_DATA": "/srv/td", "THUCDIA_PORT": "9001", "THUCDIA_DEMO": "0"})
    assert (settings.data, settings.port, settings.demo) == (Path("/srv/td"), 9001, False)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("THUCDIA_PORT", "eighty"),
        ("THUCDIA_PORT", "0"),
        ("THUCDIA_PORT", "70000"),
        ("THUCDIA_PORT", "８０００"),
        ("THUCDIA_DEMO", "yes"),
        ("THUCDIA_DATABASE_URL", "mysql://x/y"),
        ("THUCDIA_PUBLIC_URL", "thucdia.example.vn"),
        ("THUCDIA_STORE", "ftp:x"),
        ("THUCDIA_SIGNER", "file.p12"),
    ],
)
def test_a_value_of_the_wrong_form_is_refused_naming_the_variable(variable: str, value: str):
    with pytest.raises(SettingRefused, match=variable):
        from_environment({variable: value})


def test_demo_mode_does_not_face_the_network_by_accident():
    with pytest.raises(SettingRefused, match="THUCDIA_DEMO_ON_PUBLIC_HOST"):
        from_environment({"THUCDIA_HOST": "0.0.0.0"})
    allowed = from_environment({"THUCDIA_HOST": "0.0.0.0", "THUCDIA_DEMO_ON_PUBLIC_HOST": "1"})
    assert allowed.demo
    assert not from_environment({"THUCDIA_HOST": "0.0.0.0", "THUCDIA_DEMO": "0"}).demo


def test_links_carry_the_public_address_without_a_trailing_slash():
    settings = from_environment({"THUCDIA_PUBLIC_URL": "https://thucdia.example.vn/"})
    assert (settings.base_url, settings.is_secure) == ("https://thucdia.example.vn", True)
    assert Settings(port=8123).base_url == "http://127.0.0.1:8123"
    assert Settings(host="::1").base_url == "http://[::1]:8000"


def test_a_postgresql_address_gets_the_driver_that_is_shipped():
    settings = from_environment({"THUCDIA_DATABASE_URL": "postgresql://u@h/d"})
    assert settings.sqlalchemy_url == "postgresql+psycopg://u@h/d"
