"""Whose key seals: the demonstration's own, marked as such, or the one that the settings name."""

import http.server
import stat
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from asn1crypto import tsp
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from reports import authority, render, sealing, sign
from reports.orders import Place
from reports.timestamps import TimeStampingService
from tests import minutes

AT = datetime.now(UTC)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, authority.SealingKey]:
    keys = tmp_path_factory.mktemp("data") / "keys"
    return keys, authority.demo(keys, minutes.AGENCY, at=AT)


def test_every_name_of_the_demonstration_says_what_it_is(demo):
    for der in demo[1].chain:
        certificate = x509.load_der_x509_certificate(der)
        assert "(TRÌNH DIỄN)" in authority.common_name(certificate.subject)
        assert "KHÔNG CÓ GIÁ TRỊ PHÁP LÝ" in certificate.subject.rfc4514_string()


def test_the_demonstrations_key_is_made_once_and_is_the_owners_alone(demo):
    keys, first = demo
    assert authority.demo(keys, "Tên khác", at=AT).fingerprint == first.fingerprint
    files = [path for path in keys.rglob("*") if path.is_file()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in keys.rglob("*") if path.is_dir()} == {0o700}


def test_two_that_begin_at_once_end_with_one_authority(tmp_path: Path):
    made: list[str] = []

    def begin() -> None:
        made.append(authority.demo(tmp_path / "keys", minutes.AGENCY, at=AT).fingerprint)

    threads = [threading.Thread(target=begin) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(made), len(set(made))) == (3, 1)
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["demo_authority"]


def test_a_long_name_is_cut_between_letters(tmp_path: Path):
    name = "Chi cục Tiêu chuẩn Đo lường Chất lượng và Quản lý Khoa học tỉnh Trà Vinh"
    holder = authority.demo(tmp_path / "keys", name, at=AT).holder
    assert holder.endswith(" (TRÌNH DIỄN)")
    assert name.startswith(holder.removesuffix(" (TRÌNH DIỄN)"))


@pytest.fixture(scope="module")
def p12(demo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration's key as an agency would get its own."""
    folder = demo[0] / "demo_authority"
    key = serialization.load_pem_private_key((folder / "seal.key.pem").read_bytes(), None)
    own, root = (x509.load_der_x509_certificate(der) for der in demo[1].chain)
    path = tmp_path_factory.mktemp("p12") / "co-quan.p12"
    protection = serialization.BestAvailableEncryption("mật khẩu".encode())
    path.write_bytes(pkcs12.serialize_key_and_certificates(b"x", key, own, [root], protection))
    return path


def test_a_pkcs12_file_gives_key_and_chain(demo, p12: Path):
    key = authority.from_pkcs12(p12, "mật khẩu".encode())
    assert key.chain == demo[1].chain
    assert (key.fingerprint, key.is_demo) == (demo[1].fingerprint, False)
    assert authority.ders_of(authority.pem_of(key.chain)) == key.chain


def test_a_file_that_does_not_open_is_said_to(p12: Path, tmp_path: Path):
    (tmp_path / "rác.p12").write_bytes(b"no key")
    for path, passphrase in (
        (p12, b"wrong"),
        (tmp_path / "không có.p12", None),
        (tmp_path / "rác.p12", None),
    ):
        with pytest.raises(authority.SealingKeyUnusable) as refusal:
            authority.from_pkcs12(path, passphrase)
        assert path.name in refusal.value.detail


def sealed_with(key: authority.SealingKey, timestamper=None) -> bytes:
    page = render.seal_face(render.SealFace("Trang thử", minutes.ISSUED_AT, True))
    places = {"field-agency": Place(0, (5.0, 5.0, 170.0, 70.0))}
    how = sign.Sealing(AT, page, "Thử", "Trà Vinh", "http://a.vn/verify/0000000000000000", timestamper)
    return sign.sealed(page, places, how, key=key)


def test_what_a_pkcs12_key_seals_holds(p12: Path):
    key = authority.from_pkcs12(p12, "mật khẩu".encode())
    sealing.check(sealed_with(key), key)


def test_a_seal_by_another_key_is_found_before_it_is_issued(demo, tmp_path: Path):
    other = authority.demo(tmp_path / "keys", minutes.AGENCY, at=AT)
    with pytest.raises(sealing.SealBroken):
        sealing.check(sealed_with(other), demo[1])


@pytest.fixture
def service(demo):
    """A time-stamping service on loopback that answers with pyHanko's own."""
    signer = demo[1].signer
    stamper = DummyTimeStamper(
        tsa_cert=signer.signing_cert, tsa_key=signer.signing_key, certs_to_embed=signer.cert_registry
    )

    class Stamp(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            asked = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
            answer = stamper.request_tsa_response(asked).dump()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Stamp)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_time_stamp_is_fetched_where_the_settings_name_a_service(demo, service: str):
    pdf = sealed_with(demo[1], TimeStampingService(service))
    assert len(pdf) > len(sealed_with(demo[1]))
    sealing.check(pdf, demo[1])


def test_an_unreachable_time_stamping_service_is_an_error_to_try_again(demo):
    with pytest.raises(OSError, match="refused"):
        sealed_with(demo[1], TimeStampingService("http://127.0.0.1:9/"))
