//! `likeness fabricate`: a large library for benchmarks without a million files. Not in the help: nobody's pictures are made so.
//!
//! ```text
//! likeness fabricate --count 1000000 --set clustered --dimension 512 --data-dir DIR [--index KIND] [--no-index] [--choices]
//! likeness serve --data-dir DIR
//! ```
//!
//! It writes media rows (their bytes do not exist), a model `fabricated_<set>_<dimension>` of the right dimension (a grey miniature
//! of the picture, without weights, so that an upload can be searched with too, although its hits mean nothing), feature 1 of that
//! model with synthetic vectors (`index::synthetic`, seed 1), and builds its index.

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use clap::{Args, ValueEnum};

use super::bar;
use crate::app::App;
use crate::config::Config;
use crate::error::{Error, Result, io_error};
use crate::feature::vectors::VectorWriter;
use crate::feature::{Feature, FeatureSpec};
use crate::index::synthetic;
use crate::network::Signature;
use crate::network::caffemodel::{LayerWeights, encode};
use crate::tasks::build_index;
use crate::types::{MediaId, Sha256};

/// Rows of one append.
const ROWS_PER_APPEND: usize = 8192;
/// No number of a smooth vector is negative: half of them are zero, and of a few all may be.
const LEAST_SMOOTH: usize = 64;
/// Seed of the vectors.
const SEED: u64 = 1;

/// How vectors lie.
#[derive(Clone, Copy, ValueEnum)]
enum VectorSet {
    /// In clusters.
    Clustered,
    /// A cloud without clusters.
    Smooth,
}

/// What to make.
#[derive(Args)]
pub struct FabricateArguments {
    /// Media and vectors
    #[arg(long)]
    count: usize,
    /// How the vectors lie
    #[arg(long, value_enum, default_value = "clustered")]
    set: VectorSet,
    /// Numbers per vector
    #[arg(long, default_value_t = 512)]
    dimension: usize,
    /// Kind of index [default: that of every new feature]
    #[arg(long)]
    index: Option<String>,
    /// Settings of the index kind, as JSON
    #[arg(long)]
    index_settings: Option<String>,
    /// Build no index
    #[arg(long)]
    no_index: bool,
    /// Also collections and labels that hold 1 %, 10 % and 50 % of the media
    #[arg(long)]
    choices: bool,
}

pub(super) async fn run(config: Config, arguments: FabricateArguments) -> Result<ExitCode> {
    let (count, dimension) = (arguments.count, arguments.dimension);
    if !(1..=100_000_000).contains(&count) || !(2..=4096).contains(&dimension) {
        return Err(Error::invalid("--count must be 1 to 100000000, --dimension 2 to 4096"));
    }
    if matches!(arguments.set, VectorSet::Smooth) && dimension < LEAST_SMOOTH {
        return Err(Error::invalid(format!(
            "--set smooth needs a --dimension of at least {LEAST_SMOOTH}: shorter vectors may be all zero"
        )));
    }
    let key = write_model(&config.data_dir, &arguments)?;
    let app = App::open(config).await?;
    let started = Instant::now();
    app.media.fabricate(count, arguments.choices).await?;
    println!("{count} media in {:.1} s", started.elapsed().as_secs_f64());
    let (_, signature) = app.zoo.load(&app.engine, &key, "").await?;
    let spec = FeatureSpec {
        modelzoo_name: key,
        index_type: arguments.index.clone().unwrap_or(FeatureSpec::default().index_type),
        index_settings: arguments.index_settings.clone(),
        ..FeatureSpec::default()
    };
    let feature = app.features.create(spec).await?;
    let started = Instant::now();
    tokio::task::block_in_place(|| write_vectors(&app, &signature, arguments.set, count))?;
    app.features.mark_extracted(feature.id, count as i64).await?;
    println!("{count} vectors of {dimension} numbers in {:.1} s", started.elapsed().as_secs_f64());
    if !arguments.no_index {
        build(&app, &feature).await?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn build(app: &App, feature: &Feature) -> Result<()> {
    let stop = bar::stop_on_interrupt();
    let shown = bar::pictures("indexing");
    let built = build_index::build_index(app, feature, false, &stop, &|progress| bar::show(&shown, progress)).await?;
    shown.finish_and_clear();
    println!("{built}");
    Ok(())
}

fn write_vectors(app: &App, signature: &Signature, set: VectorSet, count: usize) -> Result<()> {
    let dimension = signature.dimension;
    let values = match set {
        VectorSet::Clustered => synthetic::clustered(count, dimension, SEED),
        VectorSet::Smooth => synthetic::smooth(count, dimension, SEED),
    };
    let folder = app.features.vectors_folder(signature);
    let mut writer = VectorWriter::open(&folder, dimension, &signature.fingerprint.to_string())?;
    for (batch, values) in values.chunks(ROWS_PER_APPEND * dimension).enumerate() {
        let first = batch * ROWS_PER_APPEND + 1;
        let rows: Vec<_> =
            values.chunks_exact(dimension).enumerate().map(|(place, vector)| (MediaId((first + place) as i64), vector)).collect();
        writer.append(&rows)?;
    }
    Ok(())
}

/// Puts the model's three files into the library; answers its key.
fn write_model(data_dir: &Path, arguments: &FabricateArguments) -> Result<String> {
    let dimension = arguments.dimension;
    let set = arguments.set.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
    let key = format!("fabricated_{set}_{dimension}");
    let folder = data_dir.join("modelzoo").join(&key);
    std::fs::create_dir_all(&folder).map_err(|error| io_error(&folder, "create", error))?;
    let height = (1..=dimension.isqrt()).rev().find(|side| dimension.is_multiple_of(*side)).unwrap_or(1);
    let width = dimension / height;
    // A caffemodel without any layer would be refused as none.
    let weights = encode(&[LayerWeights { name: "data".into(), layer_type: "Input".into(), blobs: Vec::new() }]);
    let structure = format!(
        "name: \"{key}\"\nlayer {{ name: \"data\" type: \"Input\" top: \"data\" input_param {{ shape {{ dim: 1 dim: 1 dim: {height} dim: {width} }} }} }}\n\
         layer {{ name: \"miniature\" type: \"Flatten\" bottom: \"data\" top: \"miniature\" }}\n"
    );
    let descriptor = format!(
        "name: \"Fabricated vectors ({set}, {dimension} numbers)\"\ntask_type: classification\nframework: caffe\n\
         model: empty.caffemodel\nconfig: miniature.prototxt\nmean: [0]\nscale: 0.00390625\nwidth: {width}\nheight: {height}\n\
         rgb: false\ngrey: true\nfeatures: miniature\ndimensions: {dimension}\nlicence: MIT OR Apache-2.0\n\
         source: made by `likeness fabricate` for benchmarks\nsha256: {}\nsize: {}\n\
         notes: \"Its stored vectors are synthetic and come from no picture.\"\n",
        Sha256::of(&weights),
        weights.len()
    );
    for (name, bytes) in
        [("empty.caffemodel", &weights[..]), ("miniature.prototxt", structure.as_bytes()), ("model.yaml", descriptor.as_bytes())]
    {
        let path = folder.join(name);
        std::fs::write(&path, bytes).map_err(|error| io_error(&path, "write", error))?;
    }
    Ok(key)
}
