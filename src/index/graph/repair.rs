//! Linking in what a walk from the entry cannot reach. Pruning leaves such islands, above all among
//! nearly identical vectors.

use super::{Links, walk};
use crate::index::Hit;
use crate::index::distinct::View;

/// Width of the walk that looks for a place to link an island to.
const WIDTH: usize = 32;

/// Adds links until every row can be reached from the entry along the lowest layer; returns how many islands there were.
pub(in crate::index) fn connect(links: &mut Links, vectors: View<'_>) -> usize {
    let mut reached = vec![false; links.base.len()];
    reach(links, links.entry, &mut reached);
    let mut islands = 0;
    for row in 0..links.base.len() as u32 {
        if reached[row as usize] {
            continue;
        }
        let harbour = harbour(links, vectors, row);
        links.base[harbour as usize].push(row);
        links.base[row as usize].push(harbour);
        reach(links, row, &mut reached);
        islands += 1;
    }
    islands
}

/// Marks what can be reached from a row.
fn reach(links: &Links, from: u32, reached: &mut [bool]) {
    let mut open = vec![from];
    reached[from as usize] = true;
    while let Some(row) = open.pop() {
        for next in &links.base[row as usize] {
            if !std::mem::replace(&mut reached[*next as usize], true) {
                open.push(*next);
            }
        }
    }
}

/// A reachable row near this one; of the nearest few the one with the fewest links, so that no row collects them all.
fn harbour(links: &Links, vectors: View<'_>, row: u32) -> u32 {
    let query = vectors.vector(row as usize);
    let score = |row: u32| vectors.score(query, row);
    let near = walk(links.base.len(), score(links.entry), WIDTH, |row| &links.base[row as usize], score);
    let best = near.first().map_or(links.entry, |hit| hit.row);
    let closeness_lost = |hit: &&Hit| near[0].score - hit.score < 1e-3;
    near.iter().filter(closeness_lost).map(|hit| hit.row).min_by_key(|row| links.base[*row as usize].len()).unwrap_or(best)
}
