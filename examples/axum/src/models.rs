use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

// #region model
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Item {
    #[schema(pattern = "^[A-Z0-9-]{3,20}$")]
    pub sku: String,
    #[schema(minimum = 1, maximum = 100)]
    pub quantity: u32,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewOrder {
    #[schema(min_length = 1, max_length = 64)]
    pub customer_id: String,
    #[schema(min_items = 1, max_items = 50)]
    pub items: Vec<Item>,
    #[schema(max_length = 200)]
    pub note: Option<String>,
}

#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    pub id: Uuid,
    pub customer_id: String,
    pub items: Vec<Item>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    pub created_at: DateTime<Utc>,
}

#[derive(Serialize, ToSchema)]
pub struct OrderList {
    pub orders: Vec<Order>,
}

#[derive(Deserialize, Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    #[serde(default = "default_limit")]
    #[param(minimum = 1, maximum = 100, default = default_limit)]
    pub limit: usize,
}

fn default_limit() -> usize {
    20
}
// #endregion

#[derive(Serialize, ToSchema)]
pub struct Health {
    pub status: &'static str,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Quote {
    pub order_id: Uuid,
    pub price_cents: u32,
    pub shipping_cents: u32,
    pub total_cents: u32,
}
