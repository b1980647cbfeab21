"""The routes, what they depend on, and the document that describes them."""

import asyncio
from functools import cache
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, HTTPException, Query, Response
from fastapi.openapi.utils import get_openapi
from fastapi_offline import FastAPIOffline

import problem
from models import Health, NewOrder, Order, OrderList, Quote
from orders import OrderStore, StoredOrder

app = FastAPIOffline(
    title="Orders", version="1.0.0", exception_handlers=problem.handlers
)
store = OrderStore()


class Services:
    """Stand-ins for two services on the network, each 20 ms away."""

    async def fetch_price(self, order_id: UUID) -> int:
        await asyncio.sleep(0.02)
        return 4200

    async def fetch_shipping(self, order_id: UUID) -> int:
        await asyncio.sleep(0.02)
        return 490


async def get_services() -> Services:
    return Services()


async def find_order(order_id: str) -> StoredOrder:
    order = store.get(order_id)
    if order is None:
        raise HTTPException(404, "No such order")
    return order


FoundOrder = Annotated[StoredOrder, Depends(find_order)]

# What a route may answer besides its model.
PROBLEM = {"model": problem.Problem}
TOO_LARGE = {"content": {"text/plain": {"schema": {"type": "string"}}}}
CREATED = {"headers": {"Location": {"schema": {"type": "string"}}}}


# #region routes
@app.get("/health")
async def get_health() -> Health:
    return Health(status="ok")


@app.post(
    "/orders",
    status_code=201,
    max_body_size=64 * 1024,
    responses={201: CREATED, 400: PROBLEM, 413: TOO_LARGE, 422: PROBLEM},
)
async def create_order(new: NewOrder, response: Response) -> Order:
    order = store.add(new)
    response.headers["Location"] = f"/orders/{order.id}"
    return order


@app.get("/orders", responses={422: PROBLEM})
async def list_orders(
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> OrderList:
    return OrderList(orders=store.newest(limit))


@app.get("/orders/{order_id}", responses={404: PROBLEM})
async def get_order(order: FoundOrder) -> Order:
    return order


# #region quote
@app.get("/orders/{order_id}/quote", responses={404: PROBLEM})
async def get_quote(
    order: FoundOrder, services: Annotated[Services, Depends(get_services)]
) -> Quote:
    try:
        price, shipping = await asyncio.gather(
            services.fetch_price(order.id), services.fetch_shipping(order.id)
        )
    except Exception as error:
        raise HTTPException(502) from error
    return Quote(
        order_id=order.id,
        price_cents=price,
        shipping_cents=shipping,
        total_cents=price + shipping,
    )
    # #endregion
    # #endregion


# #region openapi
@cache
def openapi() -> dict[str, Any]:
    """Corrects FastAPI's document.

    FastAPI adds a 422 of its own to each route with a parameter, and describes
    errors as `application/json`.
    """
    document = get_openapi(
        title=app.title, version=app.version, routes=app.routes
    )
    for path in document["paths"].values():
        for operation in path.values():
            responses = operation["responses"]
            if "HTTPValidationError" in str(responses.get("422")):
                del responses["422"]
            for status in responses.keys() & {"400", "404", "422"}:
                content = responses[status]["content"]
                media_type = problem.ProblemResponse.media_type
                content[media_type] = content.pop("application/json")
    for name in ("HTTPValidationError", "ValidationError"):
        del document["components"]["schemas"][name]
    return document


app.openapi = openapi
# #endregion
