//! Which rows a search may answer: one bit a row, and how many are set, so that a plan can be chosen by selectivity.

/// Bits of one word.
const WORD: usize = u64::BITS as usize;

/// A set of rows of a matrix, counted from 0.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowSet {
    words: Vec<u64>,
    len: usize,
    count: usize,
}

impl RowSet {
    /// The empty set over rows `0..len`.
    pub fn none(len: usize) -> Self {
        Self { words: vec![0; len.div_ceil(WORD)], len, count: 0 }
    }

    /// The set of all rows `0..len`.
    pub fn all(len: usize) -> Self {
        let mut words = vec![u64::MAX; len.div_ceil(WORD)];
        if let Some(last) = words.last_mut()
            && !len.is_multiple_of(WORD)
        {
            *last = (1 << (len % WORD)) - 1;
        }
        Self { words, len, count: len }
    }

    /// Rows that the set speaks of; later ones are not in it.
    pub fn len(&self) -> usize {
        self.len
    }

    /// True when it speaks of no row.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Rows in the set.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Is this row in the set?
    #[inline]
    pub fn contains(&self, row: u32) -> bool {
        let row = row as usize;
        self.words.get(row / WORD).is_some_and(|word| word >> (row % WORD) & 1 == 1)
    }

    /// Puts a row in; one that is beyond the set's length has no effect.
    pub fn insert(&mut self, row: u32) {
        if (row as usize) < self.len && !self.contains(row) {
            self.words[row as usize / WORD] |= 1 << (row as usize % WORD);
            self.count += 1;
        }
    }

    /// Takes a row out.
    pub fn remove(&mut self, row: u32) {
        if self.contains(row) {
            self.words[row as usize / WORD] &= !(1 << (row as usize % WORD));
            self.count -= 1;
        }
    }

    /// The rows in the set, ascending.
    pub fn rows(&self) -> impl Iterator<Item = u32> + '_ {
        self.words.iter().enumerate().flat_map(|(place, &word)| {
            let mut rest = word;
            std::iter::from_fn(move || {
                let bit = (rest != 0).then(|| rest.trailing_zeros())?;
                rest &= rest - 1;
                Some(place as u32 * u64::BITS + bit)
            })
        })
    }
}
