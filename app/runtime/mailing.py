"""Puts together what sends mails: over SMTP, or into a folder if no mail server is set."""

from pathlib import Path
from urllib.parse import urlsplit

from app.runtime.chance import Chance
from app.runtime.clock import Clock
from app.runtime.config import Config
from app.runtime.live_shop import LiveShop
from app.runtime.mail_settings import read_mail_server
from app.services.mail.folder import MailFolder
from app.services.mail.message import Sender
from app.services.mail.sender import MailSender
from app.services.mail.smtp import SmtpTransport
from app.services.mail.templates import MailTemplates
from app.services.mail.transport import Transport


def make_mail_sender(
    config: Config, live: LiveShop, templates: Path, clock: Clock, chance: Chance
) -> MailSender:
    """Return what sends mails. Nothing is sent until it runs."""
    catalog, shop = live.hub.context.catalog, config.settings
    return MailSender(
        live.database,
        _transport(config),
        MailTemplates(templates, shop, config.origins[0], config.zone, lambda: catalog.today),
        _sender(config),
        name=config.node,
        now_s=clock.now_s,
        steady_s=clock.steady_s,
        draw=chance.draw,
    )


def _sender(config: Config) -> Sender:
    """Return whom mails are from; answers go to the shop's own address unless a setting differs."""
    shop = config.settings
    address = config.mail_from or _address_in(config)
    return Sender(shop.name, address, config.mail_reply_to or shop.email)


def _transport(config: Config) -> Transport:
    if config.mail_server:
        return SmtpTransport(read_mail_server(config.mail_server), _host(config))
    return MailFolder(Path(config.mail_folder))


def _address_in(config: Config) -> str:
    """Return an address for a shop that keeps its mails: nobody can answer to it."""
    host = _host(config)
    return f"shop@{host if host.replace('.', '').isalpha() else 'localhost'}"


def _host(config: Config) -> str:
    """Return what the shop is called on the net."""
    return urlsplit(config.origins[0]).hostname or "localhost"
