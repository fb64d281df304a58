"""Promotions: loaded with the catalogue, and checked by an order."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select

from app.domain.catalog import Money, Promotion, PromotionId, PromotionKind, Sku
from app.store.tables import promotion_products, promotions


def load_promotions(connection: Connection) -> tuple[Promotion, ...]:
    """Return all promotions, the newest first."""
    rows = connection.execute(select(promotions).order_by(promotions.c.id.desc())).all()
    if not rows:
        return ()
    skus: dict[int, set[Sku]] = {row.id: set() for row in rows}
    for promotion, sku in connection.execute(select(promotion_products)):
        skus[promotion].add(Sku(sku))
    return tuple(_promotion(row, skus) for row in rows)


def all_go_on(connection: Connection, ids: Collection[PromotionId], now_s: int) -> bool:
    """Return whether all of *ids* go on at *now_s*."""
    if not ids:
        return True
    running = select(func.count()).where(
        promotions.c.id.in_(ids),
        ~promotions.c.paused,
        or_(promotions.c.starts.is_(None), promotions.c.starts <= now_s),
        or_(promotions.c.ends.is_(None), promotions.c.ends > now_s),
    )
    return connection.execute(running).scalar_one() == len(ids)


def _promotion(row: Row[Any], skus: Mapping[int, set[Sku]]) -> Promotion:
    return Promotion(
        PromotionId(row.id),
        PromotionKind(row.kind),
        frozenset(skus[row.id]),
        row.take,
        row.paid,
        Money(row.price),
        row.starts,
        row.ends,
        row.label,
        row.labels,
        row.paused,
    )
