"""What each way of taking a tablet out of use means on every route, from the page's button to the wire."""

import base64
import hashlib
from dataclasses import replace

import pytest
from flask import Flask

from accounts.device_models import Device
from core import db, ids, settings
from tests import people
from tests.tablets import Office, Tablet
from tests.visits import Visit, picture, registered

READS = ("/sync/v1/heads", "/sync/v1/packages")


@pytest.fixture
def visit(app: Flask) -> Visit:
    """An inspection on its way, and the leader's tablet."""
    registered(app)
    visit = Visit(app).decided().started()
    visit.push("leader")
    return visit


@pytest.fixture
def engine_name() -> str:
    """What is let in does not depend on the database."""
    return "sqlite"


def taken_out(app: Flask, tablet: Tablet, mode: str) -> None:
    """An administrator presses the button."""
    browser = people.Browser(app)
    assert browser.sign_in("quan.tri").status_code == 303
    assert browser.submit(f"/devices/{tablet.device}/revoke", mode=mode).status_code == 303
    with app.app_context(), db.reading() as session:
        assert session.get_one(Device, tablet.device).revoke_mode == mode


def signed_in_again(app: Flask, tablet: Tablet):
    """The leader signs in on the tablet once more."""
    return tablet.authorise(Office(app, "truong.doan"))


def reading(tablet: Tablet, inspection: str) -> list[tuple[int, str | None, bool | None]]:
    """Status, code and whether to wipe, of every way to read."""
    answers = [tablet.get(path) for path in READS]
    answers += [tablet.get(f"/sync/v1/packages/{inspection}"), tablet.pull({inspection: 0})]
    found = [answer.json if isinstance(answer.json, dict) else {} for answer in answers]
    return [
        (answer.status_code, told.get("code"), told.get("wipe"))
        for answer, told in zip(answers, found, strict=True)
    ]


def sent(visit: Visit, tablet: Tablet):
    """What becomes of one more note."""
    tablet.record(visit.inspection, "note.add", f"note/{ids.new_id()}", {"text": "Sau khi thu hồi"})
    return tablet.push(len(tablet.operations))


def test_a_retired_tablet_goes_on_sending_and_reading(app: Flask, visit: Visit):
    tablet = visit.tablet("leader")
    taken_out(app, tablet, "retired")
    assert tablet.get("/sync/v1/heads").json["code"] == "token_expired"
    assert signed_in_again(app, tablet).status_code == 200
    assert sent(visit, tablet).json["results"][0]["status"] == "applied"
    assert reading(tablet, visit.inspection) == [(200, None, None)] * 4


def test_a_lost_tablet_is_heard_set_aside_and_told_nothing(app: Flask, visit: Visit):
    tablet = visit.tablet("leader")
    taken_out(app, tablet, "lost")
    assert signed_in_again(app, tablet).status_code == 200
    (result,) = sent(visit, tablet).json["results"]
    assert (result["status"], result["error"]["code"]) == ("quarantined", "device_revoked")
    assert reading(tablet, visit.inspection) == [(403, "device_revoked", False)] * 4


LOST, OTHER = picture(size=(640, 480)), picture(size=(320, 240))


def named(content: bytes) -> str:
    """The name of a file."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def put(tablet: Tablet, content: bytes, query: str = "") -> tuple[int, str]:
    """Send the whole file; status and code."""
    answer = tablet.client.put(
        f"/sync/v1/blobs/{named(content)}{query}", data=content, headers=tablet.headers
    )
    return answer.status_code, answer.json.get("code", "")


def announce(tablet: Tablet, inspection: str, content: bytes):
    """Begin to send the file in parts, with all of it in the first."""
    pairs = {"sha256": named(content).removeprefix("sha256:"), "inspection": inspection}
    told = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in pairs.items())
    return tablet.client.post(
        "/sync/v1/blobs/", data=content, content_type="application/offset+octet-stream",
        headers=tablet.headers | {
            "Tus-Resumable": "1.0.0", "Upload-Length": str(len(content)), "Upload-Metadata": told,
        },
    )  # fmt: skip


def ask_for(tablet: Tablet, inspection: str, *contents: bytes):
    """Which of the files have not come."""
    asked = {"inspection": inspection, "hashes": [named(content) for content in contents]}
    return tablet.client.post("/sync/v1/blobs/missing", json=asked, headers=tablet.headers)


def lost_with_a_photo(app: Flask, visit: Visit) -> tuple[Tablet, str]:
    """The secretary's tablet, lost, with a photo that was taken on it and is not here; the operation's id."""
    tablet = visit.tablet("secretary")
    taken_out(app, tablet, "lost")
    assert tablet.authorise(Office(app, "thu.ky")).status_code == 200
    body = {"blob": named(LOST), "size": len(LOST), "mime": "image/jpeg", "item": None, "caption": "Tủ hồ sơ"}
    op_id = tablet.record(visit.inspection, "photo.add", f"photo/{ids.new_id()}", body)
    answer = tablet.push(len(tablet.operations)).json
    assert (answer["results"][0]["status"], answer["missing_blobs"]) == ("quarantined", [named(LOST)])
    return tablet, op_id


def test_who_adopts_what_a_lost_tablet_recorded_has_its_photos(app: Flask, visit: Visit):
    tablet, op_id = lost_with_a_photo(app, visit)
    assert put(tablet, LOST) == (201, "")
    leader = people.Browser(app)
    assert leader.sign_in("truong.doan").status_code == 303
    adopted = leader.submit(
        f"{visit.address}/quarantine", form_at=visit.address, op_id=op_id, decision="adopt",
        reason="Máy đã được tìm thấy",
    )  # fmt: skip
    assert adopted.status_code == 303
    photo = f"{visit.address}/photos/{named(LOST).removeprefix('sha256:')}?size=original"
    with leader.client.get(photo) as shown:
        assert shown.data == LOST
    assert "Tủ hồ sơ" in leader.client.get(visit.address).text


def test_a_lost_tablet_may_send_its_photo_in_parts(app: Flask, visit: Visit):
    tablet, _ = lost_with_a_photo(app, visit)
    answer = announce(tablet, visit.inspection, LOST)
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (201, str(len(LOST)))
    assert put(tablet, LOST) == (200, "")


def test_a_lost_tablet_puts_nothing_here_that_it_did_not_record(app: Flask, visit: Visit):
    """Not even what another tablet speaks of, nor by naming the inspection."""
    visit.photo(None, OTHER, arrives=False)
    tablet, _ = lost_with_a_photo(app, visit)
    query = f"?inspection={visit.inspection}"
    assert [put(tablet, OTHER), put(tablet, OTHER, query)] == [(404, "blob_unwanted")] * 2
    assert announce(tablet, visit.inspection, OTHER).json["code"] == "blob_unwanted"


def test_a_lost_tablet_learns_of_no_file_but_its_own(app: Flask, visit: Visit):
    visit.photo(None, OTHER)
    tablet, _ = lost_with_a_photo(app, visit)

    def missing() -> list[str]:
        return ask_for(tablet, visit.inspection, OTHER, LOST).json["missing"]

    assert missing() == [named(OTHER), named(LOST)]
    put(tablet, LOST)
    assert missing() == [named(OTHER)]
    for content in (OTHER, LOST):
        answer = tablet.get(f"/sync/v1/blobs/{named(content)}")
        assert (answer.status_code, answer.json["code"]) == (403, "device_revoked")


def test_the_quota_holds_for_a_lost_tablet(app: Flask, visit: Visit):
    tablet, _ = lost_with_a_photo(app, visit)
    chosen = app.extensions[settings.SETTINGS]
    app.extensions[settings.SETTINGS] = replace(chosen, device_daily_mb=0)
    assert put(tablet, LOST) == (507, "quota_reached")


def test_a_stolen_tablet_is_shut_out_everywhere_and_told_to_wipe(app: Flask, visit: Visit):
    tablet = visit.tablet("leader")
    taken_out(app, tablet, "stolen")
    assert reading(tablet, visit.inspection) == [(403, "device_revoked", True)] * 4
    sending = (
        ask_for(tablet, visit.inspection, LOST), announce(tablet, visit.inspection, LOST),
        tablet.client.put(
            f"/sync/v1/blobs/{named(LOST)}?inspection={visit.inspection}", data=LOST, headers=tablet.headers
        ),
    )  # fmt: skip
    for answer in (sent(visit, tablet), signed_in_again(app, tablet), *sending):
        assert (answer.status_code, answer.json["code"], answer.json["wipe"]) == (403, "device_revoked", True)
