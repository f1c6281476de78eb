//! Bulk work: the same bits every time, nobody waits for it who should not, and what is in memory is bounded.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures::{StreamExt, stream};
use likeness::Kind;
use likeness::config::EngineConfig;
use likeness::imaging::DecodeLimits;
use likeness::network::engine::NetworkId;
use likeness::network::{Engine, Prepared};
use likeness::tasks::speed::{measure, pictures_in};
use likeness::tasks::vectorise::{PAGE, Read, Vectoriser};
use likeness::tasks::{Progress, Stop};
use likeness::{Error, Result, priority};

use crate::networks;
use crate::support::{GROUPS, VIEWS, picture, rendered_pictures};

const LAYER: &str = "conv";

async fn loaded() -> (Engine, NetworkId, Vectoriser) {
    let engine = Engine::start(&EngineConfig { threads: 2, ..EngineConfig::default() }).unwrap();
    let (network, signature) = engine.load(networks::caffe(), LAYER).await.unwrap();
    let vectoriser = Vectoriser::new(&engine, network, &signature, DecodeLimits::default());
    (engine, network, vectoriser)
}

fn pictures(count: u32) -> Vec<Bytes> {
    (0..count).map(|number| Bytes::from(picture(number / 6, number % 6))).collect()
}

fn bits(vectors: &[Result<Vec<f32>>]) -> Vec<Option<Vec<u32>>> {
    vectors.iter().map(|vector| vector.as_ref().ok().map(|vector| vector.iter().map(|value| value.to_bits()).collect())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_piece_gives_the_same_bits_whatever_else_runs_and_a_bad_picture_fails_in_its_place() {
    let (engine, network, _) = loaded().await;
    let layer: Arc<str> = LAYER.into();
    let piece = || {
        let mut piece: Vec<Result<Bytes>> = pictures(8).into_iter().map(Ok).collect();
        piece[3] = Ok(Bytes::from_static(b"no picture"));
        piece[5] = Err(Error::corrupt("its bytes are missing"));
        piece
    };
    let alone = engine.vectors(network, &layer, piece(), DecodeLimits::default()).await.unwrap().vectors;
    let failed: Vec<usize> = (0..8).filter(|place| alone[*place].is_err()).collect();
    assert_eq!(failed, [3, 5]);
    assert_eq!(alone[5].as_ref().unwrap_err().message(), "its bytes are missing");
    let crowd = (0..24).map(|_| engine.vectors(network, &layer, piece(), DecodeLimits::default()));
    for taken in futures::future::join_all(crowd).await {
        assert_eq!(bits(&taken.unwrap().vectors), bits(&alone));
    }
    // The same through the two halves, as they are measured alone.
    let (prepared, _) = engine.prepared(network, piece(), DecodeLimits::default()).await.unwrap();
    assert_eq!(bits(&engine.forward(network, &layer, prepared).await.unwrap()), bits(&alone));
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_who_waits_is_answered_while_a_library_is_worked_on() {
    let (engine, network, _) = loaded().await;
    let layer: Arc<str> = LAYER.into();
    let piece: Vec<Bytes> = pictures(8);
    let done = Arc::new(AtomicUsize::new(0));
    let many = (0..400).map(|_| {
        let (engine, layer, piece, done) = (engine.clone(), Arc::clone(&layer), piece.clone(), Arc::clone(&done));
        tokio::spawn(async move {
            engine.vectors(network, &layer, piece.into_iter().map(Ok).collect(), DecodeLimits::default()).await.unwrap();
            done.fetch_add(1, Ordering::SeqCst);
        })
    });
    let many: Vec<_> = many.collect();
    while done.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    let before = done.load(Ordering::SeqCst);
    let sent = Prepared { pixels: [200, 10, 30].repeat((networks::SIDE * networks::SIDE) as usize) };
    engine.feature(network, &layer, sent).await.unwrap();
    let meanwhile = done.load(Ordering::SeqCst) - before;
    assert!(meanwhile < 100, "{meanwhile} of 400 pieces went first");
    many.iter().for_each(tokio::task::JoinHandle::abort);
    // The threads end with the last handle, whatever still waits for them.
    drop(engine);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_layer_fails_the_piece_and_the_next_one_goes_on() {
    let (engine, network, _) = loaded().await;
    let all = || pictures(2).into_iter().map(Ok).collect();
    let error = engine.vectors(network, &"fc9".into(), all(), DecodeLimits::default()).await.unwrap_err();
    assert_eq!(error.kind(), Kind::NotFound, "{error}");
    assert!(engine.vectors(network, &LAYER.into(), all(), DecodeLimits::default()).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_come_in_order_and_no_more_is_read_than_is_worked_on() {
    let (_, _, vectoriser) = loaded().await;
    let sample = pictures(12);
    let (in_memory, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (counted, highest) = (Arc::clone(&in_memory), Arc::clone(&most));
    let read: Read<u32> = Arc::new(move |number| {
        if *number % 10 == 7 {
            return Err(Error::corrupt(format!("picture {number} is missing")));
        }
        highest.fetch_max(counted.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        let held = Held { bytes: sample[*number as usize % sample.len()].clone(), counted: Arc::clone(&counted) };
        Ok(Bytes::from_owner(held))
    });
    let numbers: Vec<u32> = (0..1000).collect();
    let listed: Vec<Result<Vec<u32>>> = numbers.chunks(PAGE).map(|page| Ok(page.to_vec())).collect();
    let mut pages = pin!(vectoriser.pages(stream::iter(listed), read));
    let mut seen = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        for (number, vector) in page.items.iter().zip(&page.vectors) {
            assert_eq!(vector.is_err(), number % 10 == 7, "picture {number}");
        }
        seen.extend(page.items);
    }
    assert_eq!(seen, numbers);
    let allowed = (2 * vectoriser.pieces_at_once() + 2) * vectoriser.piece();
    assert!(most.load(Ordering::SeqCst) <= allowed, "{} pictures were in memory, {allowed} may be", most.load(Ordering::SeqCst));
    assert_eq!(in_memory.load(Ordering::SeqCst), 0);
    let stages = vectoriser.stages();
    assert!(stages.decode_seconds > 0.0 && stages.forward_seconds > 0.0, "{stages:?}");
}

/// Bytes that are counted for as long as they are in memory.
struct Held {
    bytes: Bytes,
    counted: Arc<AtomicUsize>,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.counted.fetch_sub(1, Ordering::SeqCst);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn speed_is_measured_in_parts_and_as_a_whole() {
    let (engine, _, vectoriser) = loaded().await;
    let folder = tempfile::TempDir::new().unwrap();
    assert_eq!(pictures_in(folder.path()).unwrap_err().kind(), Kind::Invalid);
    std::fs::write(folder.path().join("broken.jpg"), b"no picture").unwrap();
    std::fs::write(folder.path().join("note.txt"), b"no picture").unwrap();
    let mut files = pictures_in(folder.path()).unwrap();
    assert_eq!(files.len(), 1, "a note is no picture");
    let error = measure(&vectoriser, &files, true, &Stop::default(), &|_| {}).await.unwrap_err();
    assert!(error.message().contains("nothing to measure"), "{error}");
    files.extend(pictures_in(rendered_pictures()).unwrap());
    let last = Mutex::new(Progress { done: 0, total: 0 });
    let told = |progress| *last.lock().unwrap() = progress;
    let speed = measure(&vectoriser, &files, engine.on_processor(), &Stop::default(), &told).await.unwrap();
    assert_eq!(*last.lock().unwrap(), Progress { done: 3 * files.len() as u64, total: 3 * files.len() as u64 });
    let whole = (GROUPS * VIEWS) as usize;
    assert_eq!((speed.pictures, speed.failed), (whole, 1));
    assert!(speed.decode_alone > 0.0 && speed.forward_alone > 0.0 && speed.together > 0.0, "{speed:?}");
    // On shared cores both together take the time of both after each other.
    let both = 1.0 / (1.0 / speed.decode_alone + 1.0 / speed.forward_alone);
    assert!((speed.possible - both).abs() < 1e-6 * both && (speed.share_of_possible - speed.together / both).abs() < 1e-6, "{speed:?}");
    let stop = Stop::default();
    stop.ask();
    assert_eq!(measure(&vectoriser, &files, true, &stop, &|_| {}).await.unwrap_err().kind(), Kind::Cancelled);
}

#[cfg(target_os = "linux")]
#[test]
fn a_thread_steps_back_for_itself_alone() {
    // Field 19 of `stat`, counted after the name, which ends with the last parenthesis.
    let niceness = || {
        let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
        stat.rsplit_once(')').unwrap().1.split_whitespace().nth(16).unwrap().parse::<i32>().unwrap()
    };
    let before = niceness();
    let other = std::thread::spawn(move || {
        priority::step_back(0);
        assert_eq!(niceness(), before);
        priority::step_back(255);
        niceness()
    });
    assert_eq!((other.join().unwrap(), niceness()), (i32::from(priority::FURTHEST), before));
}
