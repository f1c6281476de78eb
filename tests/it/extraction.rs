//! Extraction and index building: bad pictures are recorded, stops lose nothing, what is done is not done again.
#![allow(clippy::unwrap_used, reason = "tests")]

use likeness::Kind;
use likeness::media::import::{ImportOptions, import};
use likeness::tasks::{Stop, extract};

use crate::support::{GROUPS, TestApp, VIEWS, picture, rendered_pictures};

/// All bytes below the folder of vectors, by name.
fn vector_files(test: &TestApp) -> Vec<(String, Vec<u8>)> {
    let files = walkdir::WalkDir::new(test.app.config.data_dir.join("features")).sort_by_file_name().into_iter().flatten();
    files
        .filter(|file| file.file_type().is_file() && !file.file_name().to_string_lossy().contains("lock"))
        .map(|file| (file.file_name().to_string_lossy().into_owned(), std::fs::read(file.path()).unwrap()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_that_cannot_be_decoded_is_recorded_and_the_rest_goes_on() {
    let test = TestApp::empty().await;
    let folder = tempfile::TempDir::new().unwrap();
    std::fs::write(folder.path().join("a.jpg"), picture(0, 0)).unwrap();
    let whole = picture(1, 0);
    std::fs::write(folder.path().join("b.jpg"), &whole[..whole.len() / 2]).unwrap();
    std::fs::write(folder.path().join("c.jpg"), picture(2, 0)).unwrap();
    let options = ImportOptions { check: false, ..ImportOptions::default() };
    import(&test.app.media, &[folder.path().to_path_buf()], options, std::sync::Arc::new(()), tokio_util::sync::CancellationToken::new())
        .await
        .unwrap();
    let feature = test.app.features.default_or_create().await.unwrap();
    let report = test.extract(&feature).await;
    assert_eq!((report.extracted, report.failed.len(), report.failed[0].0.0), (2, 1, 2));
    assert!(report.failed[0].1.contains("ends early"), "{}", report.failed[0].1);
    let again = test.extract(&feature).await;
    assert_eq!((again.extracted, again.already, again.failed.len()), (0, 2, 1), "a known failure is not tried again");
    assert_eq!(test.app.features.forget_failures(feature.id).await.unwrap(), 1);
    assert_eq!(test.extract(&feature).await.failed.len(), 1, "unless that is asked for");
    let answer = test.get("/api/v1/search/media/2").await;
    assert_eq!(answer.0, 422, "searching with the bad one says why: {}", answer.1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_extraction_goes_on_and_ends_with_the_same_bytes() {
    let (through, stopped) = (TestApp::empty().await, TestApp::empty().await);
    // More than one page of pictures.
    let folder = tempfile::TempDir::new().unwrap();
    for number in 0..150u32 {
        std::fs::write(folder.path().join(format!("{number:03}.jpg")), picture(number / 10, number % 10)).unwrap();
    }
    for test in [&through, &stopped] {
        assert_eq!(test.import(folder.path()).await.added, 150);
    }
    let feature = through.app.features.default_or_create().await.unwrap();
    assert_eq!(through.extract(&feature).await.extracted, 150);
    let feature = stopped.app.features.default_or_create().await.unwrap();
    let stop = Stop::default();
    let outcome = extract::extract(&stopped.app, &feature, &stop, &|progress| {
        if progress.done > 0 {
            stop.ask();
        }
    })
    .await;
    assert_eq!(outcome.unwrap_err().kind(), Kind::Cancelled);
    let stopped = stopped.restart().await;
    let report = stopped.extract(&feature).await;
    assert!(report.already > 0 && report.extracted < 150 && report.already + report.extracted == 150, "{report:?}");
    assert_eq!(vector_files(&stopped), vector_files(&through));
}

#[tokio::test(flavor = "multi_thread")]
async fn features_that_differ_in_the_index_only_share_their_vectors() {
    let test = TestApp::with_pictures().await;
    let flat = test.create_feature(|spec| spec.index_type = "flat".into()).await;
    let report = test.extract(&flat).await;
    assert_eq!((report.extracted, report.already), (0, u64::from(GROUPS * VIEWS)));
    assert_eq!(test.build(&flat).await.vectors, (GROUPS * VIEWS) as usize);
    assert!(test.build(&flat).await.up_to_date);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_extractions_of_one_feature_do_not_run_at_once() {
    let test = TestApp::empty().await;
    test.import(rendered_pictures()).await;
    let feature = test.app.features.default_or_create().await.unwrap();
    let stop = Stop::default();
    let extract = || extract::extract(&test.app, &feature, &stop, &|_| {});
    let (first, second) = tokio::join!(extract(), extract());
    let mut outcomes = [
        first.map(|report| report.extracted).map_err(|error| error.kind()),
        second.map(|report| report.extracted).map_err(|error| error.kind()),
    ];
    outcomes.sort_by_key(Result::is_err);
    // Either they met, and one was told so, or the second came when the first was done.
    assert_eq!(outcomes[0], Ok(u64::from(GROUPS * VIEWS)));
    assert!(matches!(outcomes[1], Err(Kind::Busy) | Ok(0)), "{outcomes:?}");
    assert_eq!(test.extract(&feature).await.already, u64::from(GROUPS * VIEWS));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_layer_or_a_wrong_dimension_is_said_before_any_picture_is_read() {
    let test = TestApp::with_pictures().await;
    let feature = test.create_feature(|spec| spec.layer = "nonsense".into()).await;
    let error = extract::extract(&test.app, &feature, &Stop::default(), &|_| {}).await.unwrap_err();
    assert!(error.message().contains("nonsense") && error.message().contains("data"), "{error}");
    let folder = test.app.config.data_dir.join("modelzoo/wrong");
    std::fs::create_dir_all(&folder).unwrap();
    let hash = likeness::types::Sha256::of(&crate::networks::weights());
    let descriptor = format!(
        "name: Wrong\ntask_type: classification\nframework: caffe\nmodel: w\nconfig: n\nmean: [0.0, 0.0, 0.0]\nscale: 1.0\nwidth: 8\nheight: 8\nrgb: true\nfeatures: conv\ndimensions: 99\nlicence: CC0\nsource: a test\nsha256: {hash}\n"
    );
    std::fs::write(folder.join("model.yaml"), descriptor).unwrap();
    std::fs::write(folder.join("n"), crate::networks::DEFINITION).unwrap();
    std::fs::write(folder.join("w"), crate::networks::weights()).unwrap();
    let feature = test.create_feature(|spec| spec.modelzoo_name = "wrong".into()).await;
    let error = extract::extract(&test.app, &feature, &Stop::default(), &|_| {}).await.unwrap_err();
    assert!(error.message().contains("gives 3 numbers") && error.message().contains("dimensions: 99"), "{error}");
}
