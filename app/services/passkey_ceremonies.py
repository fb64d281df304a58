"""The two ceremonies of WebAuthn (level 3, §7): what browsers are asked, and what they answer.

Both ask for the user's verification, so that a passkey is two factors: a device, and a PIN or a
finger. No attestation is asked for: the shop does not mind whose device it is.
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, TypeVar

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import (
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from app.domain.passkeys import Passkey, RelyingParty
from app.domain.plain_text import shown_text
from app.services.errors import ServiceError
from app.store.accounts import Person

T = TypeVar("T")

ASKED_FOR_S: Final = 300
"""How long a browser may take; ten minutes would be as long as a sign-in counts as recent."""


class BadCredential(ServiceError):
    """An answer is no answer to a challenge of this shop, or is not signed by the passkey."""


class Answer(NamedTuple):
    """What a browser has sent, in JSON: the passkey's credential, and what it has signed.

    `account` is whose passkey the authenticator says it is, if it says so.
    """

    text: str
    credential: bytes
    challenge: bytes
    account: bytes | None = None
    transports: tuple[str, ...] = ()


class NewCredential(NamedTuple):
    """A credential that a browser has made."""

    id: bytes
    public_key: bytes
    sign_count: int
    transports: tuple[str, ...]
    is_backed_up: bool


def creation_options(
    party: RelyingParty, person: Person, challenge: bytes, known: Sequence[Passkey]
) -> str:
    """Return the JSON with which a browser makes a passkey for *person*, who has those *known*."""
    options = generate_registration_options(
        rp_id=party.id,
        rp_name=party.name,
        user_id=person.account.encode(),
        user_name=person.email,
        user_display_name=shown_text(person.name),
        challenge=challenge,
        timeout=ASKED_FOR_S * 1000,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_descriptors(known),
    )
    return options_to_json(options)


def request_options(party: RelyingParty, challenge: bytes, known: Sequence[Passkey]) -> str:
    """Return the JSON with which a browser asks for one of those *known*, or for any."""
    options = generate_authentication_options(
        rp_id=party.id,
        challenge=challenge,
        timeout=ASKED_FOR_S * 1000,
        allow_credentials=_descriptors(known),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options)


def read_new(text: str) -> Answer:
    """Return what a browser sent that has made a passkey. Raises BadCredential."""

    def read() -> Answer:
        parsed = parse_registration_credential_json(text)
        said = parsed.response
        transports = dict.fromkeys(one.value for one in said.transports or ())
        challenge = parse_client_data_json(said.client_data_json).challenge
        return Answer(text, parsed.raw_id, challenge, transports=tuple(transports))

    return _reading(read)


def read_use(text: str) -> Answer:
    """Return what a browser sent that has used a passkey. Raises BadCredential."""

    def read() -> Answer:
        parsed = parse_authentication_credential_json(text)
        said = parsed.response
        challenge = parse_client_data_json(said.client_data_json).challenge
        return Answer(text, parsed.raw_id, challenge, said.user_handle)

    return _reading(read)


def verify_new(party: RelyingParty, answer: Answer) -> NewCredential:
    """Return the credential that was made. Raises BadCredential.

    The caller has taken the challenge.
    """
    verified = _reading(
        lambda: verify_registration_response(
            credential=answer.text,
            expected_challenge=answer.challenge,
            expected_rp_id=party.id,
            expected_origin=list(party.origins),
            require_user_verification=True,
        )
    )
    return NewCredential(
        verified.credential_id,
        verified.credential_public_key,
        verified.sign_count,
        answer.transports,
        verified.credential_backed_up,
    )


def verify_use(party: RelyingParty, answer: Answer, passkey: Passkey) -> int:
    """Return the count that came with a use of *passkey*. Raises BadCredential.

    The caller has taken the challenge, and judges the count.
    """
    if answer.account not in {None, passkey.account.encode()}:
        raise BadCredential
    verified = _reading(
        lambda: verify_authentication_response(
            credential=answer.text,
            expected_challenge=answer.challenge,
            expected_rp_id=party.id,
            expected_origin=list(party.origins),
            credential_public_key=passkey.public_key,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    )
    return verified.new_sign_count


def _reading(read: Callable[[], T]) -> T:
    """Return what *read* returns; raise BadCredential if that is none.

    The package decodes JSON, CBOR, keys and certificates with other packages, and lets what these
    raise through; whatever it is, it says that the text of a stranger is no answer.
    """
    try:
        return read()
    except Exception as fault:
        raise BadCredential from fault


def _descriptors(known: Sequence[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            id=passkey.credential,
            transports=[AuthenticatorTransport(one) for one in passkey.transports],
        )
        for passkey in known
    ]
