//! The order service on bare axum routes: serde checks the types and nothing checks the values. No document, no problem
//! details, no log. What axum itself costs.
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::{StatusCode, header::LOCATION};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio::time::sleep;
use uuid::Uuid;

#[derive(Clone, Deserialize, Serialize)]
struct Item {
    sku: String,
    quantity: u32,
}

#[derive(Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct NewOrder {
    customer_id: String,
    items: Vec<Item>,
    note: Option<String>,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Order {
    id: Uuid,
    #[serde(flatten)]
    input: NewOrder,
    created_at: DateTime<Utc>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Quote {
    order_id: Uuid,
    price_cents: u32,
    shipping_cents: u32,
    total_cents: u32,
}

#[derive(Default)]
struct Orders {
    by_id: HashMap<Uuid, Order>,
    oldest_first: VecDeque<Uuid>,
}

type Store = Arc<Mutex<Orders>>;

async fn create(State(store): State<Store>, Json(input): Json<NewOrder>) -> impl IntoResponse {
    let order = Order {
        id: Uuid::new_v4(),
        input,
        created_at: Utc::now(),
    };
    let mut orders = store.lock().unwrap();
    orders.by_id.insert(order.id, order.clone());
    orders.oldest_first.push_back(order.id);
    if orders.oldest_first.len() > 10_000 {
        let oldest = orders.oldest_first.pop_front().unwrap();
        orders.by_id.remove(&oldest);
    }
    (
        StatusCode::CREATED,
        [(LOCATION, format!("/orders/{}", order.id))],
        Json(order),
    )
}

async fn read(State(store): State<Store>, Path(id): Path<Uuid>) -> Json<Option<Order>> {
    Json(store.lock().unwrap().by_id.get(&id).cloned())
}

async fn quote(Path(order_id): Path<Uuid>) -> Json<Quote> {
    tokio::join!(
        sleep(Duration::from_millis(20)),
        sleep(Duration::from_millis(20))
    );
    Json(Quote {
        order_id,
        price_cents: 4200,
        shipping_cents: 490,
        total_cents: 4690,
    })
}

#[tokio::main]
async fn main() {
    let port: u16 = std::env::var("PORT").unwrap().parse().unwrap();
    let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    println!("Listening on http://{}", listener.local_addr().unwrap());
    let router = Router::new()
        .route("/health", get(async || Json(serde_status())))
        .route("/orders", post(create))
        .route("/orders/{id}", get(read))
        .route("/orders/{id}/quote", get(quote))
        .with_state(Store::default());
    axum::serve(listener, router).await.unwrap();
}

fn serde_status() -> HashMap<&'static str, &'static str> {
    HashMap::from([("status", "ok")])
}
