"""Describes a User-Agent header so that the owner of the browser recognises it."""

from app.i18n.translate import gettext as _

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
"""Most browsers also name those further down, so the first match counts."""
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
)


def describe_user_agent(agent: str) -> str:
    """Return the browser and system that *agent* names; it may be false, and is only shown."""
    if not agent.startswith("Mozilla/"):
        return _("A script")
    browser = _first(BROWSERS, agent) or _("A browser")
    system = _first(SYSTEMS, agent)
    if not system:
        return browser
    return _("%(browser)s on %(system)s", browser=browser, system=system)


def _first(names: tuple[tuple[str, str], ...], agent: str) -> str | None:
    return next((name for sign, name in names if sign in agent), None)
