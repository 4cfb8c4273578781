"""`flask accounts …` at the server's own keyboard."""

import re
from dataclasses import replace

from flask import Flask

from accounts import queries
from core import db
from core.settings import SETTINGS
from tests.people import there_is


def _run(app: Flask, *arguments: str):
    return app.test_cli_runner().invoke(args=["accounts", *arguments])


def _link(output: str) -> str:
    return re.match(r"http://127\.0\.0\.1:8000(/invitations/[\w-]{43})\n", output)[1]


def test_inviting_somebody_new_prints_a_link_that_opens(app: Flask):
    result = _run(
        app, "invite", "tran.binh", "--role", "clerk", "--full-name", "Trần Bình", "--title", "Văn thư"
    )
    assert result.exit_code == 0
    assert app.test_client().get(_link(result.stdout)).status_code == 200
    with app.app_context(), db.reading() as session:
        person = queries.person_named(session, "tran.binh")
        assert (person.full_name, person.title, person.roles) == ("Trần Bình", "Văn thư", {"clerk"})


def test_inviting_somebody_again_voids_the_earlier_link_and_keeps_the_name(app: Flask):
    there_is(app)
    first, second = _run(app, "invite", "le.an"), _run(app, "invite", "le.an", "--role", "supervisor")
    assert app.test_client().get(_link(first.stdout)).status_code == 404
    assert app.test_client().get(_link(second.stdout)).status_code == 200
    with app.app_context(), db.reading() as session:
        person = queries.person_named(session, "le.an")
        assert (person.full_name, person.roles) == ("Lê An", {"supervisor"})


def test_inviting_somebody_new_without_a_role_says_what_is_missing(app: Flask):
    result = _run(app, "invite", "tran.binh")
    assert result.exit_code == 1
    assert "Chọn ít nhất một vai trò." in result.stderr
    assert "Traceback" not in result.stderr


def test_the_list_names_roles_and_state(app: Flask):
    there_is(app, roles=("inspector", "clerk"))
    there_is(app, "cu.nguoi", is_active=False)
    assert _run(app, "list").stdout.splitlines() == [
        "le.an               Lê An (Cán bộ kiểm tra, Văn thư; đang hoạt động)",
        "cu.nguoi            Lê An (Cán bộ kiểm tra; đã ngừng)",
    ]


def test_demo_people_are_printed_once_and_written_down(app: Flask):
    first = _run(app, "demo")
    assert len(first.stdout.splitlines()) == 7
    written = app.extensions[SETTINGS].data / "demo-accounts.txt"
    assert first.stdout.strip() in written.read_text(encoding="utf-8")
    assert _run(app, "demo").stdout.strip() == ""
    assert first.stdout.strip() in written.read_text(encoding="utf-8")


def test_demo_people_are_refused_outside_demo_mode(app: Flask):
    app.extensions[SETTINGS] = replace(app.extensions[SETTINGS], demo=False)
    result = _run(app, "demo")
    assert result.exit_code == 1
    assert "chỉ có trong chế độ trình diễn" in result.stderr
