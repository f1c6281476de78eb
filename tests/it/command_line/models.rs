//! `likeness model`: the zoo from the command line.

use super::{json, likeness, text};

#[test]
fn the_layers_of_a_network_are_listed_with_their_shapes_and_the_feature_is_marked() {
    let data = tempfile::TempDir::new().unwrap();
    let layers = json(&likeness(data.path(), &["model", "layers", "likeness_small", "--json"]));
    let layers = layers.as_array().unwrap();
    let feature: Vec<_> = layers.iter().filter(|layer| layer["feature"] == true).collect();
    assert_eq!((feature.len(), feature[0]["layer"].as_str()), (1, Some("feature")));
    assert_eq!(feature[0]["shape"][1], 256);
    assert!(layers.len() > 10 && layers.iter().all(|layer| layer["shape"][0] == 1));
    let shown = text(&likeness(data.path(), &["model", "layers", "likeness_small"]).stdout);
    assert!(shown.lines().any(|line| line.starts_with("feature ") && line.ends_with("<- the feature")), "{shown}");
}

#[test]
fn a_test_tells_files_that_are_right_wrong_and_not_here() {
    let data = tempfile::TempDir::new().unwrap();
    let good = text(&likeness(data.path(), &["model", "test", "likeness_small"]).stdout);
    assert!(good.contains("files are right, layer `feature` gives 256 numbers"), "{good}");
    let all = likeness(data.path(), &["model", "test", "--all", "--json"]);
    assert!(json(&all).as_array().unwrap().iter().all(|row| row["ok"] == true), "{}", text(&all.stdout));

    let missing = likeness(data.path(), &["model", "test", "caffe_lenet_mnist"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(
        text(&missing.stderr).contains("not here: lenet_iter_10000.caffemodel, lenet.prototxt (`likeness model download"),
        "{}",
        text(&missing.stderr)
    );
    let folder = data.path().join("models/caffe_lenet_mnist");
    std::fs::create_dir_all(&folder).unwrap();
    for name in ["lenet_iter_10000.caffemodel", "lenet.prototxt"] {
        std::fs::write(folder.join(name), "something else").unwrap();
    }
    let wrong = likeness(data.path(), &["model", "test", "--all"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(text(&wrong.stderr).contains("lenet_iter_10000.caffemodel has sha256"), "{}", text(&wrong.stderr));
    assert!(text(&wrong.stdout).contains("likeness_small: files are right"), "the others are tested all the same");
}

#[test]
fn a_download_says_what_was_here_already_and_what_nobody_has() {
    let data = tempfile::TempDir::new().unwrap();
    let here = likeness(data.path(), &["model", "download", "likeness_small"]);
    assert_eq!(text(&here.stdout), "likeness_small: was here and is right\n");
    let nowhere = likeness(data.path(), &["model", "download", "caffe_lenet_mnist", "--mirror", data.path().to_str().unwrap()]);
    assert_eq!(nowhere.status.code(), Some(1));
    assert!(text(&nowhere.stderr).contains("lenet_iter_10000.caffemodel"), "{}", text(&nowhere.stderr));
    let unknown = likeness(data.path(), &["model", "layers", "nothing"]);
    assert!(text(&unknown.stderr).contains("unknown model `nothing`"));
    let listed = json(&likeness(data.path(), &["model", "list", "--json"]));
    assert_eq!(listed, json(&likeness(data.path(), &["models", "--json"])));
}

#[test]
fn what_was_trained_in_a_library_is_one_of_its_models() {
    let data = tempfile::TempDir::new().unwrap();
    let trained = data.path().join("jobs/20261122-042315-8ecb");
    std::fs::create_dir_all(&trained).unwrap();
    for file in std::fs::read_dir(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("modelzoo/likeness_small")).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), trained.join(file.file_name())).unwrap();
    }
    let listed = json(&likeness(data.path(), &["model", "list", "--json"]));
    assert!(listed.as_array().unwrap().iter().any(|row| row["key"] == "20261122-042315-8ecb"), "{listed}");
    let pictures = data.path().join("pictures");
    likeness(data.path(), &["render", pictures.to_str().unwrap(), "--groups", "2", "--views", "2", "--width", "64", "--height", "64"]);
    let found = likeness(data.path(), &["speed", pictures.to_str().unwrap(), "--model", "20261122-042315-8ecb", "--json"]);
    assert!(found.status.success(), "{}", text(&found.stderr));
}

#[test]
fn the_speed_of_a_network_is_told_by_precision_and_batch() {
    let data = tempfile::TempDir::new().unwrap();
    let told = |more: &[&str]| likeness(data.path(), &[&["model", "speed", "likeness_small", "--batch", "1,3"], more].concat());
    let rows = json(&told(&["--rounds", "2", "--precisions", "f32,bf16", "--json"]));
    let rows = rows.as_array().unwrap();
    let batches: Vec<_> = rows.iter().map(|row| (row["asked"].as_str().unwrap(), row["batch"].as_u64().unwrap())).collect();
    assert_eq!(batches, [("f32", 1), ("f32", 3), ("bf16", 1), ("bf16", 3)]);
    for row in rows {
        assert!(row["fused"] == true && row["min_cosine"].as_f64().unwrap() >= 0.999, "{row}");
        assert!(row["pictures_per_second"].as_f64().unwrap() > 0.0 && row["seconds"].as_array().unwrap().len() == 2, "{row}");
    }
    let plan = text(&told(&["--plan"]).stdout);
    assert!(plan.contains("_convolution_pointwise"), "{plan}");
    let refused = text(&told(&["--rounds", "0"]).stderr);
    assert!(refused.contains("at least one"), "{refused}");
}
