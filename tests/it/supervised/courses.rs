//! From epochs to iterations, by the arithmetic of the original.

use likeness::train::supervised::{Course, Framework, RatePolicy, Schedule};

fn schedule(epochs: u32, batch_size: u32) -> Schedule {
    Schedule {
        epochs,
        policy: RatePolicy::Fixed,
        batch_size,
        validation_batch_size: 32,
        accumulation: 1,
        snapshot_interval: 1.0,
        validation_interval: 1.0,
        shuffle: false,
    }
}

fn snapshots(course: &Course) -> Vec<f64> {
    (1..=course.iterations).filter(|&position| course.snapshots_at(position)).map(|position| course.snapshot_epoch(position)).collect()
}

#[test]
fn epoch_22_of_the_walk_through_is_iteration_15488() {
    let course = Course::new(&schedule(30, 64), Framework::Caffe, 45_002).unwrap();
    assert_eq!((course.per_epoch, course.iterations, course.snapshot, course.validation), (704, 21_120, 704, 704));
    assert_eq!(course.display, 79);
    assert!(course.snapshots_at(15_488) && (course.snapshot_epoch(15_488) - 22.0).abs() < 1e-9);
    assert_eq!(snapshots(&course), (1..=30).map(f64::from).collect::<Vec<_>>());
}

#[test]
fn gathered_batches_make_fewer_iterations() {
    let gathered = Schedule { accumulation: 2, ..schedule(1, 10) };
    let course = Course::new(&gathered, Framework::Caffe, 30).unwrap();
    assert_eq!((course.iterations, course.per_iteration), (2, 20));
}

#[test]
fn intervals_decide_how_many_snapshots_there_are() {
    let halves = Schedule { snapshot_interval: 0.5, ..schedule(1, 10) };
    let course = Course::new(&halves, Framework::Caffe, 30).unwrap();
    assert!(snapshots(&course).len() > 1, "{:?}", snapshots(&course));
    let second = Schedule { snapshot_interval: 2.0, ..schedule(4, 10) };
    for framework in [Framework::Caffe, Framework::Torch] {
        let course = Course::new(&second, framework, 30).unwrap();
        assert_eq!(snapshots(&course), [2.0, 4.0], "{framework:?}");
    }
    let never = Schedule { snapshot_interval: 0.0, ..schedule(4, 10) };
    assert_eq!(snapshots(&Course::new(&never, Framework::Caffe, 30).unwrap()), [4.0]);
}

#[test]
fn validation_is_at_the_beginning_between_and_at_the_end() {
    for framework in [Framework::Caffe, Framework::Torch] {
        let course = Course::new(&schedule(2, 10), framework, 30).unwrap();
        let at: Vec<u64> = (0..=course.iterations).filter(|&position| course.validates_at(position)).collect();
        assert_eq!(at, [0, 3, 6], "{framework:?}");
    }
}

#[test]
fn what_cannot_be_counted_is_refused() {
    for (schedule, examples) in [(schedule(1, 10), 0), (schedule(0, 10), 10), (schedule(1, 0), 10)] {
        assert!(Course::new(&schedule, Framework::Caffe, examples).is_err());
    }
}
