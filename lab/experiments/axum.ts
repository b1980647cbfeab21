import { post, type Edit, type Experiment } from './experiment.ts'

const smallest = 'axum/smallest.rs'
const signature = 'async fn say_hello(Json(greeting): Json<Greeting>) -> Json<Answer> {'

/** Takes the body before another part of the request, although only the last argument may read the body. */
const bodyFirst: Edit[] = [
  {
    file: 'smallest.rs',
    from: 'use axum::{Json,',
    to: 'use axum::http::HeaderMap;\nuse axum::{Json,',
  },
  {
    file: 'smallest.rs',
    from: signature,
    to: 'async fn say_hello(Json(greeting): Json<Greeting>, headers: HeaderMap) -> Json<Answer> {',
  },
]

/** Reads an item that exists, one that doesn't, and the first again. */
const items = ['/items/0', '/items/2', '/items/0'].map((path) => ({ method: 'GET', path }))

/** Default behavior of axum and of the Rust compiler, shown by small programs. */
export const experiments: readonly Experiment[] = [
  {
    id: 'smallest',
    program: smallest,
    requests: [
      post('/hello', '{"name": "Ada"}'),
      post('/hello', '{"name": 42, "admin": true}'),
      post('/hello', 'Ada', 'text/plain'),
    ],
  },
  { id: 'body-first', program: smallest, edits: bodyFirst, rejected: true, requests: [] },
  {
    id: 'body-first-explained',
    program: smallest,
    edits: [
      ...bodyFirst,
      {
        file: 'smallest.rs',
        from: 'async fn say_hello',
        to: '#[axum::debug_handler]\nasync fn say_hello',
      },
    ],
    rejected: true,
    requests: [],
  },
  {
    id: 'moved',
    program: smallest,
    edits: [
      {
        file: 'smallest.rs',
        from: '    Json(Answer { hello })',
        to: '    println!("{} says hello", greeting.name);\n    Json(Answer { hello })',
      },
    ],
    rejected: true,
    requests: [],
  },
  { id: 'panic', program: 'axum/panic.rs', requests: items, complains: true },
  {
    id: 'panic-caught',
    program: 'axum/panic.rs',
    edits: [
      {
        file: 'panic.rs',
        from: 'use tokio::net::TcpListener;',
        to: 'use tokio::net::TcpListener;\nuse tower_http::catch_panic::CatchPanicLayer;',
      },
      {
        file: 'panic.rs',
        from: '    let app = Router::new().route("/items/{index}", get(get_item));',
        to: '    let app = Router::new()\n        .route("/items/{index}", get(get_item))\n        .layer(CatchPanicLayer::new());',
      },
    ],
    requests: items,
    complains: true,
  },
]
