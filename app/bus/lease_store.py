"""The leases in Redis: a key for each node that lives, and one for the owner of each cart.

A node's key expires when the node is not heard of, and with it all that it owns is free. The key
has the name of the channel that the node listens to: one that has left it is dead at once.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress

from app.bus.leases import Exchange, Owner
from app.bus.redis import NODE_CHANNEL, BusDisconnected, RedisBus, disconnects
from app.domain.accounts import AccountId

OWNER_KEY = "shop:owner:"
NODE_MS = 1_800
"""How long a node may be silent. Then, within another second, its tabs are served again."""
OWNER_MS = 3_600_000
"""Much longer than the time after which all leases are claimed again."""
STAYS, LEAVES = b"stays", b"leaves"

_RELEASE = """
for _, key in ipairs(KEYS) do
  if redis.call('GET', key) == ARGV[1] then redis.call('DEL', key) end
end
"""
_CLAIM = """
local answers = {}
for i, key in ipairs(KEYS) do
  local owner, state = redis.call('GET', key), false
  if owner and owner ~= ARGV[1] and owner ~= ARGV[i + 3] then
    state = redis.call('GET', ARGV[2] .. owner)
    if state and redis.call('PUBSUB', 'NUMSUB', ARGV[2] .. owner)[2] == 0 then state = false end
  end
  if not state then redis.call('SET', key, ARGV[1], 'PX', ARGV[3]) end
  answers[i] = {owner or '', state or ''}
end
return answers
"""
"""Answers with the owner before and, if that is another node that lives, with its state."""


class RedisLeaseStore:
    """The leases of all nodes, over the connection of *bus*, whose node claims them."""

    def __init__(self, bus: RedisBus):
        self._bus = bus
        self._me = bus.node.encode()

    @property
    def is_up(self) -> bool:
        """Say whether Redis is connected, so that the other nodes can reach this one."""
        return self._bus.is_up

    async def exchange(
        self, released: Sequence[AccountId], claims: Mapping[AccountId, str], *, is_leaving: bool
    ) -> Exchange:
        """Renew this node's key, release, and then claim. Raises `BusDisconnected`."""
        state = LEAVES if is_leaving else STAYS
        pipeline = self._bus.redis.pipeline(transaction=False)
        key = f"{NODE_CHANNEL}{self._bus.node}"
        pipeline.execute_command("SET", key, state, "PX", NODE_MS, "GET")
        if released:
            keys = _keys(released)
            pipeline.execute_command("EVAL", _RELEASE, len(keys), *keys, self._me)
        if claims:
            keys, given = _keys(tuple(claims)), (self._me, NODE_CHANNEL, OWNER_MS, *claims.values())
            pipeline.execute_command("EVAL", _CLAIM, len(keys), *keys, *given)
        with disconnects():
            known, *answers = await pipeline.execute()
        found = answers[-1] if claims else ()
        return self._read(claims, found, has_lapsed=known is None)

    async def leave(self) -> None:
        """Give up all that this node owns, at once; without Redis, once its key has expired."""
        with suppress(BusDisconnected), disconnects():
            await self._bus.redis.delete(f"{NODE_CHANNEL}{self._bus.node}")

    def _read(
        self,
        claims: Mapping[AccountId, str],
        answers: Sequence[tuple[bytes, bytes]],
        *,
        has_lapsed: bool,
    ) -> Exchange:
        refused: dict[AccountId, Owner] = {}
        takeovers = 0
        for account, (owner, state) in zip(claims, answers, strict=True):
            if state:
                refused[account] = Owner(owner.decode(), state == LEAVES)
            elif owner not in {b"", self._me}:
                takeovers += 1
        return Exchange(refused, takeovers, has_lapsed)


def _keys(accounts: Sequence[AccountId]) -> list[str]:
    return [f"{OWNER_KEY}{account}" for account in accounts]
