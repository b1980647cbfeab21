use axum::{Router, extract::Path, routing::get};
use tokio::net::TcpListener;

async fn get_item(Path(index): Path<usize>) -> &'static str {
    let items = ["tea", "milk"];
    items[index]
}

#[tokio::main]
async fn main() {
    let app = Router::new().route("/items/{index}", get(get_item));
    let port = std::env::var("PORT").unwrap_or("3000".to_string());
    let address = format!("127.0.0.1:{port}");
    let listener = TcpListener::bind(address).await.unwrap();
    println!("http://{}", listener.local_addr().unwrap());
    axum::serve(listener, app).await.unwrap();
}
