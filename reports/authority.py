"""Whose key seals our documents: an agency's PKCS#12, or in demo mode an authority made on first use.

The demo authority calls itself one in every name it writes, so that nobody takes its documents for real. Its
keys lie in the data folder for the owner alone. A real key is only ever read from the configured file.
"""

import os
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from pyhanko.sign.signers import SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from core import errors

_DEMO_FOLDER = "demo_authority"
_DEMO_MARK = " (TRÌNH DIỄN)"
_DEMO_UNIT = "TRÌNH DIỄN - KHÔNG CÓ GIÁ TRỊ PHÁP LÝ"
_KEY_BITS = 3072
_VALIDITY = timedelta(days=3650)
# RFC 5280 appendix A.1, ub-common-name; counted in bytes, as the strictest readers do.
_LONGEST_NAME_BYTES = 64


class SealingKeyUnusable(errors.Conflict):
    """The key that the settings name cannot be used to seal."""

    slug = "sealing_key_unusable"
    title = "Không dùng được khóa ký số của cơ quan"


@dataclass(frozen=True)
class SealingKey:
    """A key that seals, with the certificates that say whose it is, the agency's own first."""

    signer: SimpleSigner
    chain: tuple[bytes, ...]
    is_demo: bool

    @property
    def certificate(self) -> x509.Certificate:
        """The agency's certificate."""
        return x509.load_der_x509_certificate(self.chain[0])

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the agency's certificate."""
        return self.certificate.fingerprint(hashes.SHA256()).hex()

    @property
    def holder(self) -> str:
        """The name that the certificate gives its holder."""
        return common_name(self.certificate.subject)


def common_name(name: x509.Name) -> str:
    """The name as people read it."""
    found = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else name.rfc4514_string()


def pem_of(chain: tuple[bytes, ...]) -> str:
    """The certificates as text, the agency's own first."""
    return "".join(
        x509.load_der_x509_certificate(der).public_bytes(serialization.Encoding.PEM).decode() for der in chain
    )


def ders_of(pem: str) -> tuple[bytes, ...]:
    """The certificates of such a text."""
    loaded = x509.load_pem_x509_certificates(pem.encode())
    return tuple(certificate.public_bytes(serialization.Encoding.DER) for certificate in loaded)


def from_pkcs12(path: Path, passphrase: bytes | None) -> SealingKey:
    """The key of a PKCS#12 file, with the chain that the file holds.

    Raises:
        SealingKeyUnusable: there is no such file, the passphrase is wrong, or the file holds no key.
    """
    try:
        signer = SimpleSigner.load_pkcs12_data(path.read_bytes(), other_certs=[], passphrase=passphrase)
    except (OSError, ValueError) as error:
        raise SealingKeyUnusable(
            f"Không mở được tệp khóa {path.name}. Kiểm tra THUCDIA_SIGNER và tệp mật khẩu."
        ) from error
    own = signer.signing_cert
    if own is None:
        raise SealingKeyUnusable(f"Tệp khóa {path.name} không có chứng thư số của cơ quan.")
    others = [one for one in signer.cert_registry if one.dump() != own.dump()]
    return SealingKey(signer, (own.dump(), *_ordered(own, others)), is_demo=False)


def _ordered(own: asn1_x509.Certificate, others: list[asn1_x509.Certificate]) -> list[bytes]:
    """The issuers upward from our certificate, as far as the file has them."""
    chain, current = [], own
    while issuer := next((one for one in others if one.subject == current.issuer), None):
        chain.append(issuer.dump())
        if issuer.subject == issuer.issuer:
            break
        others.remove(issuer)
        current = issuer
    return chain


def demo(keys: Path, agency: str, *, at: datetime) -> SealingKey:
    """The demo authority's key for the agency, made on first use and the same ever after."""
    folder = keys / _DEMO_FOLDER
    if not folder.is_dir():
        _make_demo(keys, agency, at=at)
    names = ("seal.crt.pem", "root.crt.pem")
    chain = tuple(der for name in names for der in ders_of((folder / name).read_text(encoding="ascii")))
    own, *others = (asn1_x509.Certificate.load(der) for der in chain)
    key = asn1_keys.PrivateKeyInfo.load(_der_of_key(folder / "seal.key.pem"))
    registry = SimpleCertificateStore()  # type: ignore[no-untyped-call] # pyHanko leaves it untyped
    registry.register_multiple(others)
    return SealingKey(SimpleSigner(own, key, registry), chain, is_demo=True)


def _der_of_key(path: Path) -> bytes:
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    return key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _make_demo(keys: Path, agency: str, *, at: datetime) -> None:
    """A folder with both keys appears at once or not at all; whoever comes second uses the first one's."""
    keys.mkdir(parents=True, exist_ok=True, mode=0o700)
    root_key = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
    seal_key = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
    root_name = _name("Cơ quan chứng thực Thực Địa")
    root = _certificate(root_name, root_name, root_key.public_key(), root_key, at=at, is_authority=True)
    seal = _certificate(_name(agency), root_name, seal_key.public_key(), root_key, at=at)
    made = Path(tempfile.mkdtemp(prefix=".demo-authority-", dir=keys))
    for name, key in (("root", root_key), ("seal", seal_key)):
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        _write(made / f"{name}.key.pem", pem)
    for name, certificate in (("root", root), ("seal", seal)):
        _write(made / f"{name}.crt.pem", certificate.public_bytes(serialization.Encoding.PEM))
    try:
        made.rename(keys / _DEMO_FOLDER)
    except OSError:
        for file in made.iterdir():
            file.unlink()
        made.rmdir()


def _write(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _name(holder: str) -> x509.Name:
    """The holder's name, cut where it must be, and the mark of the demonstration."""
    room = _LONGEST_NAME_BYTES - len(_DEMO_MARK.encode())
    kept = holder.encode()[:room].decode(errors="ignore") + _DEMO_MARK
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, kept),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, _DEMO_UNIT),
            x509.NameAttribute(NameOID.COMMON_NAME, kept),
        ]
    )


def _certificate(
    subject: x509.Name, issuer: x509.Name, public_key: rsa.RSAPublicKey, signing_key: rsa.RSAPrivateKey,
    *, at: datetime, is_authority: bool = False,
) -> x509.Certificate:  # fmt: skip
    usage = x509.KeyUsage(
        digital_signature=not is_authority, content_commitment=not is_authority, key_cert_sign=is_authority,
        crl_sign=is_authority, key_encipherment=False, data_encipherment=False, key_agreement=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + _VALIDITY)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=0 if is_authority else None), True)
        .add_extension(usage, True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key()), False)
        .sign(signing_key, hashes.SHA256())
    )
