"""What is dangerous in this house, and where alone it may be done; what SECURITY.md promises."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(test_\w+))?`")


class Danger(NamedTuple):
    """What must not stand in files like these, but for a few that are named."""

    pattern: str
    files: str
    allowed: frozenset[str] = frozenset()
    example: str = ""


DANGERS = {
    "SQL as text": Danger(
        r"sqlalchemy import[^\n]*\btext\b|sqlalchemy\.text|exec_driver_sql|literal_column",
        "app/**/*.py",
        frozenset(
            {
                "app/store/accounts.py",
                "app/store/carts.py",
                "app/store/engines.py",
                "app/store/holdings.py",
            }
        ),
        "connection.exec_driver_sql(f'SELECT {name}')",
    ),
    "SQL put together": Danger(
        r"""f["'](?:SELECT|INSERT|UPDATE|DELETE|ALTER|DROP)\b""",
        "app/**/*.py",
        example="f'SELECT * FROM {table}'",
    ),
    "cookies beside the login": Danger(
        r"set_cookie|delete_cookie|\.cookies\b|login_user|logout_user",
        "app/**/*.py",
        frozenset({"app/http/login.py", "app/client/account.py"}),
        "response.set_cookie('mood', 'good')",
    ),
    "the id of a login": Danger(
        r"\.auth_id\b",
        "app/**/*.py",
        frozenset({"app/http/login.py", "app/ws/routes.py"}),
        "log.info(current_user.auth_id)",
    ),
    "decoders beside the strict one": Danger(
        r"json\.loads|msgspec\.json\.(?:decode|Decoder)|JSONDecoder|\.get_json\(|request\.json",
        "app/[!c-l]*/**/*.py",
        frozenset(
            {"app/wire/strict.py", "app/store/carts.py", "app/store/edits.py", "app/bus/news.py"}
        ),
        "json.loads(await request.get_data())",
    ),
    "decoders at the door": Danger(
        r"json\.loads|JSONDecoder|\.get_json\(|request\.json",
        "app/http/*.py",
        example="x.get_json()",
    ),
    "addresses from headers": Danger(
        r"(?i)forwarded|x-real-ip|access_route",
        "app/**/*.py",
        # a proxy that is named in the settings is believed, and nobody else
        frozenset({"app/server.py"}),
        "headers['X-Forwarded-For']",
    ),
    "code from text": Danger(
        r"\b(?:eval|exec)\(|\bpickle\b|\bmarshal\b|shell=True|os\.system|yaml\.load\(",
        "app/**/*.py",
        example="pickle.loads(body)",
    ),
    "HTML from strings": Danger(
        r"(?:inner|outer)HTML|insertAdjacentHTML|document\.write|createContextualFragment"
        r"|DOMParser|\beval\(|new Function|javascript:",
        "static/js/**/*.js",
        example="row.innerHTML = name",
    ),
    "HTML that is not escaped": Danger(
        r"\|\s*safe\b|\bMarkup\(|autoescape|render_template_string|Template\(",
        "templates/**/*.html",
        # attributes that these templates write out themselves
        frozenset({"templates/macros/staff.html", "templates/staff/new_product.html"}),
        "{{ name|safe }}",
    ),
    "HTML that is not escaped, in Python": Danger(
        r"\bMarkup\(|autoescape|render_template_string", "app/**/*.py", example="Markup(name)"
    ),
    "inline scripts and styles": Danger(
        r"<script(?![^>]*\b(?:src=|type=\"application/json\"))|<style\b|\sstyle=|\son[a-z]+=|javascript:",
        "templates/**/*.html",
        example="<b onclick='go()'>",
    ),
    "secrets in logs": Danger(
        r"log\.\w+\([^)]*(?:password|secret|cookie|auth_id|email)",
        "app/**/*.py",
        example="log.info('in', extra={'email': email})",
    ),
}


def found(danger: Danger) -> Iterator[str]:
    """Yield each place where it is done, and where it must not be."""
    paths = list(ROOT.glob(danger.files))
    assert paths
    for path in paths:
        if (name := str(path.relative_to(ROOT))) not in danger.allowed:
            for match in re.finditer(danger.pattern, path.read_text("utf-8")):
                yield f"{name}: {match.group()}"


@pytest.mark.parametrize("danger", DANGERS.values(), ids=DANGERS)
def test_the_code_does_nothing_dangerous(danger: Danger) -> None:
    assert list(found(danger)) == []


@pytest.mark.parametrize("danger", DANGERS.values(), ids=DANGERS)
def test_what_is_dangerous_would_be_found(danger: Danger) -> None:
    assert re.search(danger.pattern, danger.example)


@pytest.mark.parametrize("danger", DANGERS.values(), ids=DANGERS)
def test_who_is_allowed_to_do_it_does_it(danger: Danger) -> None:
    assert [
        name for name in danger.allowed if not re.search(danger.pattern, (ROOT / name).read_text())
    ] == []


def test_every_test_that_security_is_shown_by_exists() -> None:
    named = NAMED.findall((ROOT / "SECURITY.md").read_text("utf-8"))

    assert len(named) > 40
    assert [
        (path, test)
        for path, test in named
        if not (ROOT / path).exists() or f"def {test}" not in (ROOT / path).read_text("utf-8")
    ] == []
