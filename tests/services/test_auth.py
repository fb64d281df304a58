"""Registering, signing in, and changing a password."""

import asyncio
from collections import Counter
from dataclasses import replace

import pytest
from argon2 import PasswordHasher

from app.domain.sessions import Session, SessionHash
from app.services.auth import Client, StartedSession
from app.services.login_errors import Throttled, WrongLogin
from app.services.password_rules import Weakness
from app.services.passwords import Passwords, WeakPassword
from app.services.registration import EmailTaken
from app.store.accounts import PasswordChanged, Person, find_by_email
from app.store.sessions import digest
from tests.examples import NOON
from tests.http.logins import Socket
from tests.services.shop import ELSEWHERE, HERE, Services
from tests.sessions import find_session

EMAIL, PASSWORD, NEW = "ada@shop.example", "seven brown bricks", "nine purple bricks"


async def ada(services: Services, client: Client = HERE) -> StartedSession:
    """Register Ada."""
    return await services.registration.register(client, EMAIL, PASSWORD, "Ada")


async def saved(services: Services, id_hash: SessionHash) -> Session | None:
    """Return the session as it is in the database."""
    found: Session | None = await services.database.read(
        find_session, id_hash, services.auth.lifetime, int(services.clock.at_s)
    )
    return found


async def person(services: Services) -> Person:
    """Return Ada as she is in the database."""
    found: Person | None = await services.database.read(find_by_email, EMAIL)
    assert found
    return found


def with_session(started: StartedSession, client: Client = HERE) -> Client:
    """Return *client* with the cookie of a session."""
    return client._replace(session_hash=started.session.id_hash)


async def test_registering_begins_a_session_whose_secret_is_not_saved(services: Services) -> None:
    started = await ada(services)

    assert started.session.name == "Ada"
    assert started.session.ends_at_s == NOON + services.auth.lifetime.absolute_s
    assert started.session.id_hash == digest(started.secret) != started.secret
    assert await saved(services, started.session.id_hash) == started.session


async def test_an_email_address_is_registered_once(services: Services) -> None:
    await ada(services)

    with pytest.raises(EmailTaken):
        await services.registration.register(ELSEWHERE, EMAIL.upper(), PASSWORD, "Another Ada")


async def test_a_weak_password_costs_no_token_of_the_rate_limit(services: Services) -> None:
    for _ in range(3):
        with pytest.raises(WeakPassword, match=Weakness.LENGTH):
            await services.registration.register(HERE, EMAIL, "short", "Ada")

    assert (await ada(services)).session.name == "Ada"


async def test_an_address_that_registers_too_often_has_to_wait(services: Services) -> None:
    for name in ("a", "b"):
        await services.registration.register(HERE, f"{name}@shop.example", PASSWORD, name)

    with pytest.raises(Throttled) as refused:
        await ada(services)

    assert refused.value.wait_s == 1
    assert await ada(services, ELSEWHERE)


async def test_signing_in_replaces_the_session_of_the_cookie(services: Services) -> None:
    before = await ada(services)
    socket = Socket()
    services.live.sessions.join(before.session, socket)

    after = await services.auth.sign_in(with_session(before), EMAIL, PASSWORD)

    assert await saved(services, before.session.id_hash) is None
    assert await saved(services, after.session.id_hash) == after.session
    assert len(socket.disconnects) == 1
    assert [id_hash for id_hash, _ in services.peers.ended] == [before.session.id_hash]


@pytest.mark.parametrize("email", [EMAIL, "nobody@shop.example"])
async def test_failed_sign_ins_back_off_exponentially(services: Services, email: str) -> None:
    await ada(services)
    for _ in range(5):
        with pytest.raises(WrongLogin):
            await services.auth.sign_in(HERE, email, "seven green bricks")

    waits = []
    for _ in range(3):
        with pytest.raises(Throttled) as refused:
            await services.auth.sign_in(HERE, email, PASSWORD)
        waits.append(refused.value.wait_s)
        services.clock.at_s += refused.value.wait_s
        with pytest.raises(WrongLogin):
            await services.auth.sign_in(HERE, email, "seven green bricks")

    assert waits == [1, 2, 4]


async def test_sign_ins_at_the_same_time_are_counted_one_by_one(services: Services) -> None:
    attempts = (services.auth.sign_in(HERE, EMAIL, "seven green bricks") for _ in range(8))

    results = await asyncio.gather(*attempts, return_exceptions=True)

    assert Counter(map(type, results)) == {WrongLogin: 5, Throttled: 3}


async def test_a_new_password_ends_all_other_sessions_and_renews_this_one(
    services: Services,
) -> None:
    here = await ada(services)
    elsewhere = await services.auth.sign_in(ELSEWHERE, EMAIL, PASSWORD)
    own, other = Socket(), Socket()
    services.live.sessions.join(here.session, own)
    services.live.sessions.join(elsewhere.session, other)

    renewed = await services.auth.change_password(
        with_session(here), here.session, await person(services), PASSWORD, NEW
    )

    assert await saved(services, here.session.id_hash) is None
    assert await saved(services, elsewhere.session.id_hash) is None
    assert await saved(services, renewed.session.id_hash) == renewed.session
    assert (len(own.disconnects), len(other.disconnects)) == (0, 1)
    assert services.peers.renewed == [(here.session.id_hash, renewed.session)]
    with pytest.raises(WrongLogin):
        await services.auth.sign_in(ELSEWHERE, EMAIL, PASSWORD)
    assert await services.auth.sign_in(ELSEWHERE, EMAIL, NEW)


async def test_a_new_password_needs_the_current_one_and_has_to_be_strong(
    services: Services,
) -> None:
    here = await ada(services)
    client, known = with_session(here), await person(services)

    with pytest.raises(WrongLogin):
        await services.auth.change_password(client, here.session, known, "no such password", NEW)
    with pytest.raises(WeakPassword):
        await services.auth.change_password(client, here.session, known, PASSWORD, "password")

    assert await saved(services, here.session.id_hash) == here.session


async def test_a_sign_in_with_a_password_that_is_replaced_meanwhile_fails(
    services: Services,
) -> None:
    here = await ada(services)
    known = await person(services)
    services.database.interlude = lambda: services.auth.change_password(
        with_session(here), here.session, known, PASSWORD, NEW
    )

    with pytest.raises(WrongLogin):
        await services.auth.sign_in(ELSEWHERE, EMAIL, PASSWORD)


async def test_of_two_new_passwords_at_once_only_one_counts(services: Services) -> None:
    here = await ada(services)
    elsewhere = await services.auth.sign_in(ELSEWHERE, EMAIL, PASSWORD)
    known = await person(services)
    services.database.interlude = lambda: services.auth.change_password(
        with_session(elsewhere, ELSEWHERE), elsewhere.session, known, PASSWORD, NEW
    )

    with pytest.raises(PasswordChanged):
        await services.auth.change_password(
            with_session(here), here.session, known, PASSWORD, "ten yellow bricks"
        )

    assert await services.auth.sign_in(HERE, EMAIL, NEW)


async def test_a_hash_of_outdated_parameters_is_replaced_when_its_owner_signs_in(
    services: Services,
) -> None:
    await ada(services)
    stronger = replace(
        services.auth,
        passwords=Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)),
    )

    await stronger.sign_in(HERE, EMAIL, PASSWORD)

    assert "m=16,t=2" in (await person(services)).password_hash
    stronger.passwords.close()


async def test_signing_out_ends_the_session_and_its_connections(services: Services) -> None:
    started, socket = await ada(services), Socket()
    services.live.sessions.join(started.session, socket)

    await services.auth.sign_out(HERE, started.session)

    assert await saved(services, started.session.id_hash) is None
    assert len(socket.disconnects) == 1
