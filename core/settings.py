"""What an installation may decide, read once from the environment; nothing else reads the environment.

A wrong value is refused at start with the name of the variable and what it may be.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from urllib.parse import urlsplit

from flask import current_app

from core.errors import Invalid

SETTINGS = "thucdia.settings"
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class SettingRefused(Invalid):
    """A THUCDIA_ variable that cannot be used as it stands."""

    slug = "setting_refused"
    title = "Cài đặt không dùng được"


TEXTS = {
    "data": "Folder for the database, files, keys and demo output.",
    "database_url": "SQLAlchemy URL; empty means SQLite in the data folder, `postgresql://…` for PostgreSQL.",
    "host": "Address to listen on.",
    "port": "Port to listen on.",
    "public_url": "Address people use, for QR codes and links; empty means http://HOST:PORT.",
    "demo": (
        "1: demo data, demo accounts and the demo certificate authority; 0: start empty with a "
        "guided first administrator."
    ),
    "demo_on_public_host": "1 allows demo mode, whose passwords are printed, on other than loopback.",
    "secret_file": (
        "File with the secret that protects forms; empty means `keys/secret` in the data folder, "
        "made on first start."
    ),
    "store": (
        "Where files are kept: `file:` (data folder), `file:/another/folder`, or `s3:bucket/prefix`, whose "
        "address and keys are read from the AWS_ variables and files that boto3 knows."
    ),
    "silence_s": "After how many seconds without a byte a sender of a body is taken for gone.",
    "reserved_percent": "Share of the disk, in percent, that files leave free for operations.",
    "device_daily_mb": "How many MiB of files one tablet may send in 24 hours.",
    "inspection_mb": "How many MiB of files one inspection may hold.",
    "signer": (
        "Certificate that seals documents: `p12:/path/to/file.p12`; empty in demo mode means the "
        "demo authority."
    ),
    "signer_passphrase_file": "File that holds the passphrase of the signer's key.",
    "tsa_url": "RFC 3161 time-stamping service for seals; empty means none.",
    "workers": "Worker processes beside the web process.",
    "threads": "How many requests the web process takes in at once, those that arrive slowly among them.",
    "hostile": (
        "A seed makes the tablets' routes misbehave at random (delays, lost answers, repeated requests, "
        "503), for whoever develops a tablet; only in demo mode on loopback. Empty: never."
    ),
}


@dataclass(frozen=True)
class Settings:
    """Every setting; `TEXTS` says what each is for, and `docs/settings.md` is made from both."""

    data: Path = Path("var")
    database_url: str = ""
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = ""
    demo: bool = True
    demo_on_public_host: bool = False
    secret_file: str = ""
    store: str = "file:"
    silence_s: int = 30
    reserved_percent: int = 5
    device_daily_mb: int = 2048
    inspection_mb: int = 8192
    signer: str = ""
    signer_passphrase_file: str = ""
    tsa_url: str = ""
    workers: int = 1
    threads: int = 128
    hostile: str = ""

    @property
    def base_url(self) -> str:
        """The address that links and QR codes carry, without a trailing slash."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url.rstrip("/") or f"http://{host}:{self.port}"

    @property
    def is_secure(self) -> bool:
        """Whether people reach us over TLS, so that cookies may insist on it."""
        return self.base_url.startswith("https://")

    @property
    def sqlalchemy_url(self) -> str:
        """The database URL with the driver we ship."""
        url = self.database_url or f"sqlite:///{(self.data / 'thucdia.sqlite').absolute()}"
        return url.replace("postgresql://", "postgresql+psycopg://", 1)

    @property
    def keys(self) -> Path:
        """Folder of private keys, readable by the owner alone."""
        return self.data / "keys"


def _parsed(name: str, kind: object, text: str) -> object:
    variable = f"THUCDIA_{name.upper()}"
    if kind is bool:
        if text not in ("0", "1"):
            raise SettingRefused(f"{variable} phải là 0 hoặc 1, đang là «{text}».")
        return text == "1"
    if kind is int:
        if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
            raise SettingRefused(f"{variable} phải là số nguyên từ 1 đến 65535, đang là «{text}».")
        return int(text)
    return Path(text) if kind is Path else text


def _checked(settings: Settings) -> Settings:
    scheme = urlsplit(settings.sqlalchemy_url).scheme
    if scheme not in ("sqlite", "postgresql+psycopg"):
        raise SettingRefused("THUCDIA_DATABASE_URL phải bắt đầu bằng sqlite:/// hoặc postgresql://.")
    if settings.public_url and urlsplit(settings.public_url).scheme not in ("http", "https"):
        raise SettingRefused("THUCDIA_PUBLIC_URL phải bắt đầu bằng http:// hoặc https://.")
    if not settings.store.startswith(("file:", "s3:")):
        raise SettingRefused("THUCDIA_STORE phải bắt đầu bằng file: hoặc s3:.")
    if settings.reserved_percent > 90:
        raise SettingRefused("THUCDIA_RESERVED_PERCENT phải từ 1 đến 90.")
    if settings.signer and not settings.signer.startswith("p12:"):
        raise SettingRefused("THUCDIA_SIGNER phải bắt đầu bằng p12:.")
    if settings.hostile and not (settings.demo and settings.host in _LOOPBACK):
        raise SettingRefused(
            "THUCDIA_HOSTILE làm máy chủ cố ý gây lỗi để thử máy tính bảng, nên chỉ dùng được ở chế độ "
            "trình diễn (THUCDIA_DEMO=1) trên địa chỉ 127.0.0.1. Bỏ biến này để chạy thật."
        )
    if settings.demo and settings.host not in _LOOPBACK and not settings.demo_on_public_host:
        raise SettingRefused(
            f"Chế độ trình diễn có mật khẩu in sẵn nên không mở trên địa chỉ {settings.host}. "
            "Đặt THUCDIA_DEMO=0 để chạy thật, hoặc THUCDIA_DEMO_ON_PUBLIC_HOST=1 nếu chấp nhận rủi ro."
        )
    return settings


def from_environment(environment: Mapping[str, str]) -> Settings:
    """The settings that the THUCDIA_ variables ask for.

    Raises:
        SettingRefused: a value is of the wrong form, or demo mode would face the network.
    """
    kinds = {f.name: type(f.default) if f.name != "data" else Path for f in fields(Settings)}
    given = {
        name: _parsed(name, kind, environment[f"THUCDIA_{name.upper()}"].strip())
        for name, kind in kinds.items()
        if environment.get(f"THUCDIA_{name.upper()}", "").strip()
    }
    return _checked(Settings(**given))  # type: ignore[arg-type] # _parsed gives each field its own type


def current() -> Settings:
    """The settings of the running application."""
    settings: Settings = current_app.extensions[SETTINGS]
    return settings
