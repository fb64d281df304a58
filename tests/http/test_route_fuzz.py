"""No path, method, header or body makes the shop fail: every route against odd requests."""

from collections.abc import Iterable, Iterator
from itertools import product

import pytest
from quart import Quart, Response

from tests.http.form_crawl import find_forms
from tests.http.harness import HttpHarness
from tests.http.staff_helpers import GRACE
from tests.http.visitor import ADA, PASSWORD, Visitor

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "ODD")
VALUES = (
    "x",
    "0",
    "-1",
    "9" * 400,
    "%00",
    "%2F..%2F",
    "..",
    "%ED%A0%80",
    "%FF",
    "%E2%80%AE",
    "a b",
    "%25s",
    "{0}",
    "'\"",
    ";a=1",
)
QUERIES = (
    "page=-1",
    "page=9e9",
    "q=%00%FF",
    "q=" + "w" * 3000,
    "next=//x",
    "sku=%ED%A0%80",
    "&&=;",
)
HEADERS: tuple[dict[str, str], ...] = (
    {"Cookie": "shop=x; shop-notices=x.y.z; =; \xff"},
    {"Cookie": "a=" + "b" * 6000},
    {"If-None-Match": '"' * 50, "If-Modified-Since": "yesterday", "Range": "bytes=9-1,-,x"},
    {"Accept-Encoding": "br;q=nan, gzip;q=1e999, *;q=-1", "Accept-Language": ";;;"},
    {"Content-Type": "application/json; charset=\xff"},
    {"Content-Type": "multipart/form-data; boundary=" + "b" * 500},
    {"Origin": "null", "Sec-Fetch-Site": "none"},
    {"X-Forwarded-For": "::1, x, 999.1.1.1", "Forwarded": "for=;;", "User-Agent": "\x7f"},
    {"Authorization": "Basic =", "Expect": "200-ok", "Upgrade": "h2c, x"},
)
BODIES = (b"", b"{", b"[" * 5000, b'{"n": 1e999, "ops": [{}]}', b"\x00" * 100, b"a=%zz&=&a")


def odd_methods(number: int) -> Iterable[str]:
    """Return methods for an odd path: the two that most views take, and one of all in turn."""
    return dict.fromkeys(("GET", "POST", METHODS[number % len(METHODS)]))


def ordinary(rule: str) -> str:
    """Return a path of *rule* in which nothing is odd."""
    return "".join("x" if part else text for text, part in _parts(rule))


def paths_of(app: Quart) -> dict[str, set[str]]:
    """Return an ordinary path of each rule of *app*, with odd paths that are like it."""
    return {
        str(rule): set(_odd(str(rule), sorted(rule.arguments))) for rule in app.url_map.iter_rules()
    }


def _odd(rule: str, arguments: list[str]) -> Iterator[str]:
    for value in VALUES if arguments else VALUES[:1]:
        path = "".join(value if part else text for text, part in _parts(rule))
        yield path
    path = ordinary(rule).rstrip("/")
    yield from (f"/{path}", path.replace("/", "//"), f"{path}/", f"{path}//x", f"{path}/%2e%2e/")
    yield from (f"{path}.json", f"{path};x", path.upper(), f"{path}%20", f"{path}%0A")


def _parts(rule: str) -> Iterator[tuple[str, bool]]:
    """Return the parts of *rule*; those in angle brackets are arguments."""
    for number, text in enumerate(rule.replace("<", ">").split(">")):
        yield text, bool(number % 2)


async def visitors(harness: HttpHarness) -> list[Visitor]:
    """Return a stranger, a customer and a member of staff, who all have something to see."""
    await find_forms(harness)
    signed_in = []
    for email in (ADA["email"], GRACE.email):
        visitor = harness.visitor()
        await visitor.send("/api/session", {"email": email, "password": PASSWORD})
        signed_in.append(visitor)
    return [harness.visitor(), *signed_in]


@pytest.mark.parametrize(
    "path",
    [
        "/p//x",
        "//p/gala-apples",
        "/shop//",
        "/api//cart",
        "/cart//add",
        "//.well-known/webauthn",
        "/%2F..%2F/x",
    ],
)
async def test_a_path_with_doubled_slashes_is_answered(harness: HttpHarness, path: str) -> None:
    for method in ("GET", "POST"):
        answer = await harness.visitor().ask(method, path, {"Origin": "http://localhost"})
        assert answer.status_code in {200, 303, 308, 404, 405}
        assert not (answer.location or "/").startswith(("//", "http"))


@pytest.mark.short
@pytest.mark.on_both
@pytest.mark.timeout(900)
async def test_no_odd_path_fails_with_any_method(harness: HttpHarness) -> None:
    wrong = []
    for visitor, (rule, paths) in product(await visitors(harness), paths_of(harness.app).items()):
        for number, path in enumerate(sorted(paths)):
            for method in METHODS if path == ordinary(rule) else odd_methods(number):
                answer = await visitor.ask(method, path, {"Origin": visitor.origin})
                if answer.status_code >= 500:
                    wrong.append((answer.status_code, method, path))
    assert wrong == []


@pytest.mark.short
@pytest.mark.timeout(900)
async def test_no_odd_header_query_or_body_fails(harness: HttpHarness) -> None:
    wrong: list[tuple[int, str, str]] = []
    rules = paths_of(harness.app)

    def note(answer: Response, path: str, what: object) -> None:
        if answer.status_code >= 500:
            wrong.append((answer.status_code, path, str(what)[:200]))

    for visitor, rule in product(await visitors(harness), rules):
        path = ordinary(rule)
        for query in QUERIES:
            answer = await visitor.get(f"{path}?{query}")
            note(answer, path, query)
        for headers, method in product(HEADERS, ("GET", "POST")):
            answer = await visitor.ask(method, path, {"Origin": visitor.origin, **headers})
            note(answer, path, headers)
        for body, kind in product(
            BODIES, ("application/json", "application/x-www-form-urlencoded")
        ):
            headers = {"Origin": visitor.origin, "Content-Type": kind}
            answer = await visitor.ask("POST", path, headers, data=body)
            wrong += (
                [(answer.status_code, path, str(body[:20]))] if answer.status_code >= 500 else []
            )
    assert wrong == []
