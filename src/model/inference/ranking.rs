//! For each class, the pictures that a network takes most surely for it.

use super::{Line, Listener, row, scores};
use crate::error::{Error, Result};
use crate::network::Output;

/// Most pictures of all classes together.
pub const MAX_RANKED: usize = 1_000_000;

/// The best pictures of each class.
#[derive(Debug, Clone)]
pub struct Ranking {
    most: usize,
    /// Score and path, the best first, by class.
    classes: Vec<Vec<(f32, String)>>,
}

impl Ranking {
    /// The `most` best pictures of each of so many classes.
    ///
    /// # Errors
    /// `Invalid` for none, `TooLarge` above [`MAX_RANKED`] pictures together; both name the field.
    pub fn new(most: usize, labels: usize) -> Result<Self> {
        if most == 0 {
            return Err(Error::invalid_field("top_n", "Number must be at least 1."));
        }
        if most.saturating_mul(labels.max(1)) > MAX_RANKED {
            return Err(Error::too_large(format!(
                "top_n {most} for {labels} classes: at most {MAX_RANKED} pictures together can be ranked"
            )));
        }
        Ok(Self { most, classes: vec![Vec::new(); labels] })
    }

    /// Paths and scores of a class, the best first; of equal ones the one that was listed first.
    pub fn of_class(&self, class: usize) -> &[(f32, String)] {
        self.classes.get(class).map_or(&[], Vec::as_slice)
    }
}

impl Listener for Ranking {
    fn answered(&mut self, line: &Line, outputs: &[Output], place: usize) -> Result<()> {
        let (_, values) = row(scores(outputs)?, place)?;
        for (best, &score) in self.classes.iter_mut().zip(values).filter(|(_, score)| !score.is_nan()) {
            let rank = best.partition_point(|(other, _)| *other >= score);
            if rank < self.most {
                best.insert(rank, (score, line.place.clone()));
                best.truncate(self.most);
            }
        }
        Ok(())
    }
}
