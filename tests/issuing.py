"""Minutes on their way to the unit: an approved inspection, its clerk, and what the clerk does."""

from dataclasses import dataclass

from flask import Flask

from core import jobs
from tests import people, tablets, visits

NUMBER = {"number": "07/BB-TĐC", "dated_on": "2023-05-23"}


@dataclass
class Desk:
    """An approved inspection with its drafted minutes, and the people who deal with them."""

    app: Flask
    visit: visits.Visit
    supervisor: tablets.Office
    clerk: tablets.Office
    report: str = ""

    def address(self, step: str = "") -> str:
        """A route of the document."""
        return f"/api/v1/reports/{self.report}{step}"

    def shown(self) -> dict:
        """The document as the API tells it."""
        return self.clerk.client.get(self.address()).json

    def number(self, **changed: str):
        """Enter the number."""
        return self.clerk.post(self.address("/number"), NUMBER | changed)

    def seal(self):
        """Ask for the seal and let the worker work."""
        answer = self.clerk.post(self.address("/seal"), {})
        with self.app.app_context():
            jobs.run_due()
        return answer

    def file(self) -> bytes:
        """The sealed bytes."""
        with self.clerk.client.get(self.address("/file")) as answer:
            assert answer.status_code == 200, answer.text
            return answer.data

    def sealed(self) -> bytes:
        """The document is numbered and sealed; its bytes."""
        assert self.number().status_code == 200
        assert self.seal().status_code == 202
        return self.file()


def desk_with_minutes(app: Flask) -> Desk:
    """Minutes with one finding and one photo, drafted and waiting for the clerk."""
    visits.registered(app)
    visit = visits.Visit(app).decided().started()
    evidence = [{"kind": "ho_so", "text": "Thông báo số 12/TB-SNV"}]
    visit.answer("PL-01", "phu_hop", note="Phân công rõ.", evidence=evidence)
    visit.answer("PL-40", "kph_nhe", note="Quy trình còn ghi 10 ngày.", evidence=[])
    visit.photo("PL-41", visits.picture(), caption="Bảng niêm yết")
    visit.submitted()
    for username, role in (("lanh.dao", "supervisor"), ("van.thu", "clerk")):
        people.there_is(app, username, full_name=username, roles=(role,))
    desk = Desk(app, visit, tablets.Office(app, "lanh.dao"), tablets.Office(app, "van.thu"))
    approval = {"content": visit.content_hash()}
    answer = desk.supervisor.post(f"/api/v1/inspections/{visit.inspection}/approve", approval)
    assert answer.status_code == 200, answer.text
    with app.app_context():
        jobs.run_due()
    listed = desk.clerk.client.get(f"/api/v1/inspections/{visit.inspection}/reports").json
    desk.report = listed["reports"][0]["id"]
    return desk
