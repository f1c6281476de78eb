//! `likeness delete` and `likeness restore`: hide media from everything, and bring them back.

use clap::Args;

use crate::error::{Error, Result};
use crate::media::MediaStore;
use crate::types::{MediaId, Sha256};

/// What `likeness delete` and `likeness restore` are told.
#[derive(Debug, Clone, Args)]
pub struct MediaArguments {
    /// Numbers of media, or SHA-256 hashes; the hash of a video means all its frames.
    #[arg(required = true, value_name = "ID|SHA256")]
    pub media: Vec<String>,
}

/// Hides media. Rows and bytes stay, so that it can be undone.
///
/// # Errors
/// `NotFound` or `Invalid` naming the word that is no medium; those before it are deleted.
pub async fn delete(store: &MediaStore, arguments: MediaArguments) -> Result<()> {
    for word in &arguments.media {
        for id in ids(store, word).await? {
            let changed = store.delete(id).await?;
            println!("media {id}: {}", if changed { "deleted" } else { "was deleted already" });
        }
    }
    Ok(())
}

/// Brings deleted media back.
///
/// # Errors
/// `NotFound` or `Invalid` naming the word that is no medium; those before it are restored.
pub async fn restore(store: &MediaStore, arguments: MediaArguments) -> Result<()> {
    for word in &arguments.media {
        for id in ids(store, word).await? {
            let changed = store.restore(id).await?;
            println!("media {id}: {}", if changed { "restored" } else { "was not deleted" });
        }
    }
    Ok(())
}

/// A word of 64 characters is a hash, even one of digits only.
async fn ids(store: &MediaStore, word: &str) -> Result<Vec<MediaId>> {
    if word.len() < 64 {
        let number =
            word.parse().map_err(|_| Error::invalid(format!("{word:?} is neither the number of a medium nor a SHA-256 of 64 digits")))?;
        return Ok(vec![MediaId(number)]);
    }
    let ids = store.ids_by_sha256(&word.parse::<Sha256>()?).await?;
    if ids.is_empty() { Err(Error::not_found(format!("there is no media with the hash {word}"))) } else { Ok(ids) }
}
