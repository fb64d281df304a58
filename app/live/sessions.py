"""The logins with open sockets; when a login ends, its sockets are disconnected."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from app.domain.sessions import Lifetime, Session, SessionHash, ends_at_s
from app.live.ports import DisconnectReason, Peers, Subscriber
from app.protocol.messages import Auth

WARN_BEFORE_S = 120
SAVE_USE_EVERY_S = 600


@dataclass(slots=True)
class Login:
    """A login with open sockets. `is_warned`: they were told that it ends soon.

    A socket sets `is_used` at each op, which costs it less than a look at the clock. `sweep` looks
    at it every second, and whatever tells how long the login lasts.
    """

    session: Session
    sockets: set[Subscriber] = field(default_factory=set)
    is_warned: bool = False
    is_used: bool = False
    due_s: float = 0.0
    names: list[SessionHash] = field(default_factory=list)
    use_saved_at_s: int = 0


@dataclass(slots=True)
class Opening:
    """A socket that is being opened: what becomes of its login before it can `join`."""

    is_ended: bool = False
    renewed: Session | None = None


class Use(NamedTuple):
    """A use of a login that is to be stored."""

    id_hash: SessionHash
    at_s: int


class LiveSessions:
    """The logins that have sockets open on this node.

    A login has several hashes once it was renewed, and is found by each of them.
    """

    def __init__(self, lifetime: Lifetime, now_s: Callable[[], float], peers: Peers):
        self._lifetime = lifetime
        self._save_use_every_s = min(SAVE_USE_EVERY_S, lifetime.idle_s // 100)
        self._now_s = now_s
        self._peers = peers
        self._logins: dict[SessionHash, Login] = {}
        self._uses: dict[SessionHash, Use] = {}
        self._expired: list[SessionHash] = []
        self._openings: dict[SessionHash, list[Opening]] = {}

    @contextmanager
    def opening(self, id_hash: SessionHash) -> Iterator[Opening]:
        """Follow a login from before it is looked up until its socket has joined.

        Without this, a login that ends in between would have a socket for as long as it likes.
        """
        opening = Opening()
        self._openings.setdefault(id_hash, []).append(opening)
        try:
            yield opening
        finally:
            self._openings[id_hash].remove(opening)
            if not self._openings[id_hash]:
                del self._openings[id_hash]

    def join(self, session: Session, socket: Subscriber) -> Login:
        """Have *socket* warned before *session* ends, and disconnected when it does."""
        login = self._logins.get(session.id_hash)
        if login is None:
            login = Login(session, use_saved_at_s=session.used_at_s, names=[session.id_hash])
            self._logins[session.id_hash] = login
            self._schedule(login)
        login.sockets.add(socket)
        return login

    def leave(self, session: Session, socket: Subscriber) -> None:
        """Forget *socket*."""
        if login := self._logins.get(session.id_hash):
            login.sockets.discard(socket)
            if not login.sockets:
                self._note_use(login)
                self._forget(login)

    def left_ms(self, session: Session) -> int:
        """Return for how many milliseconds *session* lasts if it is not used again."""
        if login := self._logins.get(session.id_hash):
            self._note_use(login)
        known = login.session if login else session
        return max(0, int((ends_at_s(known, self._lifetime) - self._now_s()) * 1000))

    def use(self, session: Session) -> None:
        """Note that the shopper did something; pings do not count (protocol.md §7)."""
        if login := self._logins.get(session.id_hash):
            login.is_used = True
            self._note_use(login)

    def take_uses(self) -> list[Use]:
        """Return the uses that are to be stored, and forget them."""
        uses, self._uses = list(self._uses.values()), {}
        return uses

    def take_expired(self) -> list[SessionHash]:
        """Return the logins that have expired, whose rows are to be deleted, and forget them."""
        expired, self._expired = self._expired, []
        return expired

    def renew(self, id_hash: SessionHash, session: Session) -> None:
        """Move the sockets of a login to *session*, which replaced it, on all nodes.

        They are found by both hashes from now on.
        """
        self.on_remote_renewal(id_hash, session)
        self._peers.publish_session_renewed(id_hash, session)

    def on_remote_renewal(self, id_hash: SessionHash, session: Session) -> None:
        """Move the sockets of a login to *session*, on this node; repeats change nothing."""
        for opening in self._openings.get(id_hash, ()):
            opening.renewed = session
        login = self._logins.get(id_hash)
        if login and session.id_hash == login.session.id_hash:
            login.session = replace(login.session, ends_at_s=session.ends_at_s)
            self._schedule(login)
        elif login and session.id_hash not in login.names:
            login.session, login.use_saved_at_s, login.is_warned = session, session.used_at_s, False
            login.names.append(session.id_hash)
            if known := self._logins.get(session.id_hash):  # a socket that opened meanwhile
                login.sockets |= known.sockets
            self._logins[session.id_hash] = login
            self._schedule(login)

    async def end(self, id_hash: SessionHash) -> None:
        """Disconnect the sockets of a login that has ended; return when all nodes have."""
        await self.end_all([id_hash])

    async def end_all(self, ended: Iterable[SessionHash]) -> None:
        """Disconnect the sockets of logins that have ended; return when all nodes have.

        What was published before has been applied by then, too.
        """
        for id_hash in ended:
            self.on_remote_end(id_hash)
            self._peers.publish_session_ended(id_hash, DisconnectReason.SIGNED_OUT)
        await self._peers.until_applied()

    def on_remote_end(
        self, id_hash: SessionHash, why: DisconnectReason = DisconnectReason.SIGNED_OUT
    ) -> None:
        """Disconnect the sockets of a login that has ended, on this node."""
        for opening in self._openings.get(id_hash, ()):
            opening.is_ended = True
        if login := self._logins.get(id_hash):
            self._forget(login)
            for socket in tuple(login.sockets):
                socket.disconnect(why)

    def names(self) -> tuple[SessionHash, ...]:
        """Return the newest hashes of the logins with open sockets."""
        return tuple({login.session.id_hash for login in self._logins.values()})

    def update_uses(self, names: Iterable[SessionHash], uses: Mapping[SessionHash, int]) -> None:
        """Take the last uses of the logins *names*; those that *uses* has not have ended."""
        for name in names:
            if (login := self._logins.get(name)) is None:
                continue
            if name in uses:
                used_at_s = max(uses[name], login.session.used_at_s)
                login.session = replace(login.session, used_at_s=used_at_s)
            elif login.session.id_hash == name:
                self.on_remote_end(name)

    def sweep(self) -> None:
        """Warn the sockets of logins that end soon, and end those that have expired."""
        now_s = self._now_s()
        for login in tuple(self._logins.values()):
            self._note_use(login)
            if login.due_s <= now_s:
                self._check(login)

    def _note_use(self, login: Login) -> None:
        """Note when *login* was used, if it was."""
        if not login.is_used:
            return
        login.is_used = False
        now_s = int(self._now_s())
        if login.session.used_at_s == now_s:
            return
        login.session = replace(login.session, used_at_s=now_s)
        if now_s >= login.use_saved_at_s + self._save_use_every_s:
            login.use_saved_at_s = now_s
            self._uses[login.session.id_hash] = Use(login.session.id_hash, now_s)
        if login.is_warned:
            self._withdraw_warning(login)

    def _forget(self, login: Login) -> None:
        for name in login.names:
            del self._logins[name]

    def _check(self, login: Login) -> None:
        left_ms = self.left_ms(login.session)
        if left_ms == 0:
            self._expired.append(login.session.id_hash)
            self.on_remote_end(login.session.id_hash, DisconnectReason.EXPIRED)
            return
        if left_ms <= WARN_BEFORE_S * 1000 and not login.is_warned:
            login.is_warned = True
            self._send_time_left(login)
        self._schedule(login)

    def _withdraw_warning(self, login: Login) -> None:
        if self.left_ms(login.session) > WARN_BEFORE_S * 1000:
            login.is_warned = False
            self._send_time_left(login)
            self._schedule(login)

    def _send_time_left(self, login: Login) -> None:
        for socket in tuple(login.sockets):
            socket.tell(Auth(self.left_ms(login.session)))

    def _schedule(self, login: Login) -> None:
        ends_s = ends_at_s(login.session, self._lifetime)
        login.due_s = ends_s if login.is_warned else ends_s - WARN_BEFORE_S
