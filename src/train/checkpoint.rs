//! Named tensors in a file that is replaced as a whole, so that a run killed at any moment can go on.

use std::path::Path;

use tch::{Kind as Element, Tensor};

use crate::error::{Error, Kind, Result, ResultExt, io_error};

/// Writes the tensors and two numbers; the old file stays until the new one is complete.
///
/// # Errors
/// Those of the disk.
pub fn save(path: &Path, tensors: &[(String, Tensor)], step: u64, seconds: f64) -> Result<()> {
    let mut all: Vec<(String, Tensor)> = tensors.iter().map(|(name, tensor)| (name.clone(), tensor.contiguous())).collect();
    all.push(("step".into(), Tensor::from_slice(&[step as i64])));
    all.push(("seconds".into(), Tensor::from_slice(&[seconds])));
    let fresh = path.with_extension("new");
    Tensor::save_multi(&all, &fresh).or_error(Kind::Internal, || format!("cannot write {}", fresh.display()))?;
    std::fs::rename(&fresh, path).map_err(|e| io_error(path, "replace", e))
}

/// Reads a file of [`save`] into tensors of the same names and shapes; gives step and seconds.
///
/// # Errors
/// `NotFound`, or `Corrupt` for a file of another network.
pub fn load(path: &Path, tensors: &[(String, Tensor)]) -> Result<(u64, f64)> {
    if !path.is_file() {
        return Err(Error::not_found(format!("no checkpoint {}: start without --resume", path.display())));
    }
    let found = Tensor::load_multi(path).or_error(Kind::Corrupt, || format!("cannot read {}", path.display()))?;
    let get = |name: &str| {
        let entry = found.iter().find(|(key, _)| key == name).map(|(_, tensor)| tensor);
        entry.ok_or_else(|| {
            Error::corrupt(format!("{} has no `{name}`: it belongs to another version; start without --resume", path.display()))
        })
    };
    for (name, tensor) in tensors {
        let stored = get(name)?;
        if stored.size() != tensor.size() {
            return Err(Error::corrupt(format!("{}: `{name}` is {:?}, expected {:?}", path.display(), stored.size(), tensor.size())));
        }
        tch::no_grad(|| tensor.shallow_clone().copy_(stored));
    }
    let (step, seconds) = (get("step")?.to_kind(Element::Int64), get("seconds")?.to_kind(Element::Double));
    Ok((step.int64_value(&[0]) as u64, seconds.double_value(&[0])))
}
