use std::io;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use anyhow::{Result, anyhow};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use orders_axum::app::{Services, create_app};
use serde_json::{Value, json};
use tokio::sync::Barrier;
use tokio::time::timeout;
use tower::ServiceExt;
use uuid::Uuid;

fn input() -> Value {
    json!({ "customerId": "c-1", "items": [{ "sku": "TEA-1", "quantity": 2 }] })
}

/// Services that answer at once.
struct Prompt;

impl Services for Prompt {
    async fn fetch_price(&self, _: Uuid) -> Result<u32> {
        Ok(1)
    }
    async fn fetch_shipping(&self, _: Uuid) -> Result<u32> {
        Ok(1)
    }
}

async fn get(app: &Router, path: &str) -> Response<Body> {
    let request = Request::get(path).body(Body::empty()).unwrap();
    app.clone().oneshot(request).await.unwrap()
}

async fn post(app: &Router, input: &Value) -> Response<Body> {
    let request = Request::post("/orders")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(input.to_string()))
        .unwrap();
    app.clone().oneshot(request).await.unwrap()
}

async fn json(response: Response<Body>) -> Value {
    let body = response.into_body().collect().await.unwrap().to_bytes();
    serde_json::from_slice(&body).unwrap()
}

/// The path of a new order.
async fn create(app: &Router) -> String {
    let created = post(app, &input()).await;
    created.headers()[header::LOCATION].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_response_holds_what_its_model_declares_and_nothing_else() {
    let app = create_app(Prompt);
    let created = post(&app, &input()).await;
    assert_eq!(created.status(), StatusCode::CREATED);
    let location =
        created.headers()[header::LOCATION].to_str().unwrap().to_owned();
    let order = json(created).await;
    let mut expected = input();
    expected["id"] = order["id"].clone();
    expected["createdAt"] = order["createdAt"].clone();
    assert_eq!(order, expected);

    assert_eq!(json(get(&app, &location).await).await, order);
    let list = json(get(&app, "/orders").await).await;
    assert_eq!(list, json!({ "orders": [order] }));
}

#[tokio::test]
async fn a_422_lists_every_error_each_with_its_json_pointer() {
    let input = json!({
        "items": [{ "sku": "no", "quantity": "2", "a/b": 1 }],
        "admin": true,
    });
    let response = post(&create_app(Prompt), &input).await;
    assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let problem = json(response).await;
    assert_eq!(problem["status"], 422);
    let errors = problem["errors"].as_array().unwrap();
    let mut pointers: Vec<_> =
        errors.iter().map(|error| &error["pointer"]).collect();
    pointers.sort_by_key(|pointer| pointer.as_str());
    let expected = [
        "/admin",
        "/customerId",
        "/items/0/a~1b",
        "/items/0/quantity",
        "/items/0/sku",
    ];
    assert_eq!(pointers, expected);
}

#[tokio::test]
async fn a_422_is_not_much_larger_than_the_request() {
    let names = (0..5_000).map(|n| (format!("p{n}"), json!(0)));
    let input = Value::Object(names.collect());
    let response = post(&create_app(Prompt), &input).await;
    assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert!(body.len() < 10 * input.to_string().len(), "{}", body.len());
}

#[tokio::test]
async fn an_integer_written_as_2_0_is_an_error_at_its_own_pointer() {
    let mut input = input();
    input["items"][0]["quantity"] = json!(2.0);
    let problem = json(post(&create_app(Prompt), &input).await).await;
    assert_eq!(problem["errors"][0]["pointer"], "/items/0/quantity");
}

/// Services that answer once both are called.
struct Meeting(Barrier);

impl Services for Meeting {
    async fn fetch_price(&self, _: Uuid) -> Result<u32> {
        self.0.wait().await;
        Ok(4200)
    }
    async fn fetch_shipping(&self, _: Uuid) -> Result<u32> {
        self.0.wait().await;
        Ok(490)
    }
}

#[tokio::test]
async fn a_quote_makes_both_calls_at_once() {
    let app = create_app(Meeting(Barrier::new(2)));
    let order = create(&app).await;
    let path = format!("{order}/quote");
    // It is never answered if the second call waits for the first.
    let response = timeout(Duration::from_secs(5), get(&app, &path)).await;
    let quote = json(response.expect("a quote")).await;
    let order_id = order.strip_prefix("/orders/").unwrap();
    assert_eq!(
        quote,
        json!({
            "orderId": order_id,
            "priceCents": 4200,
            "shippingCents": 490,
            "totalCents": 4690,
        })
    );
}

/// Services of which one rejects.
struct Rejecting;

impl Services for Rejecting {
    async fn fetch_price(&self, _: Uuid) -> Result<u32> {
        Err(anyhow!("no such customer"))
    }
    async fn fetch_shipping(&self, _: Uuid) -> Result<u32> {
        Ok(1)
    }
}

/// Services of which one panics.
struct Panicking;

impl Services for Panicking {
    async fn fetch_price(&self, _: Uuid) -> Result<u32> {
        panic!("no such customer")
    }
    async fn fetch_shipping(&self, _: Uuid) -> Result<u32> {
        Ok(1)
    }
}

/// The log of all tests, since a subscriber of one thread can miss events.
static LOG: LazyLock<Log> = LazyLock::new(|| {
    tracing_subscriber::fmt().json().with_writer(|| LOG.clone()).init();
    Log::default()
});

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Asks for a quote that fails. Returns the answer and its line in the log.
async fn fail_quote(services: impl Services) -> (Value, String) {
    LazyLock::force(&LOG);
    let app = create_app(services);
    let path = format!("{}/quote", create(&app).await);
    let response = get(&app, &path).await;
    assert_eq!(
        response.headers()[header::CONTENT_TYPE],
        "application/problem+json"
    );
    let log = String::from_utf8(LOG.0.lock().unwrap().clone()).unwrap();
    let lines: Vec<_> =
        log.lines().filter(|line| line.contains(&path)).collect();
    assert_eq!(lines.len(), 1, "one line per request: {log}");
    (json(response).await, lines[0].to_owned())
}

#[tokio::test]
async fn a_rejected_call_is_a_502_which_only_the_log_explains() {
    let (problem, log) = fail_quote(Rejecting).await;
    assert_eq!(problem, json!({ "title": "Bad Gateway", "status": 502 }));
    assert!(log.contains("no such customer"), "{log}");
}

#[tokio::test]
async fn a_panic_is_a_500() {
    let (problem, log) = fail_quote(Panicking).await;
    assert_eq!(
        problem,
        json!({ "title": "Internal Server Error", "status": 500 })
    );
    assert!(log.contains("panicked"), "{log}");
}
