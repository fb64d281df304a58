"""Promotions as staff see to them: added and paused."""

from dataclasses import asdict

from sqlalchemy import Connection, func, insert, select, update

from app.domain.catalog import Promotion, PromotionId
from app.store.catalog import increment_revision
from app.store.tables import promotion_products, promotions


def add_promotion(connection: Connection, promotion: Promotion) -> PromotionId:
    """Add *promotion*, and return the id that it gets."""
    increment_revision(connection)  # holds its lock, so that no other gets the same id
    added = PromotionId((connection.execute(select(func.max(promotions.c.id))).scalar() or 0) + 1)
    values = {**asdict(promotion), "id": added}
    skus = values.pop("skus")
    connection.execute(insert(promotions).values(values))
    rows = [{"promotion": added, "sku": sku} for sku in sorted(skus)]
    connection.execute(insert(promotion_products), rows)
    return added


def pause_promotion(connection: Connection, promotion: PromotionId) -> bool:
    """Have *promotion* take nothing off any longer; return False if it did not."""
    return _set_paused(connection, promotion, to=True)


def resume_promotion(connection: Connection, promotion: PromotionId) -> bool:
    """Have the paused *promotion* go on; return False if it is not paused."""
    return _set_paused(connection, promotion, to=False)


def _set_paused(connection: Connection, promotion: PromotionId, *, to: bool) -> bool:
    one = update(promotions).where(promotions.c.id == promotion, promotions.c.paused != to)
    if connection.execute(one.values(paused=to)).rowcount != 1:
        return False
    increment_revision(connection)
    return True
