"""Coverage-guided fuzzing of the decoder: each text is decoded, or refused with a reason.

    .venv-proof/bin/python -m bench.fuzz -max_total_time=600

Needs atheris, which bin/prove sets up in .venv-proof. The arguments are libFuzzer's; a text that
fails is written to a file whose path begins with -artifact_prefix.
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
MAX_TEXT_BYTES, MAX_REASON_BYTES = 8192, 100


def check_text(data: bytes) -> None:
    """Decode *data*; where a fast path applies, both paths must return the same."""
    frame = data[:MAX_TEXT_BYTES]
    try:
        text = frame.decode()
    except UnicodeDecodeError:
        return
    outcome = _outcome(frame)
    assert isinstance(outcome, ClientMessage) or len(outcome.encode()) <= MAX_REASON_BYTES
    # After a space, it is no longer taken by the decoder for ops.
    assert outcome == _outcome(b" " + frame)
    if (fast := _read_plain(text)) is not None:
        reference = _read(text)
        assert repr(fast) == repr(reference)
        assert read_object(text) == reference


def _outcome(frame: bytes) -> ClientMessage | str:
    """Return the message in *frame*, or its fault."""
    try:
        return decode(frame)
    except (BadFrame, BadValue) as fault:
        return str(fault)


def write_corpus(folder: Path) -> None:
    """Write every sample of the protocol into *folder*, a file each."""
    samples = json.loads(SAMPLES.read_text("utf-8"))
    texts = [json.dumps(said) for said in samples["client"].values()]
    texts += [each["text"] for group in ("bad", "odd") for each in samples[group].values()]
    for number, text in enumerate(texts):
        (folder / str(number)).write_bytes(text.encode("utf-8", "surrogatepass"))


if __name__ == "__main__":
    with TemporaryDirectory() as corpus:
        write_corpus(Path(corpus))
        atheris.Setup([sys.argv[0], corpus, *sys.argv[1:]], check_text)
        atheris.Fuzz()
