use std::sync::Arc;
use std::time::Duration;

use axum::extract::rejection::PathRejection;
use axum::extract::{DefaultBodyLimit, FromRequestParts, Path, Request, State};
use axum::http::{StatusCode, header::LOCATION};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use serde::Deserialize;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::trace::TraceLayer;
use tracing::{Span, error, error_span, info};
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};
use utoipa_swagger_ui::SwaggerUi;
use uuid::Uuid;

use crate::models::{Health, ListQuery, NewOrder, Order, OrderList, Quote};
use crate::orders::Store;
use crate::problem::{InputError, Problem, answer_panic};
use crate::validation::{ValidJson, ValidQuery};

/// Calls to other services. Each resolves with a charge in cents.
pub trait Services: Send + Sync + 'static {
    fn fetch_price(
        &self,
        order_id: Uuid,
    ) -> impl Future<Output = anyhow::Result<u32>> + Send;
    fn fetch_shipping(
        &self,
        order_id: Uuid,
    ) -> impl Future<Output = anyhow::Result<u32>> + Send;
}

struct App<S> {
    store: Store,
    services: S,
}

/// Builds the service.
pub fn create_app<S: Services>(services: S) -> Router {
    // #region openapi
    #[derive(OpenApi)]
    #[openapi(
        info(title = "Orders", version = "1.0.0"),
        components(schemas(InputError), responses(Problem))
    )]
    struct Document;

    let (router, document) = OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(get_health))
        .routes(routes!(create_order, list_orders))
        .routes(routes!(get_order))
        .routes(routes!(get_quote))
        .split_for_parts();
    let docs = SwaggerUi::new("/docs").url("/openapi.json", document);
    // #endregion

    // Logs each request in one line. Headers and queries may hold secrets.
    let log = TraceLayer::new_for_http()
        .make_span_with(open_span)
        .on_request(())
        .on_response(log_response)
        .on_failure(());
    router
        .merge(docs)
        .fallback(async || Problem::not_found("No such route"))
        .layer(DefaultBodyLimit::max(64 * 1024))
        .layer(CatchPanicLayer::custom(answer_panic))
        .layer(log)
        .with_state(Arc::new(App { store: Store::default(), services }))
}

/// The span of a request is part of its line, so it is on at every level.
fn open_span(req: &Request) -> Span {
    error_span!("request", method = %req.method(), path = req.uri().path())
}

fn log_response(response: &Response, latency: Duration, _: &Span) {
    let status = response.status().as_u16();
    let ms = latency.as_secs_f64() * 1000.0;
    match response.extensions().get::<Arc<anyhow::Error>>() {
        Some(cause) => error!(status, ms, error = ?cause, "request failed"),
        None => info!(status, ms, "request completed"),
    }
}

// #region routes
#[utoipa::path(
    get,
    path = "/health",
    responses((status = 200, description = "Healthy", body = Health))
)]
async fn get_health() -> Json<Health> {
    Json(Health { status: "ok" })
}

#[utoipa::path(
    post,
    path = "/orders",
    request_body = NewOrder,
    responses(
        (
            status = 201,
            description = "The order",
            body = Order,
            headers(("Location" = String))
        ),
        (status = 400, response = Problem),
        (status = 413, response = Problem),
        (status = 415, response = Problem),
        (status = 422, response = Problem),
    )
)]
async fn create_order<S: Services>(
    State(app): State<Arc<App<S>>>,
    ValidJson(input): ValidJson<NewOrder>,
) -> impl IntoResponse {
    let order = app.store.add(input).order;
    let location = [(LOCATION, format!("/orders/{}", order.id))];
    (StatusCode::CREATED, location, Json(order))
}

#[utoipa::path(
    get,
    path = "/orders",
    params(ListQuery),
    responses(
        (status = 200, description = "Newest first", body = OrderList),
        (status = 422, response = Problem),
    )
)]
async fn list_orders<S: Services>(
    State(app): State<Arc<App<S>>>,
    ValidQuery(query): ValidQuery<ListQuery>,
) -> Json<OrderList> {
    let stored = app.store.newest(query.limit);
    let orders = stored.into_iter().map(|stored| stored.order).collect();
    Json(OrderList { orders })
}

/// An ID that is not a UUID belongs to no order.
#[derive(Deserialize, FromRequestParts)]
#[from_request(via(Path), rejection(Problem))]
struct OrderId(Uuid);

impl From<PathRejection> for Problem {
    fn from(_: PathRejection) -> Self {
        no_such_order()
    }
}

fn no_such_order() -> Problem {
    Problem::not_found("No such order")
}

#[utoipa::path(
    get,
    path = "/orders/{id}",
    params(("id" = Uuid, Path)),
    responses(
        (status = 200, description = "The order", body = Order),
        (status = 404, response = Problem),
    )
)]
async fn get_order<S: Services>(
    State(app): State<Arc<App<S>>>,
    OrderId(id): OrderId,
) -> Result<Json<Order>, Problem> {
    let stored = app.store.get(id).ok_or_else(no_such_order)?;
    Ok(Json(stored.order))
}

// #region quote
#[utoipa::path(
    get,
    path = "/orders/{id}/quote",
    params(("id" = Uuid, Path)),
    responses(
        (status = 200, description = "Its price", body = Quote),
        (status = 404, response = Problem),
    )
)]
async fn get_quote<S: Services>(
    State(app): State<Arc<App<S>>>,
    OrderId(id): OrderId,
) -> Result<Json<Quote>, Problem> {
    let order = app.store.get(id).ok_or_else(no_such_order)?.order;
    let (price_cents, shipping_cents) = tokio::try_join!(
        app.services.fetch_price(order.id),
        app.services.fetch_shipping(order.id),
    )
    .map_err(Problem::bad_gateway)?;
    let total_cents = price_cents + shipping_cents;
    Ok(Json(Quote {
        order_id: order.id,
        price_cents,
        shipping_cents,
        total_cents,
    }))
}
// #endregion
// #endregion
