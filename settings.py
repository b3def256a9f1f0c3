"""The few settings, read from the environment once and checked at start."""

from functools import lru_cache
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent
DATA = ROOT / "data"
WEAK_KEYS = {"", "secret", "changeme", "change-me", "password", "test"}
KEY_LENGTH = 32


class Settings(BaseSettings):
    """Environment names are the upper-case field names, e.g. DATABASE_URL."""

    model_config = SettingsConfigDict(env_file=ROOT / ".env", extra="ignore")

    database_url: str = Field(default=f"sqlite:///{ROOT / 'var' / 'yichuang.db'}")
    secret_key: SecretStr = SecretStr("")  # empty: the key file is used
    secret_key_file: Path = ROOT / "var" / "secret.key"
    attachments_url: str = f"file://{ROOT / 'var' / 'attachments'}"
    work_folder: Path = ROOT / "var" / "work"  # uploads on their way into a job
    templates_folder: Path = ROOT / "var" / "templates"  # an office's own Word templates, by the shipped names
    district_code: str = "510109"
    district_name: str = "成都高新区"
    time_zone: str = "Asia/Shanghai"
    public_url: str = "http://localhost:8501"
    hotline: str = ""  # shown to citizens; empty: the centre's own phone
    demo: bool = False  # a demonstration: accounts shown on the first page, no forced password change
    attachment_limit_mb: int = Field(10, ge=1, le=100)
    import_limit_mb: int = Field(200, ge=1, le=2000)
    session_idle_minutes: int = Field(15, ge=1)
    session_hours: int = Field(12, ge=1)
    password_days: int = Field(90, ge=1)
    message_adapter: str = "console"  # of SMS: console, file or http
    sms_url: str = ""  # of the http adapter
    sms_secret: SecretStr = SecretStr("")  # signs what is sent there
    email_adapter: str = "console"  # console, file or smtp
    smtp_host: str = ""
    smtp_port: int = Field(587, ge=1, le=65535)
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_security: Literal["starttls", "ssl", "none"] = "starttls"
    mail_from: str = ""

    @field_validator("database_url")
    @classmethod
    def _psycopg(cls, url: str) -> str:
        for prefix in ("postgres://", "postgresql://"):
            if url.startswith(prefix):
                return "postgresql+psycopg://" + url.removeprefix(prefix)
        return url

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    def key(self) -> bytes:
        """The installation's secret. Raises SystemExit when it is missing or weak."""
        text = self.secret_key.get_secret_value().strip()
        if not text and self.secret_key_file.exists():
            text = self.secret_key_file.read_text(encoding="ascii").strip()
        if text.lower() in WEAK_KEYS or len(text) < KEY_LENGTH:
            raise SystemExit(
                f"密钥缺失或过弱：请设置 SECRET_KEY（至少 {KEY_LENGTH} 个字符），或运行 cli.py doctor --create-key 生成 "
                f"{self.secret_key_file}"
            )
        return text.encode()


@lru_cache(maxsize=1)
def current() -> Settings:
    """The settings of this process."""
    return Settings()
