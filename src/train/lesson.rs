//! What the student is taught with: views, and what the teacher and the class folders say of them.

use tch::{Device, Kind as Element, Tensor};

use super::photos::Photos;
use super::student::DIMENSIONS;
use super::teacher::{Target, Teacher, unit_rows};
use super::views::{Origin, Views};
use crate::error::Result;

/// Each axis of the target is divided by its standard deviation to this power: 0 is plain PCA, 1 full whitening.
const WHITENING: f64 = 0.0;
/// Ridge of the linear read-out of classes from the teacher's features.
const RIDGE: f64 = 1e-2;
/// Scores of that read-out are multiplied by this before they become probabilities.
const SHARPNESS: f64 = 8.0;

/// Views with targets.
pub struct Lesson {
    /// The pictures.
    pub views: Views,
    /// What the student should say of each view, `[N, DIMENSIONS]`, unit length.
    pub targets: Tensor,
    /// Class probabilities of each view, `[N, C]`: half from the folders, half from a linear read-out of the teacher.
    pub probabilities: Tensor,
    /// Targets of the whole photos, `[P, DIMENSIONS]`: the library whose order is learnt.
    pub library: Tensor,
    /// The map from the teacher's features to targets.
    pub target: Target,
}

impl Lesson {
    /// Makes or continues the stock of views in the file and works out what they teach.
    ///
    /// # Errors
    /// Those of the disk and the teacher.
    pub fn prepare(
        photos: &Photos,
        teacher: &Teacher,
        stock: &std::path::Path,
        count: u64,
        seed: u64,
        say: &mut impl FnMut(&str),
    ) -> Result<Self> {
        let whole = teacher.features(&photos.pictures)?;
        let dimensions = whole.size()[1] as usize;
        let origin = Origin { photos: &photos.pictures, teacher, dimensions, seed };
        origin.extend(stock, count, |done| {
            if done % 4096 == 0 {
                say(&format!("{done} of {count} views"));
            }
        })?;
        let views = origin.read(stock, count)?;
        let target = Target::fit(&views.features, DIMENSIONS, WHITENING);
        let targets = target.apply(&views.features);
        let labels = folder_classes(&views, photos);
        let probabilities = (read_out(&views.features, &labels) + &labels) * 0.5;
        let library = target.apply(&whole);
        Ok(Self { views, targets, probabilities, library, target })
    }
}

/// One-hot classes of the photos in each view, weighted with their shares, `[N, C]`.
fn folder_classes(views: &Views, photos: &Photos) -> Tensor {
    let classes = photos.classes.len();
    let mut rows = vec![0.0_f32; views.origins.len() * classes];
    for (row, &(first, second, share)) in rows.chunks_exact_mut(classes).zip(&views.origins) {
        row[photos.labels[first]] += share;
        row[photos.labels[second]] += 1.0 - share;
    }
    Tensor::from_slice(&rows).reshape([views.origins.len() as i64, classes as i64])
}

/// Class probabilities by ridge regression from the teacher's features to the folders' classes.
fn read_out(features: &Tensor, labels: &Tensor) -> Tensor {
    let unit = unit_rows(features);
    let centred = &unit - unit.mean_dim([0].as_slice(), true, Element::Float);
    let base = labels.mean_dim([0].as_slice(), true, Element::Float);
    let size = centred.size()[1];
    let square = centred.tr().matmul(&centred) / centred.size()[0] as f64;
    let ridge = Tensor::eye(size, (Element::Float, Device::Cpu)) * (square.trace() * RIDGE / size as f64 * 10.0);
    let cross = centred.tr().matmul(&(labels - &base)) / centred.size()[0] as f64;
    let weights = Tensor::linalg_solve(&(square + ridge), &cross, true);
    ((centred.matmul(&weights) + base) * SHARPNESS).softmax(-1, Element::Float)
}
