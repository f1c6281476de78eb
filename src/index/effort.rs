//! The one setting of an index that trades time for recall at search, so that the trade can be measured without building again.

use super::IndexKind;

/// Most points of one measurement.
const STEPS: u32 = 6;
/// All that was planned, in percent.
const AS_PLANNED: usize = 100;

impl IndexKind {
    /// Name and value of the setting; `None` for kinds whose searches have no such setting.
    pub fn effort(&self) -> Option<(&'static str, usize)> {
        match self {
            Self::Hnsw(settings) => Some(("ef_search", settings.ef_search)),
            Self::Faiss(settings) if settings.factory.contains("IVF") => Some(("nprobe", settings.nprobe)),
            Self::Faiss(settings) if settings.factory.contains("HNSW") => Some(("ef_search", settings.ef_search)),
            // Of the reach that the build has planned; no setting of its own, so that the plan is what is measured.
            Self::Codes(_) => Some(("reach_percent", AS_PLANNED)),
            _ => None,
        }
    }

    /// The same kind with another value of that setting; itself where there is none.
    #[must_use]
    pub fn with_effort(&self, effort: usize) -> Self {
        let mut other = self.clone();
        match &mut other {
            Self::Hnsw(settings) => settings.ef_search = effort,
            Self::Faiss(settings) if settings.factory.contains("IVF") => settings.nprobe = effort,
            Self::Faiss(settings) => settings.ef_search = effort,
            // The reach of codes is the plan's: see `Plan::scaled`.
            Self::Flat | Self::Auto(_) | Self::Codes(_) => {}
        }
        other
    }

    /// Values worth measuring, ascending: doublings around what is typical, and the present value. Empty without the setting.
    pub fn efforts(&self) -> Vec<usize> {
        let Some((name, present)) = self.effort() else { return Vec::new() };
        let first: usize = match name {
            "nprobe" => 1,
            "reach_percent" => 25,
            _ => 16,
        };
        let mut values: Vec<usize> = (0..STEPS).map(|step| first << step).collect();
        // Zero lets the index choose: there is nothing to show on an axis.
        values.extend(Some(present).filter(|present| *present > 0));
        values.sort_unstable();
        values.dedup();
        values
    }
}
