from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import BackgroundTasks, Depends, FastAPI
from fastapi.responses import StreamingResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

app = FastAPI()
Token = Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]


def send_receipt(order: str) -> None:
    print(f"sends the receipt of {order}")


@app.post("/orders/{order}", status_code=202)
async def accept(order: str, tasks: BackgroundTasks):
    tasks.add_task(send_receipt, order)
    return {"accepted": order}


async def rows() -> AsyncIterator[str]:
    for number in range(1, 4):
        yield f"row {number}\n"


@app.get("/export")
async def export():
    return StreamingResponse(rows(), media_type="text/csv")


@app.get("/me")
async def me(token: Token):
    return {"token": token.credentials}
