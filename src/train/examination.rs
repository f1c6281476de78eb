//! Validation: one folder of photos is searched with the photos of another.

use std::path::PathBuf;

use tch::{Kind as Element, Tensor};

use super::metrics::{Retrieval, retrieval};
use super::photos::Photos;
use super::student::{Mode, SIDE, Student};
use super::teacher::{Target, Teacher};
use super::views::{pixels_tensor, two_at_once};
use crate::error::Result;
use crate::imaging::{Picture, ResizeFilter, resize};

const BATCH: usize = 32;

/// A library and queries, at the student's size.
pub struct Examination {
    gallery: Photos,
    queries: Photos,
}

impl Examination {
    /// Reads both folders; classes are matched by the names of the class folders.
    ///
    /// # Errors
    /// Those of the folders and the decoder.
    pub fn load(gallery: PathBuf, queries: PathBuf) -> Result<Self> {
        Ok(Self { gallery: Photos::load(&[gallery])?, queries: Photos::load(&[queries])? })
    }

    /// Quality of the student's feature.
    ///
    /// # Errors
    /// `Internal` when a thread fails.
    pub fn of_student(&self, student: &Student) -> Result<Retrieval> {
        let sets = [&self.gallery.pictures, &self.queries.pictures];
        let features = sets.map(|pictures| student_features(student, pictures));
        let [gallery, queries] = features;
        Ok(self.judge(&queries?, &gallery?))
    }

    /// Quality of the teacher's own feature, and of the target made of it.
    ///
    /// # Errors
    /// Those of the teacher.
    pub fn of_teacher(&self, teacher: &Teacher, target: &Target) -> Result<[Retrieval; 2]> {
        let (gallery, queries) = (teacher.features(&self.gallery.pictures)?, teacher.features(&self.queries.pictures)?);
        Ok([self.judge(&queries, &gallery), self.judge(&target.apply(&queries), &target.apply(&gallery))])
    }

    fn judge(&self, queries: &Tensor, gallery: &Tensor) -> Retrieval {
        retrieval(queries, &names(&self.queries), gallery, &names(&self.gallery))
    }
}

fn names(photos: &Photos) -> Vec<&str> {
    let last = |class: &usize| photos.classes[*class].rsplit('/').next().unwrap_or_default();
    photos.labels.iter().map(last).collect()
}

/// Features `[N, D]` of pictures of any size, squashed to the student's square.
///
/// # Errors
/// `Invalid` for an empty picture, `Internal` when a thread fails.
pub fn student_features(student: &Student, pictures: &[Picture]) -> Result<Tensor> {
    let batches: Vec<Tensor> = squares(pictures)?;
    let middle = batches.len().div_ceil(2);
    // Each thread gets its own handles to the same weights.
    let parameters = || student.parameters().into_iter().map(|(_, tensor)| tensor).collect::<Vec<_>>();
    let halves: Vec<_> = [&batches[..middle], &batches[middle..]]
        .map(|half| {
            std::sync::Mutex::new((student.with_parameters(&parameters()), half.iter().map(Tensor::shallow_clone).collect::<Vec<_>>()))
        })
        .into();
    let features = two_at_once(|half| {
        let guard = halves[half as usize].lock().map_err(|_| crate::error::Error::internal("a training thread panicked"))?;
        let (student, batches) = &*guard;
        let rows: Vec<Tensor> =
            tch::no_grad(|| batches.iter().map(|pixels| student.forward(pixels, Mode::Evaluate, Element::Float)).collect());
        Ok(rows)
    })?;
    Ok(Tensor::cat(&features.into_iter().flatten().collect::<Vec<_>>(), 0))
}

/// Batches `[B, 3, SIDE, SIDE]` of bytes of the squashed pictures.
fn squares(pictures: &[Picture]) -> Result<Vec<Tensor>> {
    let batch = |chunk: &[Picture]| {
        let squares = chunk.iter().map(|p| resize(p, SIDE, SIDE, ResizeFilter::Antialias)).collect::<Result<Vec<_>>>()?;
        let bytes: Vec<u8> = squares.iter().flat_map(|p| p.rgb.iter().copied()).collect();
        Ok(pixels_tensor(&bytes, chunk.len()))
    };
    pictures.chunks(BATCH).map(batch).collect()
}
