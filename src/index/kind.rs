//! The kinds of index and their settings, parsed from the loose words and JSON of a request into strict values.

use std::ops::RangeInclusive;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::factory::Factory;
use super::faiss;
use crate::error::{Error, Result};

/// From so many numbers on, 20,000 vectors of 512, codes are faster than the exact scan by more than their build is worth: the scan
/// reads them all.
const CODES_FROM_NUMBERS: usize = 20_000 * 512;
/// Fewer vectors are not worth lists, however long they are.
const CODES_FROM_VECTORS: usize = 5_000;

/// Which index is built, with everything that steers it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "settings", rename_all = "lowercase")]
pub enum IndexKind {
    /// Chooses by the number of vectors: [`IndexKind::Flat`] for few, [`IndexKind::Codes`] for many.
    Auto(CodesSettings),
    /// Exact scan, nothing to build.
    Flat,
    /// Scan of 1-bit codes in lists, scored again exactly.
    Codes(CodesSettings),
    /// Navigable graph, built by `hnsw_rs`.
    Hnsw(HnswSettings),
    /// Whatever a faiss factory string describes.
    Faiss(FaissSettings),
}

/// Settings of [`IndexKind::Codes`] and [`IndexKind::Auto`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CodesSettings {
    /// Share of the closest ten vectors that a search finds, on average; 0.5 to 0.9999. The build measures what that takes.
    pub recall: f64,
    /// Lists that the vectors are put into; 0 chooses by their number. At most 65536.
    pub lists: usize,
}

impl Default for CodesSettings {
    fn default() -> Self {
        Self { recall: 0.99, lists: 0 }
    }
}

/// Settings of [`IndexKind::Hnsw`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HnswSettings {
    /// Links per vector in the upper layers, twice that in the lowest; 4 to 128.
    pub m: usize,
    /// Candidates kept while a vector is linked in; 8 to 4096.
    pub ef_construction: usize,
    /// Candidates kept while searching, at least; 1 to 65536.
    pub ef_search: usize,
}

impl Default for HnswSettings {
    fn default() -> Self {
        Self { m: 24, ef_construction: 80, ef_search: 192 }
    }
}

/// Settings of [`IndexKind::Faiss`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FaissSettings {
    /// Factory string, for example `HNSW32` or `IVF,PQ256x4fs,RFlat`. `IVF` without a number chooses the centroids itself.
    #[serde(rename = "factory_type", alias = "factory")]
    pub factory: String,
    /// HNSW: candidates kept while a vector is linked in; 8 to 4096.
    pub ef_construction: usize,
    /// HNSW: candidates kept while searching, at least; 1 to 65536.
    pub ef_search: usize,
    /// IVF: lists visited by a search; 0 chooses by the number of lists. At most 1048576.
    pub nprobe: usize,
    /// Compressed codes: how many times the wanted number is fetched and scored again exactly; 1 to 1000.
    pub k_factor: usize,
}

impl Default for FaissSettings {
    fn default() -> Self {
        Self { factory: "HNSW32".into(), ef_construction: 80, ef_search: 192, nprobe: 0, k_factor: 20 }
    }
}

impl IndexKind {
    /// Parses the `index_type` and the `index_settings` JSON text of a request. Settings stand at the top level or in an
    /// object named like the type. `annoy` means `hnsw`; its own settings `metric` and `n_trees` are accepted without effect.
    ///
    /// # Errors
    /// `Invalid`, naming the kinds, the unknown or wrong setting, or what is wrong in the factory string.
    pub fn parse(index_type: &str, settings: Option<&str>) -> Result<Self> {
        let name = index_type.trim().to_ascii_lowercase();
        let mut values = section(parse_object(settings)?, &name);
        let kind = match name.as_str() {
            "auto" => Self::Auto(parse_settings(values)?),
            "codes" => Self::Codes(parse_settings(values)?),
            "flat" => match values.keys().next() {
                None => Self::Flat,
                Some(key) => return Err(Error::invalid(format!("index_settings: unknown setting `{key}`: flat has none"))),
            },
            "annoy" => {
                drop_annoy_settings(&mut values)?;
                Self::Hnsw(parse_settings(values)?)
            }
            "hnsw" => Self::Hnsw(parse_settings(values)?),
            "faiss" => Self::Faiss(parse_settings(values)?),
            _ => {
                return Err(Error::invalid(format!(
                    "index_type: `{index_type}` is not known: use auto, codes, flat, hnsw, faiss or annoy"
                )));
            }
        };
        kind.check_ranges()?;
        Ok(kind)
    }

    /// Name of the kind: `auto`, `codes`, `flat`, `hnsw` or `faiss`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Auto(_) => "auto",
            Self::Codes(_) => "codes",
            Self::Flat => "flat",
            Self::Hnsw(_) => "hnsw",
            Self::Faiss(_) => "faiss",
        }
    }

    /// Checks that vectors of this dimension can be indexed so.
    ///
    /// # Errors
    /// `Invalid` when the factory string does not fit the dimension.
    pub fn check_dimension(&self, dimension: usize) -> Result<()> {
        match self {
            Self::Auto(_) | Self::Codes(_) | Self::Flat | Self::Hnsw(_) => Ok(()),
            Self::Faiss(settings) => faiss::check(&Factory::parse(&settings.factory)?, dimension),
        }
    }

    /// The kind that is built for `count` vectors of `dimension` numbers: itself, but for [`IndexKind::Auto`].
    #[must_use]
    pub fn resolve(&self, count: usize, dimension: usize) -> Self {
        let are_few = count < CODES_FROM_VECTORS || count * dimension < CODES_FROM_NUMBERS;
        match self {
            Self::Auto(_) if are_few => Self::Flat,
            Self::Auto(settings) => Self::Codes(settings.clone()),
            other => other.clone(),
        }
    }

    fn check_ranges(&self) -> Result<()> {
        match self {
            Self::Flat => Ok(()),
            Self::Auto(settings) | Self::Codes(settings) => {
                in_range("lists", settings.lists, 0..=65536)?;
                if (0.5..=0.9999).contains(&settings.recall) {
                    return Ok(());
                }
                Err(Error::invalid(format!("index_settings: recall is {}, allowed are 0.5 to 0.9999", settings.recall)))
            }
            Self::Hnsw(settings) => {
                in_range("m", settings.m, 4..=128)?;
                in_range("ef_construction", settings.ef_construction, 8..=4096)?;
                in_range("ef_search", settings.ef_search, 1..=65536)
            }
            Self::Faiss(settings) => {
                in_range("ef_construction", settings.ef_construction, 8..=4096)?;
                in_range("ef_search", settings.ef_search, 1..=65536)?;
                in_range("nprobe", settings.nprobe, 0..=1 << 20)?;
                in_range("k_factor", settings.k_factor, 1..=1000)?;
                let factory = Factory::parse(&settings.factory)?;
                faiss::check(&factory, factory.fitting_dimension())
            }
        }
    }
}

fn in_range(name: &str, value: usize, range: RangeInclusive<usize>) -> Result<()> {
    if range.contains(&value) {
        return Ok(());
    }
    Err(Error::invalid(format!("index_settings: {name} is {value}, allowed are {} to {}", range.start(), range.end())))
}

fn parse_object(settings: Option<&str>) -> Result<Map<String, Value>> {
    let text = settings.unwrap_or_default().trim();
    if text.is_empty() || text == "null" {
        return Ok(Map::new());
    }
    match serde_json::from_str(text) {
        Ok(Value::Object(values)) => Ok(values),
        Ok(_) => Err(Error::invalid("index_settings: expected a JSON object such as {\"faiss\":{\"factory_type\":\"HNSW32\"}}")),
        Err(error) => Err(Error::invalid(format!("index_settings: not valid JSON: {error}"))),
    }
}

/// The object named like the kind if it is the only entry, else the values themselves.
fn section(mut values: Map<String, Value>, name: &str) -> Map<String, Value> {
    let is_alone = values.len() == 1;
    match values.get_mut(name) {
        Some(Value::Object(inner)) if is_alone => std::mem::take(inner),
        _ => values,
    }
}

fn parse_settings<T: DeserializeOwned>(values: Map<String, Value>) -> Result<T> {
    serde_json::from_value(Value::Object(values)).map_err(|error| Error::invalid(format!("index_settings: {error}")))
}

/// For unit vectors Annoy's metrics all give the order that every kind here gives.
fn drop_annoy_settings(values: &mut Map<String, Value>) -> Result<()> {
    if let Some(metric) = values.remove("metric")
        && !matches!(metric.as_str(), Some("angular" | "euclidean" | "dot"))
    {
        return Err(Error::invalid(format!("index_settings: metric {metric} is not offered: use angular, euclidean or dot")));
    }
    if let Some(trees) = values.remove("n_trees")
        && !trees.is_i64()
    {
        return Err(Error::invalid(format!("index_settings: n_trees is {trees}, expected a whole number")));
    }
    Ok(())
}
