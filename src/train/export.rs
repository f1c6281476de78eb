//! Export (to be filled).
use super::student::Student;
use crate::error::Result;
use std::path::Path;
/// Writes.
///
/// # Errors
/// none
pub fn write(_student: &Student, _folder: &Path) -> Result<()> {
    Ok(())
}
