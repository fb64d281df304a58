"""An authenticator and the browser around it, in software (WebAuthn level 3, §6 and §5.1).

It answers the JSON that the shop asks with, as Chromium would; tests have it do what no honest one
would do.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, HAS_KEY = 0x01, 0x04, 0x40


@dataclass
class Authenticator:
    """A passkey on a device. `is_verified`: it asks for a PIN. `signs` counts its uses."""

    origin: str = "http://localhost"
    is_verified: bool = True
    signs: int = 0
    credential: bytes = b"a credential of sixteen bytes"
    account: str = ""
    key: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))

    def make(self, asked: str) -> str:
        """Return the answer to the options with which a browser makes a passkey."""
        options = json.loads(asked)
        self.account = options["user"]["id"]
        attested = bytes(16) + len(self.credential).to_bytes(2, "big") + self.credential
        data = self._data(options["rp"]["id"], HAS_KEY) + attested + self._public_key()
        said = {
            "clientDataJSON": text(self._client_data("webauthn.create", options)),
            "attestationObject": text(
                cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
            ),
            "transports": ["internal", "hybrid"],
        }
        return self._answer(said)

    def use(self, asked: str) -> str:
        """Return the answer to the options with which a browser asks for a passkey."""
        options = json.loads(asked)
        self.signs += 1
        data = self._data(options["rpId"], 0)
        client_data = self._client_data("webauthn.get", options)
        signature = self.key.sign(data + sha256(client_data).digest(), ECDSA(SHA256()))
        said = {
            "clientDataJSON": text(client_data),
            "authenticatorData": text(data),
            "signature": text(signature),
            "userHandle": self.account,
        }
        return self._answer(said)

    def _answer(self, said: Mapping[str, Any]) -> str:
        name = text(self.credential)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": said})

    def _data(self, host: str, flags: int) -> bytes:
        flags |= PRESENT | (VERIFIED if self.is_verified else 0)
        return sha256(host.encode()).digest() + bytes([flags]) + self.signs.to_bytes(4, "big")

    def _client_data(self, kind: str, options: Mapping[str, Any]) -> bytes:
        said = {"type": kind, "challenge": options["challenge"], "origin": self.origin}
        return json.dumps(said).encode()

    def _public_key(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (numbers.x, numbers.y))
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})


def text(given: bytes) -> str:
    """Return base64url without padding."""
    return urlsafe_b64encode(given).decode().rstrip("=")


def from_text(given: str) -> bytes:
    """Return the bytes of base64url without padding."""
    return urlsafe_b64decode(given + "===")
