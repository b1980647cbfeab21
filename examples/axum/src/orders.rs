use std::collections::{HashMap, VecDeque};
use std::sync::Mutex;

use chrono::Utc;
use uuid::Uuid;

use crate::models::{NewOrder, Order};

const CAPACITY: usize = 10_000;

#[derive(Clone)]
pub struct StoredOrder {
    pub order: Order,
    #[expect(dead_code, reason = "internal: no client may see it")]
    pub risk_score: f64,
}

/// Keeps the newest 10,000 orders in memory.
#[derive(Default)]
pub struct Store(Mutex<Orders>);

#[derive(Default)]
struct Orders {
    by_id: HashMap<Uuid, StoredOrder>,
    oldest_first: VecDeque<Uuid>,
}

impl Store {
    pub fn add(&self, input: NewOrder) -> StoredOrder {
        let order = Order {
            id: Uuid::new_v4(),
            customer_id: input.customer_id,
            items: input.items,
            note: input.note,
            created_at: Utc::now(),
        };
        let stored = StoredOrder { order, risk_score: fastrand::f64() };
        let mut orders = self.0.lock().unwrap();
        orders.oldest_first.push_back(stored.order.id);
        orders.by_id.insert(stored.order.id, stored.clone());
        if orders.oldest_first.len() > CAPACITY
            && let Some(oldest) = orders.oldest_first.pop_front()
        {
            orders.by_id.remove(&oldest);
        }
        stored
    }

    pub fn get(&self, id: Uuid) -> Option<StoredOrder> {
        self.0.lock().unwrap().by_id.get(&id).cloned()
    }

    pub fn newest(&self, limit: usize) -> Vec<StoredOrder> {
        let orders = self.0.lock().unwrap();
        let newest_first = orders.oldest_first.iter().rev().take(limit);
        newest_first.map(|id| orders.by_id[id].clone()).collect()
    }
}
