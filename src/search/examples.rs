//! Several pictures in one question: what looks like these, and unlike those? The vectors are combined as in Rocchio's relevance
//! feedback (1971): the mean of the liked ones, minus a share of the mean of the disliked ones, at length one again.

use std::time::Instant;

use super::loaded::Sought;
use super::ranking::Field;
use super::{Answer, Probe, Query, SearchDesk};
use crate::error::{Error, Result};
use crate::types::Region;

/// Share of the disliked mean that is taken away. Half of it steers the search without throwing it out of the liked pictures' corner.
const DISLIKED_SHARE: f32 = 0.5;

/// Most pictures of one question.
pub const MOST_EXAMPLES: usize = 64;

/// Below this length (of a sum of unit vectors) nothing is left that could be searched for.
const SHORTEST: f32 = 1e-4;

/// One of the pictures of a question.
#[derive(Debug, Clone)]
pub struct Example {
    /// The picture.
    pub probe: Probe,
    /// Part of it; the whole when `None`.
    pub region: Option<Region>,
    /// Above zero for a liked picture, below for a disliked one; larger counts more among its like.
    pub weight: f32,
}

impl SearchDesk {
    /// Answers a query with several pictures; its own region has no meaning here.
    ///
    /// # Errors
    /// As [`SearchDesk::search`]; `Invalid` without a liked picture, with more than [`MOST_EXAMPLES`], and when liked and disliked
    /// ones cancel each other.
    pub async fn search_examples(&self, examples: Vec<Example>, query: Query) -> Result<Answer> {
        let started = Instant::now();
        check(&examples)?;
        let field = self.field_of(&query).await?;
        let sought = self.combined(&field, examples).await?;
        self.answer(field, sought, &query, started).await
    }

    async fn combined(&self, field: &Field, examples: Vec<Example>) -> Result<Sought> {
        let of_sign = |sign: f32| examples.iter().map(|one| one.weight).filter(|weight| weight * sign > 0.0).sum::<f32>().abs();
        let (liked, disliked) = (of_sign(1.0), of_sign(-1.0));
        let mut sum: Vec<f32> = Vec::new();
        for (place, example) in examples.into_iter().enumerate() {
            let share = example.weight / if example.weight > 0.0 { liked } else { disliked / DISLIKED_SHARE };
            let sought = self.sought(field, example.probe, example.region).await;
            let sought = sought.map_err(|error| error.context(format!("example {}", place + 1)))?;
            let vector = field.view.vector(&sought);
            sum.resize(vector.len(), 0.0);
            sum.iter_mut().zip(vector).for_each(|(sum, value)| *sum += share * value);
        }
        normalised(sum).map(Sought::Vector)
    }
}

fn check(examples: &[Example]) -> Result<()> {
    let wrong = |message: String| Err(Error::invalid_field("examples", message));
    if examples.len() > MOST_EXAMPLES {
        return wrong(format!("there are {} pictures, more than the limit of {MOST_EXAMPLES}", examples.len()));
    }
    if examples.iter().any(|one| !one.weight.is_finite() || one.weight == 0.0) {
        return wrong("a weight must be a number other than zero: above it for a liked picture, below it for a disliked one".into());
    }
    if !examples.iter().any(|one| one.weight > 0.0) {
        return wrong(
            "there must be at least one liked picture (weight above zero): disliked ones alone say only where not to look".into(),
        );
    }
    Ok(())
}

fn normalised(mut sum: Vec<f32>) -> Result<Vec<f32>> {
    let length = sum.iter().map(|value| value * value).sum::<f32>().sqrt();
    if !(length > SHORTEST && length.is_finite()) {
        return Err(Error::invalid_field("examples", "liked and disliked pictures cancel each other: take one of them out"));
    }
    for value in &mut sum {
        *value /= length;
    }
    Ok(sum)
}
