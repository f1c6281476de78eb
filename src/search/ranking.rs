//! From a view and what is sought to matches in order: one hand-over to a thread that computes, which also reads the rows of the hits.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use super::loaded::{LoadedFeature, Sought, View};
use super::{DEEPEST, HitOrder, Match, Query, Readings, SORTED, SearchDesk, blocking};
use crate::error::{Error, Result};
use crate::index::RowSet;
use crate::media::{Media, MediaFilter, Order};
use crate::types::{MediaId, MediaType};

/// So many times more pictures are looked at, to begin with, when the frames of a video fall together.
const GROUPED_REACH: usize = 4;

/// When more than this share of the hits (one in eight) are deleted and the answer falls short, deleted rows are left out of the scan.
const CROWDED_SHARE: usize = 8;

/// A search that takes less than this does not hold up what else its thread has to do.
const QUICK_MICROSECONDS: u32 = 1_000;

/// Most hits of a quick search.
const QUICK_REACH: usize = 200;

/// How long the searches of a feature take, of late.
pub(super) struct Pace(AtomicU32);

impl Default for Pace {
    fn default() -> Self {
        Self(AtomicU32::new(u32::MAX))
    }
}

impl Pace {
    fn is_quick(&self, reach: usize) -> bool {
        reach <= QUICK_REACH && self.0.load(Ordering::Relaxed) < QUICK_MICROSECONDS
    }

    /// One slow search makes the next ones wait elsewhere, a few quick ones bring them back.
    fn note(&self, took: Duration) {
        let took = u32::try_from(took.as_micros()).unwrap_or(u32::MAX);
        let before = self.0.load(Ordering::Relaxed);
        self.0.store(if before < took { took } else { before - (before - took) / 4 }, Ordering::Relaxed);
    }
}

/// The rows that one search looks at, and in what state.
pub(super) struct Field {
    pub(super) loaded: Arc<LoadedFeature>,
    pub(super) view: Arc<View>,
    /// Only these rows may be answered; all when `None`.
    pub(super) among: Option<Arc<RowSet>>,
}

/// Hits in the order that was asked for.
pub(super) struct Ranking {
    pub(super) matches: Vec<Match>,
    /// Hits on all pages together, where that is known.
    pub(super) total: Option<usize>,
    pub(super) readings: Option<Readings>,
}

impl SearchDesk {
    /// The rows that a query may answer, all of them when it is not narrowed. Where deleted media crowded an earlier answer, the rows
    /// that are not deleted.
    pub(super) async fn field(&self, loaded: Arc<LoadedFeature>, query: &Query) -> Result<Field> {
        let view = if let Some(view) = loaded.view_if_unchanged()? {
            view
        } else {
            let loaded = Arc::clone(&loaded);
            blocking(move || loaded.view()).await?
        };
        let crowded_at = self.crowded_at.load(Ordering::Relaxed);
        let is_narrow = query.among != MediaFilter::default();
        let is_crowded = !is_narrow && crowded_at >= 0 && self.media.library_change().await? == crowded_at;
        let among = match () {
            () if is_narrow || is_crowded => Some(self.rows_of(&loaded, &view, &query.among).await?),
            () if query.exclude.is_empty() => None,
            // What is deleted is dropped later, as without a filter: asking for all that is not would take longer than the search.
            () => Some(Arc::new(view.all_rows())),
        };
        let among = among.map(|among| view.without(among, &query.exclude));
        Ok(Field { loaded, view, among })
    }

    /// Hits with their media. Pictures that were deleted, lie outside the distances, or fall together as frames are dropped and the
    /// search reaches further instead.
    pub(super) async fn ranked(&self, mut field: Field, sought: Sought, query: &Query) -> Result<Ranking> {
        let page = query.offset + query.limit;
        let wanted = if query.sort == HitOrder::Closest { page } else { page.max(SORTED) };
        let sought = Arc::new(sought);
        let mut reach = (wanted + wanted / 8 + 8) * if query.group_by_video { GROUPED_REACH } else { 1 };
        loop {
            // Where nothing falls together or is passed over, the rows beyond the wanted ones need not be read.
            let rows = if query.group_by_video || query.is_bounded() { reach } else { wanted };
            let (hits, media) = self.page(&field, &sought, reach, rows).await?;
            let is_past = hits.last().zip(query.max_distance).is_some_and(|((_, distance), most)| *distance > most);
            let (found, found_all) = (hits.len(), hits.len() < reach || is_past);
            let is_counted = found_all && (rows == reach || media.len() < rows);
            let deleted = found - media.len();
            let mut matches = matches(hits, media);
            matches.retain(|one| query.takes(one.distance));
            let matches = if query.group_by_video { grouped(matches) } else { matches };
            let is_far_enough = (query.group_by_video || query.min_distance.is_some()) && reach >= DEEPEST;
            if matches.len() >= wanted || found_all || is_far_enough {
                let total = if is_counted { Some(matches.len()) } else { query.total(&field) };
                return ranking(field, sought, matches, total, query).await;
            }
            if field.among.is_none() && deleted > found / CROWDED_SHARE {
                let change = self.media.library_change().await?;
                field.among = Some(self.rows_of(&field.loaded, &field.view, &MediaFilter::default()).await?);
                self.crowded_at.store(change, Ordering::Relaxed);
            } else {
                reach = reach.saturating_mul(2);
            }
        }
    }

    /// The closest pictures and their rows. As many searches compute at the same time as there are cores: more would only make
    /// each other late. What takes less time than two hand-overs between threads are worth is computed here and now.
    async fn page(&self, field: &Field, sought: &Arc<Sought>, reach: usize, rows: usize) -> Result<(Vec<(MediaId, f32)>, Vec<Media>)> {
        let permit = Arc::clone(&self.computing).acquire_owned().await;
        let permit = permit.map_err(|source| Error::internal("searches are closed").because(source))?;
        let (view, sought, among, store) = (Arc::clone(&field.view), Arc::clone(sought), field.among.clone(), self.media.clone());
        let compute = move || {
            let _permit = permit;
            let hits = view.search(&sought, reach, among.as_deref())?;
            let media = store.by_ids_now(&ids(&hits), rows).transpose()?;
            Ok((hits, media))
        };
        let (is_quick, started) = (field.loaded.pace().is_quick(reach), Instant::now());
        let (hits, media) = if is_quick { compute()? } else { blocking(compute).await? };
        field.loaded.pace().note(started.elapsed());
        let media = match media {
            Some(media) => media,
            None => self.media.by_ids(&ids(&hits)).await?,
        };
        Ok((hits, media))
    }
}

/// One page of the matches, which come closest first, in the order that was asked for.
async fn ranking(field: Field, sought: Arc<Sought>, mut matches: Vec<Match>, total: Option<usize>, query: &Query) -> Result<Ranking> {
    let reading = if query.with_reading { blocking(move || Ok(field.view.reading(&sought))).await? } else { None };
    let standing_out = reading.as_ref().map(|reading| reading.standing_out(&matches.iter().map(score).collect::<Vec<_>>()));
    let total = if query.sort == HitOrder::Closest { total } else { total.map(|total| total.min(SORTED)) };
    if query.sort != HitOrder::Closest {
        matches.truncate(SORTED);
        sort(&mut matches, query.sort);
    }
    let matches: Vec<Match> = matches.into_iter().skip(query.offset).take(query.limit).collect();
    let readings = reading.zip(standing_out).map(|(reading, standing_out)| {
        let closer = matches.iter().map(|one| reading.closer_than(score(one))).collect();
        Readings { closer, standing_out }
    });
    Ok(Ranking { matches, total, readings })
}

/// The cosine that belongs to a distance of unit vectors.
fn score(one: &Match) -> f32 {
    1.0 - one.distance * one.distance / 2.0
}

/// Equal dates stay in the order of their distance.
fn sort(matches: &mut [Match], order: HitOrder) {
    match order {
        HitOrder::Closest => {}
        HitOrder::Farthest => matches.reverse(),
        HitOrder::Date(kind, Order::Asc) => matches.sort_by_key(|one| kind.of(&one.media).map_or((true, None), |date| (false, Some(date)))),
        HitOrder::Date(kind, Order::Desc) => matches.sort_by_key(|one| std::cmp::Reverse(kind.of(&one.media))),
    }
}

impl Query {
    /// Whether only a part of the library may be answered.
    pub(super) fn is_narrow(&self) -> bool {
        self.among != MediaFilter::default() || !self.exclude.is_empty()
    }

    /// Whether distances matter.
    fn is_bounded(&self) -> bool {
        self.min_distance.is_some() || self.max_distance.is_some()
    }

    /// Whether a distance lies within what was asked for.
    fn takes(&self, distance: f32) -> bool {
        self.min_distance.is_none_or(|least| distance >= least) && self.max_distance.is_none_or(|most| distance <= most)
    }

    /// Hits on all pages of a search that did not reach its end.
    fn total(&self, field: &Field) -> Option<usize> {
        let is_known = !self.group_by_video && !self.is_bounded();
        is_known.then(|| field.view.len(field.among.as_deref()))
    }
}

fn ids(hits: &[(MediaId, f32)]) -> Vec<MediaId> {
    hits.iter().map(|(id, _)| *id).collect()
}

/// Both are in rank order; of the media some may be missing.
fn matches(hits: Vec<(MediaId, f32)>, media: Vec<Media>) -> Vec<Match> {
    let mut hits = hits.into_iter();
    media
        .into_iter()
        .filter_map(|media| hits.find(|(id, _)| *id == media.id).map(|(_, distance)| Match { media, distance, grouped: 0 }))
        .collect()
}

/// The closest frame of each video in the place it has, and all pictures.
fn grouped(matches: Vec<Match>) -> Vec<Match> {
    let mut places = HashMap::new();
    let mut kept: Vec<Match> = Vec::with_capacity(matches.len());
    for found in matches {
        if found.media.media_type == MediaType::VideoFrame {
            if let Some(&place) = places.get(&found.media.sha256) {
                let best: &mut Match = &mut kept[place];
                best.grouped += 1;
                continue;
            }
            places.insert(found.media.sha256, kept.len());
        }
        kept.push(found);
    }
    kept
}
