//! An upload becomes a medium: the same way through the same checks as any file that is imported.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::commit::{self, Outcome};
use super::prepare::{Preparer, Ready, ReadyPicture};
use super::walk::{Candidate, Content, Origin, base_name};
use super::{Media, MediaStore, Upload};
use crate::error::{Error, Kind, Result};

impl MediaStore {
    /// Puts the picture of an upload into the library, under its original name. The upload stays; doing it again changes nothing.
    ///
    /// # Errors
    /// `Conflict` when the picture was deleted from the library; `Corrupt` when the upload's bytes are gone or damaged.
    pub async fn promote(&self, upload: &Upload) -> Result<Media> {
        let intake = Preparer::new(self.clone(), true, 0, Arc::new(()), CancellationToken::new());
        let stopped = || Error::internal("promoting an upload was interrupted");
        let prepared = intake.prepare(self.candidate(upload)).await?.ok_or_else(stopped)?;
        let outcome = commit::commit(self, &[&prepared]).await?.pop();
        let picture = match prepared.outcome {
            Ok(Ready::Picture(picture)) => picture,
            Ok(_) => return Err(Error::internal("an upload was taken for a file that is known: please report it")),
            Err(error) => return Err(error.context(format!("upload {} cannot become media", upload.id))),
        };
        match outcome {
            Some(Outcome::Failed(reason)) => Err(Error::new(Kind::Conflict, reason)),
            Some(Outcome::AlreadyThere { deleted: true, .. }) => Err(self.in_the_trash(&picture).await?),
            _ => {
                self.stored(&picture).await?.ok_or_else(|| Error::internal("a medium vanished while it was stored: send the request again"))
            }
        }
    }

    /// The bytes of an upload are a file already.
    fn candidate(&self, upload: &Upload) -> Candidate {
        let name = upload.original_name.clone();
        let origin = Origin {
            name: base_name(&name).to_owned(),
            path: name,
            // No later import may skip a file because it lies where this one did.
            location: None,
            byte_size: upload.byte_size,
            modified_at: None,
        };
        Candidate { origin, content: Content::File(self.data_dir.join(upload.key())) }
    }

    async fn stored(&self, picture: &ReadyPicture) -> Result<Option<Media>> {
        let siblings = self.siblings(&picture.sha256).await?;
        Ok(siblings.into_iter().find(|media| media.frame == picture.frame))
    }

    async fn in_the_trash(&self, picture: &ReadyPicture) -> Result<Error> {
        let mut deleted = None;
        for id in self.ids_by_sha256(&picture.sha256).await? {
            deleted = self.get_also_deleted(id).await?.filter(|media| media.frame == picture.frame).or(deleted);
        }
        let which = deleted.map_or_else(|| "?".into(), |media| media.id.to_string());
        Ok(Error::new(
            Kind::Conflict,
            format!("this picture is media {which}, which is deleted: restore it with POST /api/v1/media/id/{which}/restore/"),
        ))
    }
}
