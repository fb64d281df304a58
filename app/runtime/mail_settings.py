"""The settings of mail: where the mail server is, and whom mails are from."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from app.domain.emails import is_email
from app.runtime.setting_types import BadSetting, is_loopback
from app.services.mail.server import MailServer, Security

_SECURITY: Final[Mapping[str, Security]] = {"smtp": Security.STARTTLS, "smtps": Security.TLS}
_PORTS: Final[Mapping[Security, int]] = {
    Security.STARTTLS: 587,
    Security.TLS: 465,
    Security.NONE: 25,
}
_LIKE: Final = "like smtp://user:password@mail.example:587 or smtps://user:password@mail.example"


def mail_server_url(value: str) -> str:
    """Return the URL of a mail server, or an empty string for none."""
    if value:
        read_mail_server(value)
    return value


def read_mail_server(url: str) -> MailServer:
    """Return the mail server at *url*: STARTTLS with smtp://, TLS from the start with smtps://.

    `?security=none` is for a server on this machine, such as a relay. Raises BadSetting.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadSetting(f"a mail server is needed, {_LIKE}") from None
    if not parts.hostname or parts.scheme not in _SECURITY or parts.path not in {"", "/"}:
        raise BadSetting(f"a mail server is needed, {_LIKE}")
    security = _security(parts.scheme, parts.hostname, parts.query)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return MailServer(parts.hostname, port or _PORTS[security], security, user, password)


def email_address(value: str) -> str:
    """Return an e-mail address, or an empty string for none."""
    if value and not is_email(value):
        raise BadSetting("an e-mail address is needed, like shop@shop.example")
    return value


def _security(scheme: str, host: str, query: str) -> Security:
    if not query:
        return _SECURITY[scheme]
    if parse_qs(query) != {"security": ["none"]} or scheme != "smtp":
        raise BadSetting("the only option is smtp://…?security=none")
    if not is_loopback(host):
        raise BadSetting(
            "?security=none is for a server on this machine only; passwords would leak"
        )
    return Security.NONE
