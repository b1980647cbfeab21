"""The domain: orders and where they are kept."""

from collections import OrderedDict
from datetime import UTC, datetime
from itertools import islice
from random import random
from uuid import uuid4

from models import NewOrder, Order


class StoredOrder(Order):
    """A stored order. Its score is internal: no client may see it."""

    risk_score: float


class OrderStore:
    """Keeps the newest 10,000 orders in memory."""

    def __init__(self) -> None:
        self._by_id: OrderedDict[str, StoredOrder] = OrderedDict()

    def add(self, new: NewOrder) -> StoredOrder:
        order = StoredOrder(
            **dict(new),
            id=uuid4(),
            created_at=datetime.now(UTC),
            risk_score=random(),
        )
        self._by_id[str(order.id)] = order
        if len(self._by_id) > 10_000:
            self._by_id.popitem(last=False)
        return order

    def get(self, order_id: str) -> StoredOrder | None:
        return self._by_id.get(order_id)

    def newest(self, limit: int) -> list[StoredOrder]:
        return list(islice(reversed(self._by_id.values()), limit))
