//! Sets of rows say what they hold, and how much.

use likeness::index::RowSet;

#[test]
fn full_and_empty_sets_know_their_ends() {
    for len in [0, 1, 63, 64, 65, 200] {
        let (all, none) = (RowSet::all(len), RowSet::none(len));
        assert_eq!((all.len(), all.count(), none.count()), (len, len, 0));
        assert_eq!(all.rows().collect::<Vec<_>>(), (0..len as u32).collect::<Vec<_>>());
        assert_eq!(none.rows().next(), None);
        assert!(!all.contains(len as u32));
    }
}

#[test]
fn rows_go_in_and_out_once() {
    let mut set = RowSet::none(130);
    for row in [129, 0, 64, 64, 130, u32::MAX] {
        set.insert(row);
    }
    assert_eq!((set.rows().collect::<Vec<_>>(), set.count()), (vec![0, 64, 129], 3));
    set.remove(64);
    set.remove(64);
    set.remove(5000);
    assert_eq!((set.rows().collect::<Vec<_>>(), set.count()), (vec![0, 129], 2));
}
