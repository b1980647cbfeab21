pub mod app;
pub mod models;
mod orders;
mod problem;
mod validation;
