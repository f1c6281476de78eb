//! Which pictures of the library lack something, page by page and never all at once: a library of many millions takes no more memory
//! than a small one, but for a bit a picture.

use std::collections::HashSet;

use futures::stream::{self, Stream, TryStreamExt};

use super::vectorise::PAGE;
use crate::error::Result;
use crate::feature::vectors::MediaIds;
use crate::media::MediaStore;
use crate::types::MediaId;

/// Numbers that are asked for at once: a whole number of pages.
const AT_ONCE: usize = 128 * PAGE;

/// Pictures of the library that are neither done nor known to fail.
pub(super) struct Pending {
    pub(super) done: MediaIds,
    pub(super) failed: HashSet<i64>,
    /// Pictures after this one came while the work went on: another run takes them.
    pub(super) up_to: i64,
}

impl Pending {
    fn is_pending(&self, id: i64) -> bool {
        !self.done.contains(id) && !self.failed.contains(&id)
    }

    /// How many there are.
    pub(super) async fn count(&self, media: &MediaStore) -> Result<u64> {
        let lists = self.lists(media);
        lists.try_fold(0, |count, ids| async move { Ok(count + ids.iter().filter(|id| self.is_pending(**id)).count() as u64) }).await
    }

    /// They themselves, in pages that are cut at fixed places of the whole library's list. What was done before is left out of its
    /// page; a page without any is left out.
    pub(super) fn pages<'a>(&'a self, media: &'a MediaStore) -> impl Stream<Item = Result<Vec<MediaId>>> + 'a {
        let pages = |ids: Vec<i64>| {
            let pending = |page: &[i64]| page.iter().filter(|id| self.is_pending(**id)).map(|id| MediaId(*id)).collect();
            let pages: Vec<Vec<MediaId>> = ids.chunks(PAGE).map(pending).collect();
            stream::iter(pages.into_iter().filter(|page| !page.is_empty()).map(Ok))
        };
        self.lists(media).map_ok(pages).try_flatten()
    }

    fn lists<'a>(&'a self, media: &'a MediaStore) -> impl Stream<Item = Result<Vec<i64>>> + 'a {
        stream::try_unfold(0, move |after| async move {
            let ids = media.picture_ids_between(after, self.up_to, AT_ONCE as u64).await?;
            Ok(ids.last().copied().map(|last| (ids, last)))
        })
    }
}
