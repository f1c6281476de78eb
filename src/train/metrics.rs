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
        precision += average_precision(relevant).unwrap_or(0.0);
    }
    let count = query_classes.len().max(1) as f64;
    Retrieval { precision_at_1: first / count, mean_average_precision: precision / count }
}

/// Average precision of one ranking: the mean of precision@k over the ranks k that hold a relevant item (Manning, Raghavan and
/// Schuetze, *Introduction to Information Retrieval*, section 8.4). `None` when nothing is relevant: such a query has none.
pub fn average_precision(relevant: impl IntoIterator<Item = bool>) -> Option<f64> {
    let (mut found, mut sum) = (0u32, 0.0);
    for (rank, hit) in relevant.into_iter().enumerate() {
        if hit {
            found += 1;
            sum += f64::from(found) / (rank + 1) as f64;
        }
    }
    (found > 0).then(|| sum / f64::from(found))
}
