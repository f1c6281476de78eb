//! Logging: lines to standard error, text or JSON, filtered by `RUST_LOG` (default: `info`). Metrics come later.

use tracing_subscriber::{EnvFilter, fmt};

/// Starts logging for the process. A second call does nothing.
pub fn start(json: bool, default_level: &str) {
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new(format!("{default_level},sqlx=warn,sea_orm=warn,sea_orm_migration=warn,hnsw_rs=warn")));
    let lines = fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    let _ = if json { lines.json().try_init() } else { lines.try_init() };
}
