import asyncio
from typing import Any
from uuid import UUID

import pytest
from fastapi import HTTPException
from fastapi.testclient import TestClient
from httpx2 import Response

from app import Services, app, get_services

client = TestClient(app, raise_server_exceptions=False)
order = {"customerId": "c-1", "items": [{"sku": "TEA-1", "quantity": 2}]}


def post(body: dict[str, Any]) -> Response:
    return client.post("/orders", json=body)


def get_quote(services: Services, monkeypatch: pytest.MonkeyPatch) -> Response:
    """Orders, and asks for a quote from these services."""
    overrides = app.dependency_overrides
    monkeypatch.setitem(overrides, get_services, lambda: services)
    return client.get(f"{post(order).headers['location']}/quote")


def test_a_response_holds_what_its_model_declares_and_nothing_else() -> None:
    created = post(order)
    body = created.json()
    assert created.status_code == 201
    assert body == {**order, "id": body["id"], "createdAt": body["createdAt"]}

    assert client.get(created.headers["location"]).json() == body
    assert client.get("/orders?limit=1").json() == {"orders": [body]}


def test_a_422_lists_every_error_each_with_its_json_pointer() -> None:
    item = {"sku": "no", "quantity": "2", "a/b": 1}
    response = post({"items": [item], "admin": True})
    problem = response.json()
    assert response.status_code == problem["status"] == 422
    assert sorted(error["pointer"] for error in problem["errors"]) == [
        "/admin",
        "/customerId",
        "/items/0/a~1b",
        "/items/0/quantity",
        "/items/0/sku",
    ]


class Meeting(Services):
    """Answers a call once the other one is waiting, too."""

    def __init__(self) -> None:
        self.both = asyncio.Barrier(2)
        self.asked: list[UUID] = []

    async def answer(self, order_id: UUID, cents: int) -> int:
        self.asked.append(order_id)
        async with asyncio.timeout(5):
            await self.both.wait()
        return cents

    async def fetch_price(self, order_id: UUID) -> int:
        return await self.answer(order_id, 4200)

    async def fetch_shipping(self, order_id: UUID) -> int:
        return await self.answer(order_id, 490)


def test_a_quote_makes_both_calls_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    services = Meeting()
    response = get_quote(services, monkeypatch)
    assert response.json() == {
        "orderId": str(services.asked[0]),
        "priceCents": 4200,
        "shippingCents": 490,
        "totalCents": 4690,
    }


class Failing(Services):
    async def fetch_price(self, order_id: UUID) -> int:
        raise HTTPException(404, f"no such customer: {order_id}")


def test_a_failed_call_is_a_502_even_if_its_error_is_a_404(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    response = get_quote(Failing(), monkeypatch)
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json() == {"title": "Bad Gateway", "status": 502}
    assert "no such customer" in caplog.text


class Negative(Services):
    async def fetch_price(self, order_id: UUID) -> int:
        return -1


def test_a_response_that_does_not_fit_its_model_is_a_500(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    response = get_quote(Negative(), monkeypatch)
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json() == {"title": "Internal Server Error", "status": 500}
