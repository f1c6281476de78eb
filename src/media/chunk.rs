//! Candidates that are prepared together: one question to the database for all of them, then one thread for all their pictures, from
//! the file to its place in the library. What is not simply a picture (videos, frames, files without a telling name) goes its own way.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use futures::future::join_all;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::blobs::media_key;
use super::import::Stage;
use super::prepare::{
    DECODE_BUDGET_KIB, Prepared, Preparer, READ_BUDGET_KIB, Ready, ReadyPicture, decoder_failed, frame_name, look_at, pixel_bytes, reserve,
};
use super::video::is_video;
use super::walk::{Candidate, Content, is_picture};
use crate::db::entity::{media, media_source};
use crate::db::{database_error, storable};
use crate::error::{Error, Result};
use crate::imaging::{self, PictureInfo};
use crate::types::Sha256;

/// A file that was imported.
struct KnownFile {
    byte_size: i64,
    modified_at: Option<i64>,
    media: i64,
    /// Whether its medium is deleted now.
    deleted: bool,
}

/// What became of a candidate; `None` when the import was stopped first.
pub(super) type Step = Result<Option<Prepared>>;

impl Preparer {
    /// Prepares candidates, in their order; one that failed for reasons of its own says so in its outcome.
    pub(super) async fn prepare_all(self, candidates: Vec<Candidate>) -> Vec<Step> {
        let unchanged = match self.unchanged(&candidates).await {
            Ok(unchanged) => unchanged,
            Err(error) => return vec![Err(error)],
        };
        let mut steps: Vec<Option<Step>> = candidates.iter().map(|_| None).collect();
        let (mut pictures, mut others) = (Vec::new(), Vec::new());
        for (place, (candidate, unchanged)) in candidates.into_iter().zip(unchanged).enumerate() {
            if let Some((media, deleted)) = unchanged {
                let outcome = Ok(Ready::Unchanged { media, deleted });
                steps[place] = Some(Ok(Some(Prepared { origin: candidate.origin, outcome })));
            } else if self.is_plain(&candidate) {
                pictures.push((place, candidate));
            } else {
                let preparer = self.clone();
                others.push(async move { (place, preparer.prepare(candidate).await) });
            }
        }
        let (pictures, others) = tokio::join!(self.pictures(pictures), join_all(others));
        for (place, step) in pictures.into_iter().chain(others) {
            steps[place] = Some(step);
        }
        let lost = || Err(Error::internal("a picture was lost while it was prepared; please report it"));
        steps.into_iter().map(|step| step.unwrap_or_else(lost)).collect()
    }

    /// Named like a picture, and not like the frame of a video.
    fn is_plain(&self, candidate: &Candidate) -> bool {
        let name = Path::new(&candidate.origin.name);
        self.store.blobs.can_put_behind() && is_picture(name) && !is_video(name) && frame_name(&candidate.origin.name).is_none()
    }

    /// Which of these very files, not touched since, were imported before; of those their medium, and whether it is deleted.
    async fn unchanged(&self, candidates: &[Candidate]) -> Result<Vec<Option<(i64, bool)>>> {
        let places = candidates.iter().filter(|candidate| candidate.origin.modified_at.is_some());
        let places: Vec<String> = places.filter_map(|candidate| candidate.origin.location.as_deref().map(storable)).collect();
        let known = if places.is_empty() { HashMap::new() } else { self.known_files(places).await? };
        let unchanged = |candidate: &Candidate| {
            let origin = &candidate.origin;
            let (location, modified_at) = (origin.location.as_deref()?, origin.modified_at?);
            let files = known.get(&storable(location))?;
            let is_same = |file: &&KnownFile| (file.byte_size, file.modified_at) == (origin.byte_size as i64, Some(modified_at));
            files.iter().find(is_same).map(|file| (file.media, file.deleted))
        };
        Ok(candidates.iter().map(unchanged).collect())
    }

    async fn known_files(&self, places: Vec<String>) -> Result<HashMap<String, Vec<KnownFile>>> {
        let rows = media_source::Entity::find()
            .filter(media_source::Column::Location.is_in(places))
            .inner_join(media::Entity)
            .select_only()
            .columns([media_source::Column::Location, media_source::Column::ByteSize, media_source::Column::ModifiedAt])
            .columns([media::Column::Id, media::Column::DeletedAt])
            .into_tuple::<(String, i64, Option<i64>, i64, Option<chrono::DateTime<chrono::Utc>>)>()
            .all(self.store.db.connection());
        let mut known: HashMap<String, Vec<KnownFile>> = HashMap::new();
        for (location, byte_size, modified_at, media, deleted_at) in
            rows.await.map_err(|source| database_error("look for files", source))?
        {
            let file = KnownFile { byte_size, modified_at, media, deleted: deleted_at.is_some() };
            known.entry(location).or_default().push(file);
        }
        Ok(known)
    }

    async fn pictures(&self, pictures: Vec<(usize, Candidate)>) -> Vec<(usize, Step)> {
        if pictures.is_empty() {
            return Vec::new();
        }
        let threads = match self.threads() {
            Ok(threads) => threads,
            Err(error) => return vec![(pictures[0].0, Err(error))],
        };
        let (preparer, (reply, answer)) = (self.clone(), oneshot::channel());
        threads.spawn(move || {
            let steps = pictures.into_iter().map(|(place, candidate)| (place, preparer.picture(candidate))).collect();
            // Whoever asked may have left meanwhile.
            let _ = reply.send(steps);
        });
        answer.await.unwrap_or_default()
    }

    /// One picture, from its file to its place in the library, where it is durable with the batch that its row is in.
    fn picture(&self, candidate: Candidate) -> Step {
        if self.cancel.is_cancelled() {
            return Ok(None);
        }
        let Candidate { origin, content } = candidate;
        let _file = self.room(&self.reading, origin.byte_size.min(self.store.limits.max_file_bytes), READ_BUDGET_KIB)?;
        // A decoder that panics on one file must not end the import of the others.
        let seen = catch_unwind(AssertUnwindSafe(|| self.see(origin.byte_size, &content)));
        let (sha256, bytes, info) = match seen.unwrap_or_else(|_| Err(decoder_failed())) {
            Ok(seen) => seen,
            Err(error) => return Ok(Some(Prepared { origin, outcome: Err(error) })),
        };
        let started = Instant::now();
        self.store.blobs.put_behind(&media_key(&sha256, None, info.format.extension()), &bytes)?;
        self.progress.spent(Stage::Store, started.elapsed());
        let byte_size = bytes.len() as u64;
        let picture = ReadyPicture { sha256, frame: None, content_sha256: sha256, byte_size, info, displaced: None, behind: true };
        Ok(Some(Prepared { origin, outcome: Ok(Ready::Picture(Box::new(picture))) }))
    }

    fn see(&self, byte_size: u64, content: &Content) -> Result<(Sha256, Vec<u8>, PictureInfo)> {
        let started = Instant::now();
        let (bytes, mut info) = look_at(byte_size, content, &self.store.limits)?;
        self.progress.spent(Stage::Read, started.elapsed());
        let started = Instant::now();
        if self.check {
            let _pixels = self.room(&self.decoding, pixel_bytes(&info), DECODE_BUDGET_KIB)?;
            info.preview = imaging::verify(&bytes, &self.store.limits)?.preview;
        }
        let sha256 = Sha256::of(&bytes);
        self.progress.spent(Stage::Check, started.elapsed());
        Ok((sha256, bytes, info))
    }

    fn room(&self, budget: &Arc<Semaphore>, bytes: u64, all_kib: u32) -> Result<OwnedSemaphorePermit> {
        self.runtime.block_on(reserve(budget, bytes, all_kib))
    }
}
