"""Texts for the decoder, made by what they reach in it: it must read each, or name its fault.

    .venv-proof/bin/python -m bench.fuzz -max_total_time=600

Needs atheris, which bin/prove sets up in .venv-proof. The words after the command are libFuzzer's;
a text that breaks a promise is kept in a file, beside where it was started or behind what
-artifact_prefix says.
"""

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import atheris

with atheris.instrument_imports(
    include=["app.protocol.decode", "app.protocol.json", "json.decoder"]
):
    from app.protocol.decode import ClientMessage, decode
    from app.protocol.json import BadFrame, BadValue, _read, _read_plain, read_object

SAMPLES = Path(__file__).parents[1] / "tests/protocol/samples.json"
LARGEST, LONGEST_REASON = 8192, 100


def try_text(data: bytes) -> None:
    """Read *data*, in both ways that there are if both can; they must not tell it apart."""
    try:
        text = data[:LARGEST].decode()
    except UnicodeDecodeError:
        return
    assert len(_fault(text).encode()) <= LONGEST_REASON
    if (quickly := _read_plain(text)) is not None:
        slowly = _read(text)
        assert repr(quickly) == repr(slowly)
        assert read_object(text) == slowly


def _fault(text: str) -> str:
    try:
        message = decode(text)
    except (BadFrame, BadValue) as fault:
        return str(fault)
    assert isinstance(message, ClientMessage)
    return ""


def begin_with(folder: Path) -> None:
    """Put every sample into *folder*, a file each."""
    samples = json.loads(SAMPLES.read_text("utf-8"))
    texts = [json.dumps(said) for said in samples["client"].values()]
    texts += [each["text"] for group in ("bad", "odd") for each in samples[group].values()]
    for number, text in enumerate(texts):
        (folder / str(number)).write_bytes(text.encode("utf-8", "surrogatepass"))


if __name__ == "__main__":
    with TemporaryDirectory() as corpus:
        begin_with(Path(corpus))
        atheris.Setup([sys.argv[0], corpus, *sys.argv[1:]], try_text)
        atheris.Fuzz()
