use std::time::Duration;
use std::{env, io};

use anyhow::{Context, Result};
use axum::Router;
use orders_axum::app::{Services, create_app};
use tokio::net::TcpListener;
use tokio::time::sleep;
use tracing::level_filters::LevelFilter;
use uuid::Uuid;

/// Stand-ins for two services on the network, each 20 ms away.
struct StandIns;

impl Services for StandIns {
    async fn fetch_price(&self, _: Uuid) -> Result<u32> {
        sleep(Duration::from_millis(20)).await;
        Ok(4200)
    }

    async fn fetch_shipping(&self, _: Uuid) -> Result<u32> {
        sleep(Duration::from_millis(20)).await;
        Ok(490)
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let host = variable("HOST", "127.0.0.1");
    let port = variable("PORT", "3000");
    let level = variable("LOG_LEVEL", "info");

    let levels = "trace, debug, info, warn, error, silent";
    let filter = match level.as_str() {
        "silent" => LevelFilter::OFF,
        level => level.parse().with_context(|| {
            format!("LOG_LEVEL={level} is unknown. Use one of: {levels}.")
        })?,
    };
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_span_list(false)
        .with_max_level(filter)
        .init();

    let number: u16 = port.parse().with_context(|| {
        format!("PORT={port} is invalid. Set it to a number from 0 to 65535.")
    })?;
    let listener = TcpListener::bind((host.as_str(), number))
        .await
        .with_context(|| format!("Cannot listen on HOST={host} PORT={port}"))?;
    println!("Listening on http://{}", listener.local_addr()?);

    serve(listener, create_app(StandIns)).await?;
    Ok(())
}

/// A variable that is empty counts as not set.
fn variable(name: &str, default: &str) -> String {
    let value = env::var(name).ok().filter(|value| !value.is_empty());
    value.unwrap_or_else(|| default.to_owned())
}

// #region shutdown
/// Serves until SIGTERM and finishes the requests in flight.
async fn serve(listener: TcpListener, app: Router) -> io::Result<()> {
    let server =
        axum::serve(listener, app).with_graceful_shutdown(terminated());
    let limit = async {
        terminated().await;
        sleep(Duration::from_secs(3)).await;
    };
    tokio::select! {
        result = server.into_future() => result,
        // The end of the program closes the connections that are left.
        () = limit => Ok(()),
    }
}

/// Resolves on SIGTERM, which only Unix has.
async fn terminated() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut sigterm = signal(SignalKind::terminate()).unwrap();
        sigterm.recv().await;
    }
    #[cfg(not(unix))]
    std::future::pending::<()>().await;
}
// #endregion
