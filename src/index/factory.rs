//! The part of faiss' factory language that is offered, parsed before faiss sees it: a wrong string is an error with a
//! reason and never reaches native code.

use crate::error::{Error, Result};

/// Training points that faiss wants per centroid before it calls a clustering poor.
const POINTS_PER_CENTROID: usize = 39;
const MAX_CENTROIDS: usize = 1 << 18;
const GRAMMAR: &str = "[PCA<n>,|OPQ<m>[_<n>],|RR<n>,] then Flat, SQ4, SQ6, SQ8, SQfp16, SQbf16, PQ<m>, PQ<m>x4fs, \
     HNSW<m>[_<code>], IVF<centroids>,<code> or IVF,<code> (chooses the centroids), then [,RFlat]";

/// A factory string in its parts.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Factory {
    text: String,
    transform: Option<Transform>,
    structure: Structure,
    code: Code,
}

#[derive(Debug, Clone, PartialEq)]
struct Transform {
    text: String,
    /// Dimension after it; `None` keeps it.
    output: Option<usize>,
    /// What has to divide the output (OPQ).
    parts: usize,
    /// Centroids of the product quantiser that it is fitted to (OPQ), else 0.
    centroids: usize,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Structure {
    Scan,
    Hnsw { links: usize },
    Ivf { centroids: Option<usize> },
}

#[derive(Debug, Clone, PartialEq)]
struct Code {
    text: String,
    /// Product quantiser: parts that a vector is cut into, 0 for every other code.
    parts: usize,
    /// Product quantiser: centroids per part.
    centroids: usize,
}

impl Factory {
    pub(super) fn parse(text: &str) -> Result<Self> {
        let mut words: Vec<&str> = text.trim().split(',').collect();
        // The exact re-rank of RFlat is done from the stored vectors, which faiss would have to copy.
        if words.len() > 1 && words.last() == Some(&"RFlat") {
            words.pop();
        }
        let transform = match words.first().map(|word| parse_transform(word)) {
            Some(Some(transform)) if words.len() > 1 => {
                words.remove(0);
                Some(transform)
            }
            _ => None,
        };
        let parsed = parse_body(&words).filter(|_| text.len() <= 64);
        let Some((structure, code)) = parsed else {
            return Err(Error::invalid(format!("factory string `{text}` is not offered; the language is: {GRAMMAR}")));
        };
        Ok(Self { text: text.trim().into(), transform, structure, code })
    }

    /// A dimension that suits every part, to try the string with.
    pub(super) fn fitting_dimension(&self) -> usize {
        let output = self.transform.as_ref().and_then(|transform| transform.output);
        let parts = self.code.parts.max(1) * self.transform.as_ref().map_or(1, |transform| transform.parts);
        output.unwrap_or(1).max(64).next_multiple_of(parts)
    }

    /// Checks what faiss would only notice while training.
    pub(super) fn check_dimension(&self, dimension: usize) -> Result<()> {
        let output = self.transform.as_ref().and_then(|transform| transform.output).unwrap_or(dimension);
        if output > dimension {
            return Err(Error::invalid(format!("factory string `{}` keeps {output} of {dimension} dimensions", self.text)));
        }
        let transform_parts = self.transform.as_ref().map_or(1, |transform| transform.parts);
        for parts in [transform_parts, self.code.parts.max(1)] {
            if !output.is_multiple_of(parts) {
                let message = format!("factory string `{}` cuts a vector of {output} numbers into {parts} equal parts", self.text);
                return Err(Error::invalid(format!("{message}: choose a divisor of {output}")));
            }
        }
        Ok(())
    }

    /// The string for faiss, with the number of centroids chosen for `count` vectors.
    ///
    /// # Errors
    /// `NotReady` when `count` vectors are too few to train it.
    pub(super) fn resolve(&self, count: usize) -> Result<String> {
        let centroids = self.centroids(count);
        let fitted = self.code.centroids.max(self.transform.as_ref().map_or(0, |transform| transform.centroids));
        let needed = centroids.max(fitted).saturating_mul(POINTS_PER_CENTROID);
        let untrained_small = centroids <= 1 && fitted == 0;
        if count < needed && !untrained_small {
            let message = format!("factory string `{}` needs {needed} vectors to train, {count} are there", self.text);
            return Err(Error::not_ready(format!("{message}: add pictures, or use HNSW32, `IVF,Flat` or the index type flat until then")));
        }
        let code = &self.code.text;
        let body = match self.structure {
            Structure::Scan => code.clone(),
            Structure::Hnsw { links } => format!("HNSW{links},{code}"),
            Structure::Ivf { .. } => format!("IVF{centroids},{code}"),
        };
        Ok(self.transform.as_ref().map_or(body.clone(), |transform| format!("{},{body}", transform.text)))
    }

    /// Inverted lists for `count` vectors, 0 without any.
    fn centroids(&self, count: usize) -> usize {
        match self.structure {
            Structure::Ivf { centroids: Some(centroids) } => centroids,
            Structure::Ivf { centroids: None } => {
                let usual = (4.0 * (count as f64).sqrt()) as usize;
                usual.min(count / POINTS_PER_CENTROID).clamp(1, MAX_CENTROIDS)
            }
            Structure::Scan | Structure::Hnsw { .. } => 0,
        }
    }

    /// Training vectors that are worth their time.
    pub(super) fn training_vectors(&self, count: usize) -> usize {
        (256 * self.centroids(count).max(self.code.centroids).max(256)).min(count)
    }

    /// Lists that a search visits when the settings leave it open: half of them, which vectors without clusters need.
    pub(super) fn usual_probes(&self, count: usize) -> usize {
        (self.centroids(count) / 2).max(16)
    }

    /// True when scores inside faiss are not those of the stored vectors.
    pub(super) fn is_lossy(&self) -> bool {
        self.transform.is_some() || self.code.text != "Flat"
    }

    /// True when the vectors are moved before they are indexed: then only the Euclidean order stays that of the originals.
    pub(super) fn is_transformed(&self) -> bool {
        self.transform.is_some()
    }

    pub(super) fn is_hnsw(&self) -> bool {
        matches!(self.structure, Structure::Hnsw { .. })
    }

    pub(super) fn is_ivf(&self) -> bool {
        matches!(self.structure, Structure::Ivf { .. })
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }
}

/// A number from 1 to `limit` without sign or leading zero.
fn number(text: &str, limit: usize) -> Option<usize> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    text.parse().ok().filter(|value| digits && *value <= limit)
}

fn parse_transform(word: &str) -> Option<Transform> {
    let text = word.to_owned();
    if let Some(size) = word.strip_prefix("PCAR").or(word.strip_prefix("PCA")) {
        return Some(Transform { text, output: Some(number(size, 1 << 16)?), parts: 1, centroids: 0 });
    }
    if let Some(size) = word.strip_prefix("RR") {
        return Some(Transform { text, output: if size.is_empty() { None } else { Some(number(size, 1 << 16)?) }, parts: 1, centroids: 0 });
    }
    let (parts, output) = word.strip_prefix("OPQ")?.split_once('_').map_or((&word[3..], None), |(parts, size)| (parts, Some(size)));
    let output = match output {
        Some(size) => Some(number(size, 1 << 16)?),
        None => None,
    };
    Some(Transform { text, output, parts: number(parts, 4096)?, centroids: 256 })
}

fn parse_body(words: &[&str]) -> Option<(Structure, Code)> {
    let (first, rest) = words.split_first()?;
    if let Some(size) = first.strip_prefix("IVF") {
        let [code] = rest else { return None };
        let centroids = if size.is_empty() { None } else { Some(number(size, MAX_CENTROIDS)?) };
        return Some((Structure::Ivf { centroids }, parse_code(code)?));
    }
    if let Some(graph) = first.strip_prefix("HNSW") {
        let (links, code) = match (graph.split_once('_'), rest) {
            (Some((links, code)), []) => (links, code),
            (None, [code]) => (graph, *code),
            (None, []) => (graph, "Flat"),
            _ => return None,
        };
        let links = if links.is_empty() { 32 } else { number(links, 256).filter(|links| *links >= 4)? };
        // faiss has no graph over 4-bit fast-scan codes.
        return Some((Structure::Hnsw { links }, parse_code(code).filter(|code| !code.text.ends_with("fs"))?));
    }
    rest.is_empty().then(|| parse_code(first))?.map(|code| (Structure::Scan, code))
}

fn parse_code(word: &str) -> Option<Code> {
    if matches!(word, "Flat" | "SQ4" | "SQ6" | "SQ8" | "SQfp16" | "SQbf16") {
        return Some(Code { text: word.into(), parts: 0, centroids: 0 });
    }
    let parts = word.strip_prefix("PQ")?;
    let (parts, centroids) = match parts.strip_suffix("x4fs") {
        Some(parts) => (parts, 16),
        None => (parts, 256),
    };
    Some(Code { text: word.into(), parts: number(parts, 4096)?, centroids })
}
