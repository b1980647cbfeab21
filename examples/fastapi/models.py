"""What requests and responses hold."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


# #region model
class Model(BaseModel):
    """Has strict types, no other properties, and camel case in JSON."""

    model_config = ConfigDict(
        strict=True, extra="forbid", alias_generator=to_camel
    )


class Item(Model):
    sku: str = Field(pattern="^[A-Z0-9-]{3,20}$")
    quantity: int = Field(ge=1, le=100)


class NewOrder(Model):
    customer_id: str = Field(min_length=1, max_length=64)
    items: list[Item] = Field(min_length=1, max_length=50)
    note: str | None = Field(
        default=None, max_length=200, exclude_if=lambda note: note is None
    )


class Order(NewOrder, validate_by_name=True):
    id: UUID
    created_at: datetime


class OrderList(Model):
    orders: list[Order]
    # #endregion


class Health(Model):
    status: Literal["ok"]


class Quote(Model, validate_by_name=True):
    order_id: UUID
    price_cents: int = Field(ge=0)
    shipping_cents: int = Field(ge=0)
    total_cents: int = Field(ge=0)
