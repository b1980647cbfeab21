"""Errors as problem details (RFC 9457)."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

# The log of the server, so that LOG_LEVEL applies to it.
logger = logging.getLogger("uvicorn.error")


class InputError(BaseModel):
    pointer: str
    detail: str


class Problem(BaseModel):
    title: str
    status: int = Field(ge=400, le=599)
    detail: str | None = None
    errors: list[InputError] | None = None


class ProblemResponse(JSONResponse):
    media_type = "application/problem+json"

    def __init__(
        self,
        status: int,
        detail: str | None = None,
        errors: list[InputError] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        problem = Problem(
            title=HTTPStatus(status).phrase,
            status=status,
            detail=detail,
            errors=errors,
        )
        super().__init__(problem.model_dump(exclude_none=True), status, headers)


# #region validation
async def handle_invalid(
    _: Request, error: RequestValidationError
) -> ProblemResponse:
    """Lists every error of the input in a 422. Malformed JSON is a 400."""
    issues = error.errors()
    if issues[0]["type"] == "json_invalid":
        return ProblemResponse(400, "The body is not JSON")
    errors = [
        InputError(pointer=format_pointer(issue["loc"]), detail=issue["msg"])
        for issue in issues
    ]
    return ProblemResponse(422, "The input is invalid", errors)


def format_pointer(location: Sequence[str | int]) -> str:
    """Formats ("body", "items", 0) as /items/0, a JSON pointer (RFC 6901)."""
    return "".join(
        "/" + str(part).replace("~", "~0").replace("/", "~1")
        for part in location[1:]
    )
    # #endregion


# #region errors
async def handle_http_error(
    _: Request, error: HTTPException
) -> ProblemResponse:
    """Answers for this app and for FastAPI. Only the log explains a 5xx."""
    if error.status_code >= 500:
        logger.error("A request failed", exc_info=error)
        return ProblemResponse(error.status_code)
    return ProblemResponse(
        error.status_code, error.detail, headers=error.headers
    )


async def handle_crash(_: Request, __: Exception) -> ProblemResponse:
    """Answers for any other error. uvicorn logs it."""
    return ProblemResponse(500)
    # #endregion


handlers = {
    RequestValidationError: handle_invalid,
    HTTPException: handle_http_error,
    Exception: handle_crash,
}
