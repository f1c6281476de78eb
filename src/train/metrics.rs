//! How good features are for search: nearest neighbour and average precision of one set of photos against another.

use tch::{Kind as Element, Tensor};

use super::teacher::unit_rows;

/// Retrieval quality, each in 0..=1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Retrieval {
    /// Share of queries whose best hit has the query's class.
    pub precision_at_1: f64,
    /// Mean over the queries of the average precision over the whole gallery.
    pub mean_average_precision: f64,
}

/// Exact cosine search of every query `[Q, D]` in the gallery `[G, D]`, judged by class names.
pub fn retrieval(queries: &Tensor, query_classes: &[&str], gallery: &Tensor, gallery_classes: &[&str]) -> Retrieval {
    let scores = unit_rows(queries).matmul(&unit_rows(gallery).tr());
    let order = scores.argsort(-1, true).to_kind(Element::Int64);
    let (mut first, mut precision) = (0.0, 0.0);
    for (row, class) in query_classes.iter().enumerate() {
        let ranked: Vec<i64> = Vec::try_from(order.get(row as i64)).unwrap_or_default();
        let relevant: Vec<bool> = ranked.iter().map(|&hit| gallery_classes[hit as usize] == *class).collect();
        first += f64::from(u8::from(relevant.first() == Some(&true)));
        precision += average_precision(&relevant);
    }
    let count = query_classes.len().max(1) as f64;
    Retrieval { precision_at_1: first / count, mean_average_precision: precision / count }
}

fn average_precision(relevant: &[bool]) -> f64 {
    let (mut found, mut sum) = (0.0, 0.0);
    for (rank, _) in relevant.iter().enumerate().filter(|(_, hit)| **hit) {
        found += 1.0;
        sum += found / (rank + 1) as f64;
    }
    if found > 0.0 { sum / found } else { 0.0 }
}
