use std::any::Any;
use std::sync::Arc;

use anyhow::anyhow;
use axum::extract::rejection::JsonRejection;
use axum::http::{StatusCode, header::CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Serialize;
use utoipa::{ToResponse, ToSchema};

// #region errors
/// Problem details (RFC 9457)
#[derive(Serialize, ToSchema, ToResponse)]
#[response(content_type = "application/problem+json")]
pub struct Problem {
    title: &'static str,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<InputError>,
    /// Explains a 5xx, to the log only.
    #[serde(skip)]
    cause: Option<Arc<anyhow::Error>>,
}

#[derive(Serialize, ToSchema)]
pub struct InputError {
    /// A JSON pointer (RFC 6901)
    pointer: String,
    detail: String,
}

impl InputError {
    pub fn new(pointer: impl ToString, detail: impl ToString) -> Self {
        Self { pointer: pointer.to_string(), detail: detail.to_string() }
    }
}

impl Problem {
    fn new(status: StatusCode) -> Self {
        Self {
            title: status.canonical_reason().unwrap_or_default(),
            status: status.as_u16(),
            detail: None,
            errors: Vec::new(),
            cause: None,
        }
    }

    /// A 4xx, with a reason that the client may read.
    fn refused(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..Self::new(status) }
    }

    pub fn not_found(detail: &str) -> Self {
        Self::refused(StatusCode::NOT_FOUND, detail)
    }

    /// A 422 that lists every error.
    pub fn invalid(errors: Vec<InputError>) -> Self {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        Self { errors, ..Self::refused(status, "The input is invalid") }
    }

    /// A 5xx. Only the log explains it.
    fn failed(status: StatusCode, cause: anyhow::Error) -> Self {
        Self { cause: Some(Arc::new(cause)), ..Self::new(status) }
    }

    /// Reports a failed call to another service.
    pub fn bad_gateway(cause: anyhow::Error) -> Self {
        Self::failed(StatusCode::BAD_GATEWAY, cause)
    }
}

impl IntoResponse for Problem {
    fn into_response(mut self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap();
        let content_type = [(CONTENT_TYPE, "application/problem+json")];
        let cause = self.cause.take().map(Extension);
        (status, content_type, cause, Json(self)).into_response()
    }
}

/// The body is malformed, too large or of another media type.
impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        Self::refused(rejection.status(), rejection.body_text())
    }
}

/// Standard error has the message of the panic and its place.
pub fn answer_panic(_: Box<dyn Any + Send>) -> Response {
    let cause = anyhow!("a handler panicked");
    Problem::failed(StatusCode::INTERNAL_SERVER_ERROR, cause).into_response()
}
// #endregion
