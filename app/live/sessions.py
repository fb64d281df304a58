"""The logins with open sockets; when a login ends, its sockets are disconnected."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from app.domain.sessions import Lifetime, Session, SessionHash, ends_at_s
from app.live.ports import DisconnectReason, Peers, Subscriber
from app.protocol.messages import Auth

WARN_BEFORE_S = 120
SAVE_USE_EVERY_S = 600


@dataclass(slots=True)
class _Login:
    session: Session
    sockets: set[Subscriber] = field(default_factory=set)
    warned: bool = False
    due_s: float = 0.0
    names: list[SessionHash] = field(default_factory=list)
    use_saved_at_s: int = 0


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
        self._logins: dict[SessionHash, _Login] = {}
        self._uses: dict[SessionHash, Use] = {}

    def join(self, session: Session, socket: Subscriber) -> None:
        """Have *socket* warned before *session* ends, and disconnected when it does."""
        login = self._logins.get(session.id_hash)
        if login is None:
            login = _Login(session, use_saved_at_s=session.used_at_s, names=[session.id_hash])
            self._logins[session.id_hash] = login
            self._schedule(login)
        login.sockets.add(socket)

    def leave(self, session: Session, socket: Subscriber) -> None:
        """Forget *socket*."""
        if login := self._logins.get(session.id_hash):
            login.sockets.discard(socket)
            if not login.sockets:
                self._forget(login)

    def left_ms(self, session: Session) -> int:
        """Return for how many milliseconds *session* lasts if it is not used again."""
        login = self._logins.get(session.id_hash)
        known = login.session if login else session
        return max(0, int((ends_at_s(known, self._lifetime) - self._now_s()) * 1000))

    def use(self, session: Session) -> None:
        """Note that the shopper did something; pings do not count (protocol.md §7)."""
        login = self._logins.get(session.id_hash)
        now_s = int(self._now_s())
        if login is None or login.session.used_at_s == now_s:
            return
        login.session = replace(login.session, used_at_s=now_s)
        if now_s >= login.use_saved_at_s + self._save_use_every_s:
            login.use_saved_at_s = now_s
            self._uses[login.session.id_hash] = Use(login.session.id_hash, now_s)
        if login.warned:
            self._withdraw_warning(login)

    def take_uses(self) -> list[Use]:
        """Return the uses that are to be stored, and forget them."""
        uses, self._uses = list(self._uses.values()), {}
        return uses

    def renew(self, id_hash: SessionHash, session: Session) -> None:
        """Move the sockets of a login to *session*, which replaced it, on all nodes.

        They are found by both hashes from now on.
        """
        self.on_remote_renewal(id_hash, session)
        self._peers.publish_session_renewed(id_hash, session)

    def on_remote_renewal(self, id_hash: SessionHash, session: Session) -> None:
        """Move the sockets of a login to *session*, on this node."""
        if login := self._logins.get(id_hash):
            login.session, login.use_saved_at_s, login.warned = session, session.used_at_s, False
            login.names.append(session.id_hash)
            self._logins[session.id_hash] = login
            self._schedule(login)

    def end(
        self, id_hash: SessionHash, why: DisconnectReason = DisconnectReason.SIGNED_OUT
    ) -> None:
        """Disconnect the sockets of a login that has ended, on all nodes."""
        self.on_remote_end(id_hash, why)
        self._peers.publish_session_ended(id_hash, why)

    def on_remote_end(
        self, id_hash: SessionHash, why: DisconnectReason = DisconnectReason.SIGNED_OUT
    ) -> None:
        """Disconnect the sockets of a login that has ended, on this node."""
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
        for login in [login for login in self._logins.values() if login.due_s <= now_s]:
            self._check(login)

    def _forget(self, login: _Login) -> None:
        for name in login.names:
            del self._logins[name]

    def _check(self, login: _Login) -> None:
        left_ms = self.left_ms(login.session)
        if left_ms == 0:
            self.on_remote_end(login.session.id_hash, DisconnectReason.EXPIRED)
            return
        if left_ms <= WARN_BEFORE_S * 1000 and not login.warned:
            login.warned = True
            self._send_time_left(login)
        self._schedule(login)

    def _withdraw_warning(self, login: _Login) -> None:
        if self.left_ms(login.session) > WARN_BEFORE_S * 1000:
            login.warned = False
            self._send_time_left(login)
            self._schedule(login)

    def _send_time_left(self, login: _Login) -> None:
        for socket in tuple(login.sockets):
            socket.tell(Auth(self.left_ms(login.session)))

    def _schedule(self, login: _Login) -> None:
        ends_s = ends_at_s(login.session, self._lifetime)
        login.due_s = ends_s if login.warned else ends_s - WARN_BEFORE_S
