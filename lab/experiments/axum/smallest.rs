use axum::{Json, Router, routing::post};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

#[derive(Deserialize)]
struct Greeting {
    name: String,
}

#[derive(Serialize)]
struct Answer {
    hello: String,
}

async fn say_hello(Json(greeting): Json<Greeting>) -> Json<Answer> {
    let hello = greeting.name;
    Json(Answer { hello })
}

#[tokio::main]
async fn main() {
    let app = Router::new().route("/hello", post(say_hello));
    let port = std::env::var("PORT").unwrap_or("3000".to_string());
    let address = format!("127.0.0.1:{port}");
    let listener = TcpListener::bind(address).await.unwrap();
    println!("http://{}", listener.local_addr().unwrap());
    axum::serve(listener, app).await.unwrap();
}
