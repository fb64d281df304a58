"""Dangerous calls stand only in allowed files, and tests named in documents exist."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
NAMED = re.compile(r"`(tests/[\w/.]+?)(?:::(\w+))?`")
TABLE_WITH_TESTS = re.compile(r"\|[^\n]*\| (?:shown by|test) \|\n")


class Danger(NamedTuple):
    """A pattern forbidden in *files* except *allowed* ones; *examples* are planted matches."""

    pattern: str
    files: str
    examples: tuple[str, ...]
    allowed: frozenset[str] = frozenset()


DANGERS = {
    "SQL as text": Danger(
        r"sqlalchemy import[^\n]*\btext\b|sqlalchemy\.text|exec_driver_sql|literal_column"
        r"|\.cursor\(",
        "app/**/*.py",
        (
            "from sqlalchemy import select, text",
            "sqlalchemy.text(name)",
            "connection.exec_driver_sql(name)",
            "literal_column(name)",
            "driver.cursor()",
        ),
        frozenset(
            {
                "app/store/cart_rows.py",
                "app/store/cart_saves.py",
                "app/store/engines.py",
                "app/store/failures.py",
                "app/store/holds.py",
            }
        ),
    ),
    "SQL put together": Danger(
        r"""\b(?:text|execute|exec_driver_sql|literal_column)\(\s*"""
        r"""(?:f["']|[^()]*(?:\.format\(|["']\s*[%+]|\+\s*["']))""",
        "app/**/*.py",
        (
            "exec_driver_sql(f'PRAGMA {name}')",
            'text(f"""SELECT 1 FROM {table}""")',
            'text("SELECT {}".format(column))',
            'execute("SELECT %s" % column)',
            'execute("SELECT " + column)',
            "literal_column(column + ' DESC')",
        ),
        # the lock timeout is a number from the code, and a PRAGMA takes no parameters
        frozenset({"app/store/engines.py"}),
    ),
    "cookies beside the login": Danger(
        r"set_cookie|delete_cookie|\.cookies\b|login_user|logout_user|[\"']Set-Cookie"
        r"|quart import[^\n]*\bsession\b",
        "app/**/*.py",
        (
            "response.set_cookie('mood', 'good')",
            "response.delete_cookie('mood')",
            "request.cookies['shop']",
            "login_user(AuthUser(secret))",
            "headers['Set-Cookie'] = mood",
            "from quart import request, session",
        ),
        # notices, and what was typed at checkout, are kept in a cookie that scripts cannot see
        frozenset(
            {
                "app/http/core/session.py",
                "app/http/core/cart_cookie.py",
                "app/http/core/device_cookie.py",
                "app/http/core/stand_in_cookie.py",
                "app/http/core/flash.py",
                "app/http/core/kept_fields.py",
                "app/client/account.py",
            }
        ),
    ),
    "cookies seen by scripts": Danger(
        r"HTTPONLY|httponly",
        "app/**/*.py",
        ("app.config['SESSION_COOKIE_HTTPONLY'] = False",),
        # sets it for the cookies of devices and stand-ins; tests of cookies look at each
        frozenset({"app/runtime/web_app.py"}),
    ),
    "how cookies are set": Danger(
        r"SAMESITE|COOKIE_SECURE|cookie_secure|SESSION_COOKIE",
        "app/**/*.py",
        ("SESSION_COOKIE_SAMESITE='None'", "QuartAuth(app, cookie_secure=False)"),
        frozenset({"app/runtime/web_app.py"}),
    ),
    "the id of a login": Danger(
        r"\.auth_id\b",
        "app/**/*.py",
        ("log.info(current_user.auth_id)",),
        frozenset({"app/http/core/session.py"}),
    ),
    "secrets not compared in constant time": Danger(
        r"\w*(?:password|secret|token|cookie|auth_id|signature)\w*\s*[!=]="
        r"|[!=]=\s*[\w.]*(?:password|secret|token|cookie|auth_id|signature)",
        "app/**/*.py",
        ("if token == given", "given != person.password_hash", "if self.secret == secret"),
        # compares two hashes from the database, to detect a concurrent change
        frozenset({"app/store/accounts.py"}),
    ),
    "an account chosen by the request": Danger(
        r"(?:form|fields|args|body|asked)(?:\.get\(|\[)\s*[\"'](?:account|user|owner|staff|role|admin)"
        r"|\b(?:text|whole|uuid|read_text)\(\s*\w+,\s*[\"'](?:account|user|owner|staff|role|admin)",
        "app/[hw]*/**/*.py",
        (
            'request.args["account"]',
            "form.get('user_id')",
            'text(fields, "account")',
            'fields.get("staff")',
        ),
        # compare it with the login's, and refuse the request if it is another one
        frozenset({"app/http/cart/api.py"}),
    ),
    "decoders beside the strict one": Danger(
        r"json\.loads|msgspec\.json\.(?:decode|Decoder)|JSONDecoder|\.get_json\(|request\.json",
        "app/[!c-l]*/**/*.py",
        (
            "json.loads(await request.get_data())",
            "msgspec.json.decode(body)",
            "JSONDecoder().decode(body)",
            "await request.get_json()",
            "await request.json",
        ),
        frozenset(
            {
                "app/protocol/json.py",
                "app/store/cart_body.py",
                "app/store/helps.py",
                "app/store/product_log.py",
                "app/store/text_columns.py",
                "app/bus/events.py",
            }
        ),
    ),
    "decoders in HTTP handlers": Danger(
        r"json\.loads|msgspec|JSONDecoder|\.get_json\(|request\.json",
        "app/http/**/*.py",
        ("x.get_json()", "json.loads(x)", "import msgspec", "JSONDecoder()", "request.json"),
    ),
    "addresses from headers": Danger(
        r"(?i)forwarded|x-real-ip|access_route",
        "app/**/*.py",
        ("headers['X-Forwarded-For']", "headers['x-real-ip']", "request.access_route[0]"),
        # only proxies that are named in the settings are trusted
        frozenset({"app/server/lifecycle.py"}),
    ),
    "redirects to other origins": Danger(
        r"""(?<!safe_)redirect\(\s*(?:request\.|form\b|f?["'](?:\{|https?:|//))|["']Location["']""",
        "app/http/**/*.py",
        (
            'redirect(request.args["next"])',
            'redirect(form.get("next", "/"))',
            "redirect(f'{back}')",
            'redirect("https://elsewhere.example")',
            'headers["Location"] = back',
        ),
    ),
    "requests to other servers": Danger(
        r"urllib\.request|urlopen|http\.client|\bhttpx\b|\baiohttp\b|import requests"
        r"|open_connection",
        "app/[!cl]*/**/*.py",
        ("urllib.request.urlopen(url)", "import requests", "import httpx", "open_connection(host)"),
        # the provider of payments is called at the address that the settings name
        frozenset({"app/services/payments/stripe_calls.py"}),
    ),
    "files chosen by a request": Danger(
        r"send_file|send_from_directory|\bopen\(|\.read_bytes\(|\.open\(",
        "app/http/**/*.py",
        ("send_from_directory(folder, name)", "open(name)", "(folder / name).read_bytes()"),
        # all files are read at the start, and looked up by name; those of the shop's own code, and
        # what was made of it, whose names are digests
        frozenset({"app/http/core/assets.py", "app/http/core/build_cache.py"}),
    ),
    "suppressed security warnings": Danger(
        r"noqa: *(?:\w+, *)*S\d",
        "app/**/*.py",
        ("exec(text)  # noqa: S102", "x()  # noqa: E501, S608"),
        # a seeded random generator of the load test; a sentence that mentions passwords; sentences
        # of the catalogues, which are ours and may have mark-up
        frozenset(
            {
                "app/load/worker.py",
                "app/http/core/template_language.py",
            }
        ),
    ),
    "HTML from strings": Danger(
        r"(?:inner|outer)HTML|insertAdjacentHTML|document\.write|createContextualFragment|srcdoc"
        r"|setHTML|DOMParser|\beval\(|new Function|set(?:Timeout|Interval)\(\s*[\"'`]|javascript:"
        r"|setAttribute\(\s*[\"'`]on",
        "static/js/**/*.js",
        (
            "row.innerHTML = name",
            "row.outerHTML = name",
            "row.insertAdjacentHTML('beforeend', name)",
            "document.write(name)",
            "range.createContextualFragment(name)",
            "frame.srcdoc = name",
            "row.setHTMLUnsafe(name)",
            "new DOMParser()",
            "eval(name)",
            "new Function(name)",
            "setTimeout('go()', 1)",
            "link.href = `javascript:${name}`",
            "row.setAttribute('onclick', name)",
        ),
    ),
    "scripts that send data to other origins": Danger(
        r"document\.(?:cookie|domain)|window\.open\(|postMessage\([^)]*[\"']\*[\"']|sendBeacon"
        r"|fetch\(\s*[\"'`]https?:",
        "static/js/**/*.js",
        (
            "document.cookie = mood",
            "document.domain = 'example'",
            "window.open(address)",
            "parent.postMessage(cart, '*')",
            "navigator.sendBeacon(address, cart)",
            "fetch('https://elsewhere.example')",
        ),
        # settings are kept in cookies of their own: signing out clears all other storage
        frozenset({"static/js/prepaint.js", "static/js/settings.js"}),
    ),
    "HTML that is not escaped": Danger(
        r"\|\s*safe\b|\bMarkup\(|autoescape|render_template_string|Template\(",
        "templates/**/*.html",
        ("{{ name|safe }}", "{{ name | safe }}", "{% autoescape false %}", "{{ Markup(name) }}"),
        # made from the shop's own Markdown, without HTML in it
        frozenset({"templates/text_page.html"}),
    ),
    "attributes without quotes": Danger(
        r"\s[\w-]+=\{\{", "templates/**/*.html", ("<b title={{ name }}>", "<a\n  href={{ link }}>")
    ),
    "HTML that is not escaped, in Python": Danger(
        r"\bMarkup\(|autoescape|render_template_string|\bTemplate\(|from markupsafe",
        "app/**/*.py",
        (
            "Markup(name)",
            "Environment(autoescape=False)",
            "render_template_string(name)",
            "Template(name)",
            "from markupsafe import Markup as M",
        ),
        # sentences of the catalogues, which are ours and may have mark-up; and mails, whose HTML is
        # escaped, and whose text is not
        frozenset({"app/http/core/template_language.py", "app/services/mail/templates.py"}),
    ),
    "inline scripts and styles": Danger(
        r"<script(?![^>]*\b(?:src=|type=\"application/(?:ld\+)?json\"))|<style\b|\sstyle=|\son[a-z]+=|javascript:",
        "templates/**/*.html",
        (
            "<script>go()</script>",
            "<style>b { top: 0 }</style>",
            "<b style='top: 0'>",
            "<b onclick='go()'>",
            "<a href='javascript:go()'>",
        ),
        # a mail has no stylesheet beside it
        frozenset({"templates/mail/layout.html"}),
    ),
    "content of other origins": Danger(
        r"\btarget=|<(?:iframe|object|embed|base|meta\s+http-equiv)\b|(?:src|href|action)=\"(?:https?:)?//",
        "templates/**/*.html",
        (
            '<a href="/" target="_blank">',
            '<iframe src="/">',
            '<base href="/">',
            '<meta http-equiv="refresh">',
            '<img src="//elsewhere.example/a.png">',
            '<form action="https://elsewhere.example">',
        ),
    ),
    "secrets in logs": Danger(
        r"log\.\w+\((?:[^()]|\([^()]*\))*(?:password|secret|cookie|auth_id|email|\bnote\b|headers)",
        "app/**/*.py",
        (
            "log.info('in', extra={'email': email})",
            "log.warning('wrong: %s', password)",
            "log.debug('%s asks', name(who), request.headers)",
            "log.error('%s', cart.note)",
        ),
    ),
}
EXAMPLES = [(danger, one) for danger in DANGERS.values() for one in danger.examples]
FOUND_BY_RUFF = {
    "S102": "exec(text)",
    "S301": "import pickle\npickle.loads(body)",
    "S307": "eval(text)",
    "S311": "import random\nrandom.random()",
    "S324": "import hashlib\nhashlib.md5(b'')",
    "S506": "import yaml\nyaml.load(text)",
    "S602": "import subprocess\nsubprocess.run(text, shell=True)",
    "S605": "import os\nos.system(text)",
    "S608": "query = f'SELECT * FROM carts WHERE account = {account}'",
    "S701": "import jinja2\njinja2.Environment(autoescape=False)",
    "TID251": "import random",
}
"""Dangers that ruff finds, so that no pattern here repeats them."""


def found(danger: Danger) -> Iterator[str]:
    """Yield each match in a file that is not allowed."""
    paths = list(ROOT.glob(danger.files))
    assert paths
    for path in paths:
        if (name := str(path.relative_to(ROOT))) not in danger.allowed:
            for match in re.finditer(danger.pattern, path.read_text("utf-8")):
                yield f"{name}: {match.group()}"


@pytest.mark.parametrize("danger", DANGERS.values(), ids=DANGERS)
def test_the_code_does_nothing_dangerous(danger: Danger) -> None:
    assert list(found(danger)) == []


@pytest.mark.parametrize(("danger", "example"), EXAMPLES, ids=[one for _, one in EXAMPLES])
def test_each_planted_danger_is_found(danger: Danger, example: str) -> None:
    assert re.search(danger.pattern, example)


@pytest.mark.parametrize(("rule", "example"), FOUND_BY_RUFF.items(), ids=FOUND_BY_RUFF)
def test_ruff_finds_the_dangers_left_to_it(rule: str, example: str) -> None:
    words = ("check", "--output-format=concise", "--stdin-filename=app/planted.py", "-")
    ruff = Path(sys.executable).with_name("ruff")

    done = subprocess.run(
        [ruff, *words], cwd=ROOT, input=example, capture_output=True, text=True, check=False
    )

    assert f" {rule} " in done.stdout


@pytest.mark.parametrize("danger", DANGERS.values(), ids=DANGERS)
def test_every_exception_is_still_needed(danger: Danger) -> None:
    assert [
        name for name in danger.allowed if not re.search(danger.pattern, (ROOT / name).read_text())
    ] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=[document.name for document in DOCUMENTS])
def test_every_test_named_in_a_document_exists(document: Path) -> None:
    named = NAMED.findall(document.read_text("utf-8"))

    assert [one for one in named if not _exists(*one)] == []


@pytest.mark.parametrize("name", ["SECURITY.md", "docs/hazards.md", "docs/reliability.md"])
def test_every_line_of_a_table_that_ends_with_tests_names_one(name: str) -> None:
    tables = (ROOT / name).read_text("utf-8").split("\n\n")
    rows = [
        row for table in tables if TABLE_WITH_TESTS.match(table) for row in table.splitlines()[2:]
    ]

    assert len(rows) > 10
    assert [row for row in rows if not re.search(r"`(?:tests|docs)\b[^|]*\|$", row)] == []


def test_a_named_test_that_does_not_exist_is_found() -> None:
    assert not _exists("tests/test_dangers.py", "test_every_test")
    assert not _exists("tests/test_danger.py", "")
    assert _exists("tests/test_dangers.py", "test_every_test_named_in_a_document_exists")


def _exists(path: str, test: str) -> bool:
    there = ROOT / path
    return there.exists() and (not test or f"def {test}(" in there.read_text("utf-8"))
