"""What may come in place of a form: spoilt fields, bodies and encodings."""

from collections.abc import Iterator, Sequence
from urllib.parse import quote_plus

from tests.http.html_forms import Pair

FORM = "application/x-www-form-urlencoded"
BOUNDARY = "edge"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"

Body = tuple[str, str, bytes]
"""What is wrong with it, its content type, and its bytes."""

PLAIN_VALUES = {
    "empty": b"",
    "a long number": b"9" * 5000,
    "NUL": b"%00",
    "a wrong type": b"%7B%22a%22%3A%5B1%5D%7D",
}
MORE_VALUES = {
    "spaces": b"+++",
    "a huge text": b"x" * 40_000,
    "a negative number": b"-1",
    "a fraction": b"1e309",
    "not a number": b"NaN",
    "Arabic digits": b"%D9%A1%D9%A2",
    "a superscript": b"%C2%B2",
    "half a surrogate": b"%ED%A0%80",
    "bytes that are not UTF-8": b"%FF%FE",
    "raw bytes that are not UTF-8": b"\xff\xfe",
    "a broken escape": b"%zz%",
    "line ends": b"a%0D%0Ab",
    "right to left": b"%E2%80%AEabc",
    "markup": b"%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    "a path": b"..%2F..%2F%2Fevil.example%5C",
}


def spoilt_fields(fields: Sequence[Pair], *, plain: bool) -> Iterator[Body]:
    """Return the form with each of its *fields* missing, doubled, a file, or with a bad value."""
    values = PLAIN_VALUES if plain else PLAIN_VALUES | MORE_VALUES
    for name in dict(fields):
        others = [pair for pair in fields if pair[0] != name]
        yield f"{name} is missing", FORM, _encoded(others)
        doubled = [*fields, (name, "7"), (name, "other")]
        yield f"{name} is doubled", FORM, _encoded(doubled)
        for what, value in values.items():
            body = b"&".join(
                filter(None, (_encoded(others), quote_plus(name).encode() + b"=" + value))
            )
            yield f"{name} is {what}", FORM, body
        if not plain:
            yield f"{name} is a file", MULTIPART, _multipart(others, name)


def spoilt_bodies(fields: Sequence[Pair]) -> Iterator[Body]:
    """Return bodies that are no such form as a whole."""
    whole = _encoded(fields)
    yield "nothing", FORM, b""
    yield "no content type", "", whole
    yield "JSON", "application/json", b'{"key": ["a"], "qty": {"a": 1}}'
    yield "JSON that is called a form", FORM, b'{"key": ["a"]}'
    yield "plain text", "text/plain", whole
    yield "another charset", f"{FORM}; charset=utf-16", whole.decode().encode("utf-16")
    yield "an unknown charset", f"{FORM}; charset=none-such", whole
    yield "raw bytes", FORM, bytes(range(256))
    yield "separators", FORM, b"&&&===;;&" * 50
    yield "many fields", FORM, b"&".join(b"a%d=1" % n for n in range(5000))
    yield "a field without a name", FORM, b"=1&" + whole
    yield "no boundary", "multipart/form-data", whole
    yield "a boundary that is not ASCII", "multipart/form-data; boundary=\xe9", whole
    yield "another boundary", MULTIPART, b"--other\r\n\r\nx\r\n--other--"
    yield "half a part", MULTIPART, b"--edge\r\nContent-Disposition: form-data; name="
    yield (
        "a part without a name",
        MULTIPART,
        b"--edge\r\nContent-Type: text/plain\r\n\r\nx\r\n--edge--\r\n",
    )
    yield "an odd part", MULTIPART, _multipart(fields, "key", b"; charset=utf-7")
    yield "as many parts as fit", MULTIPART, _multipart([("a", "1")] * 1100, "key")


def _encoded(fields: Sequence[Pair]) -> bytes:
    return "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in fields).encode()


def _multipart(fields: Sequence[Pair], file: str, charset: bytes = b"") -> bytes:
    head = b"--edge\r\nContent-Disposition: form-data; name="
    parts = [head + b'"%b"\r\n\r\n%b\r\n' % (n.encode(), v.encode()) for n, v in fields]
    part = head + b'"%b"; filename="a.txt"\r\nContent-Type: text/plain%b\r\n\r\nhello\r\n'
    return b"".join([*parts, part % (file.encode(), charset), b"--edge--\r\n"])
