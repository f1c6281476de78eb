//! Every setting of the program, documented with unit and default. A value comes from the command line, else from the
//! environment, else from the TOML file, else the default stands. Nothing else in the program reads the environment.

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Deserialize;

use crate::error::{Error, Result, io_error, without_passwords};
use crate::imaging::DecodeLimits;
use crate::priority::FURTHEST;

/// Settings as the command line and the environment give them; each is optional and wins over the file.
#[derive(Clone, Default, Args)]
pub struct ConfigArguments {
    /// TOML file with the same settings in sections [default: likeness.toml in the data folder, if there]
    #[arg(long, global = true, env = "LIKENESS_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Folder that holds the library: database, pictures, vectors, indexes [default: data]
    #[arg(long, global = true, env = "LIKENESS_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Largest picture that is decoded, in megapixels [default: 250]
    #[arg(long, global = true, env = "LIKENESS_MAX_MEGAPIXELS", value_name = "N")]
    pub max_megapixels: Option<u64>,
    /// Largest picture file, in megabytes [default: 1000]
    #[arg(long, global = true, env = "LIKENESS_MAX_FILE_MEGABYTES", value_name = "N")]
    pub max_file_megabytes: Option<u64>,
    /// Where networks run: auto, cpu or cuda [default: auto]
    #[arg(long, global = true, env = "LIKENESS_DEVICE", value_name = "DEVICE")]
    pub device: Option<DeviceChoice>,
    /// Threads of one forward pass [default: one a core]
    #[arg(long, global = true, env = "LIKENESS_THREADS", value_name = "N")]
    pub threads: Option<usize>,
    /// Precision of features: auto, f32, bf16 or fp16 [default: auto]
    #[arg(long, global = true, env = "LIKENESS_PRECISION", value_name = "PRECISION")]
    pub precision: Option<PrecisionChoice>,
    /// The CUDA part of libtorch, if it is not on the library path
    #[arg(long, global = true, env = "LIKENESS_LIBTORCH_CUDA", value_name = "FILE")]
    pub libtorch_cuda: Option<PathBuf>,
    /// Folder or URL with model files, for machines without internet: MIRROR/<model key>/<file>
    #[arg(long, global = true, env = "LIKENESS_MIRROR", value_name = "DIR|URL")]
    pub mirror: Option<String>,
    /// PostgreSQL database `postgres://user:password@host/name` [default: SQLite in the data folder]. Other users of this
    /// machine see command lines: the environment variable, or `[database] url` in the settings file, keeps the password
    #[arg(long, global = true, env = "LIKENESS_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// Folder of datasets and trained models, as DIGITS' `DIGITS_JOBS_DIR` [default: jobs in the data folder]
    #[arg(long, global = true, env = "LIKENESS_JOBS_DIR", value_name = "DIR")]
    pub jobs_dir: Option<PathBuf>,
    /// Log lines as JSON [default: text]
    #[arg(long, global = true, env = "LIKENESS_LOG_JSON")]
    pub log_json: bool,
}

/// Where networks run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum DeviceChoice {
    /// CUDA where its libraries and a device are present, else the processor.
    #[default]
    Auto,
    /// The processor.
    Cpu,
    /// CUDA, and an error where it is not there.
    Cuda,
}

/// In which precision features are computed; raw outputs (detections, classes) are always f32.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum PrecisionChoice {
    /// bf16 where the processor multiplies it in hardware, fp16 on CUDA, else f32; never more than 0.001 of cosine from f32.
    #[default]
    Auto,
    /// 32-bit floating point.
    F32,
    /// 16-bit floating point with the exponent of f32.
    Bf16,
    /// 16-bit floating point.
    Fp16,
}

/// `[decode]`: what a picture may cost.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DecodeConfig {
    /// Largest picture that is decoded, in megapixels.
    pub max_megapixels: u64,
    /// Largest picture file, in megabytes (millions of bytes).
    pub max_file_megabytes: u64,
}

impl Default for DecodeConfig {
    fn default() -> Self {
        Self { max_megapixels: 250, max_file_megabytes: 1000 }
    }
}

impl DecodeConfig {
    /// The limits in the decoder's units.
    pub fn limits(&self) -> DecodeLimits {
        DecodeLimits {
            max_pixels: self.max_megapixels.saturating_mul(1_000_000),
            max_file_bytes: self.max_file_megabytes.saturating_mul(1_000_000),
        }
    }
}

/// `[engine]`: where and how networks run.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EngineConfig {
    /// Where networks run.
    pub device: DeviceChoice,
    /// Threads of one forward pass; 0 means one a core.
    pub threads: usize,
    /// In which precision features are computed.
    pub precision: PrecisionChoice,
    /// Most pictures of one forward pass.
    pub max_batch: usize,
    /// Interactive requests that may wait; the next one is told "busy".
    pub interactive_waiting: usize,
    /// How far bulk work steps back behind what people wait for: 0 (not at all) to 19, as `nice` counts.
    pub bulk_niceness: u8,
    /// The CUDA part of libtorch, if it is not on the library path.
    pub libtorch_cuda: Option<PathBuf>,
}

impl Default for EngineConfig {
    fn default() -> Self {
        Self {
            device: DeviceChoice::Auto,
            threads: 0,
            precision: PrecisionChoice::Auto,
            max_batch: 16,
            interactive_waiting: 256,
            bulk_niceness: 19,
            libtorch_cuda: None,
        }
    }
}

/// `[server]`: the HTTP side.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServerConfig {
    /// Address to listen on; anything but loopback needs `serve --expose`, because there are no accounts yet.
    pub host: IpAddr,
    /// Port; 0 takes a free one.
    pub port: u16,
    /// Largest upload, in MiB.
    pub max_upload_mib: u64,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self { host: IpAddr::from([127, 0, 0, 1]), port: 5000, max_upload_mib: 64 }
    }
}

/// `[models]`: where weights come from.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ModelsConfig {
    /// Folder or URL that is asked before the internet.
    pub mirror: Option<String>,
}

/// `[database]`: where the records are.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DatabaseConfig {
    /// `postgres://user:password@host/database`; without it `library.sqlite` in the data folder.
    pub url: Option<String>,
}

impl fmt::Debug for DatabaseConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DatabaseConfig").field("url", &self.url.as_deref().map(without_passwords)).finish()
    }
}

/// `[tasks]`: long work.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TasksConfig {
    /// Jobs that one process runs at the same time; 0 leaves the work to `likeness worker` processes.
    pub workers: usize,
    /// After so many seconds without a sign of life a worker counts as dead and its job goes on elsewhere.
    pub lease_seconds: u64,
    /// How often a job may be begun before a job that kills its workers is given up.
    pub max_attempts: u32,
}

impl Default for TasksConfig {
    fn default() -> Self {
        Self { workers: 2, lease_seconds: 10, max_attempts: 5 }
    }
}

/// `[import]`: what may come in over HTTP.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ImportConfig {
    /// Folders of the server that clients may import from; the drop folder `incoming` in the data folder is always one.
    pub roots: Vec<PathBuf>,
    /// Largest file sent for import, in MiB: a video or an archive.
    pub max_upload_mib: u64,
    /// Most URLs in one request.
    pub max_urls: usize,
    /// Whether URLs may lead to private, loopback and link-local addresses.
    pub allow_private_urls: bool,
}

impl Default for ImportConfig {
    fn default() -> Self {
        Self { roots: Vec::new(), max_upload_mib: 16 << 10, max_urls: 1000, allow_private_urls: false }
    }
}

/// `[video]`: how key frames are taken.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct VideoConfig {
    /// The ffmpeg program; ffprobe is looked for beside it.
    pub ffmpeg: PathBuf,
    /// How different from the frame before a frame must be to count as a new scene, 0 to 1.
    pub scene_threshold: f64,
    /// Most key frames taken from one second of video.
    pub max_frames_per_second: f64,
    /// At least one frame is taken every so many seconds; 0 for scene changes alone.
    pub frame_interval_seconds: f64,
    /// Most key frames of one video.
    pub max_frames: u32,
    /// Longest side of a frame, in pixels; 0 keeps the video's own.
    pub frame_side: u32,
    /// A video that takes longer than this to read is given up, in seconds.
    pub timeout_seconds: u64,
    /// Largest video file, in GiB.
    pub max_file_gib: u64,
}

impl Default for VideoConfig {
    fn default() -> Self {
        Self {
            ffmpeg: "ffmpeg".into(),
            scene_threshold: 0.3,
            max_frames_per_second: 2.0,
            frame_interval_seconds: 10.0,
            max_frames: 10_000,
            frame_side: 0,
            timeout_seconds: 4 * 3600,
            max_file_gib: 64,
        }
    }
}

/// `[digits]`: datasets and models that are trained here.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DigitsConfig {
    /// Folder that holds a folder for each of them; `jobs` in the data folder where it is not set.
    pub jobs_dir: Option<PathBuf>,
}

/// All settings.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Folder that holds the library.
    pub data_dir: PathBuf,
    /// What a picture may cost.
    pub decode: DecodeConfig,
    /// Where and how networks run.
    pub engine: EngineConfig,
    /// The HTTP side.
    pub server: ServerConfig,
    /// Where weights come from.
    pub models: ModelsConfig,
    /// Where the records are.
    pub database: DatabaseConfig,
    /// Long work.
    pub tasks: TasksConfig,
    /// What may come in over HTTP.
    pub import: ImportConfig,
    /// How key frames are taken.
    pub video: VideoConfig,
    /// Datasets and models that are trained here.
    pub digits: DigitsConfig,
}

impl Config {
    /// Merges command line, environment, file and defaults.
    ///
    /// # Errors
    /// `NotFound` when a named file is missing, `Invalid` with line and key when it is wrong.
    pub fn load(arguments: &ConfigArguments) -> Result<Self> {
        let data_dir = arguments.data_dir.clone();
        let beside = data_dir.clone().unwrap_or_else(|| "data".into()).join("likeness.toml");
        let mut config = if let Some(file) = &arguments.config {
            Self::read(file)?
        } else if beside.is_file() {
            Self::read(&beside)?
        } else {
            Self::default()
        };
        if let Some(folder) = data_dir {
            config.data_dir = folder;
        } else if config.data_dir.as_os_str().is_empty() {
            config.data_dir = "data".into();
        }
        config.overlay(arguments);
        config.check()?;
        Ok(config)
    }

    fn read(file: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(file).map_err(|e| io_error(file, "read the settings in", e))?;
        // The parser's message shows the line, and that may be the one with the password.
        toml::from_str(&text)
            .map_err(|source| Error::invalid(format!("settings file {}: {}", file.display(), without_passwords(&source.to_string()))))
    }

    /// Folder that holds a folder for each dataset and each model that is trained here.
    pub fn jobs_folder(&self) -> PathBuf {
        self.digits.jobs_dir.clone().unwrap_or_else(|| self.data_dir.join("jobs"))
    }

    fn overlay(&mut self, arguments: &ConfigArguments) {
        fn set<T: Clone>(target: &mut T, given: Option<&T>) {
            if let Some(value) = given {
                target.clone_from(value);
            }
        }
        set(&mut self.decode.max_megapixels, arguments.max_megapixels.as_ref());
        set(&mut self.decode.max_file_megabytes, arguments.max_file_megabytes.as_ref());
        set(&mut self.engine.device, arguments.device.as_ref());
        set(&mut self.engine.threads, arguments.threads.as_ref());
        set(&mut self.engine.precision, arguments.precision.as_ref());
        if arguments.libtorch_cuda.is_some() {
            self.engine.libtorch_cuda.clone_from(&arguments.libtorch_cuda);
        }
        if arguments.database_url.is_some() {
            self.database.url.clone_from(&arguments.database_url);
        }
        if arguments.mirror.is_some() {
            self.models.mirror.clone_from(&arguments.mirror);
        }
        if arguments.jobs_dir.is_some() {
            self.digits.jobs_dir.clone_from(&arguments.jobs_dir);
        }
    }

    fn check(&self) -> Result<()> {
        let positive = [
            ("decode.max_megapixels", self.decode.max_megapixels),
            ("decode.max_file_megabytes", self.decode.max_file_megabytes),
            ("engine.max_batch", self.engine.max_batch as u64),
            ("engine.interactive_waiting", self.engine.interactive_waiting as u64),
            ("server.max_upload_mib", self.server.max_upload_mib),
            ("tasks.lease_seconds", self.tasks.lease_seconds),
            ("tasks.max_attempts", u64::from(self.tasks.max_attempts)),
            ("import.max_upload_mib", self.import.max_upload_mib),
            ("video.timeout_seconds", self.video.timeout_seconds),
            ("video.max_file_gib", self.video.max_file_gib),
        ];
        if self.engine.bulk_niceness > FURTHEST {
            return Err(Error::invalid(format!(
                "setting engine.bulk_niceness is {}; it must be 0 to {FURTHEST}",
                self.engine.bulk_niceness
            )));
        }
        match positive.iter().find(|(_, value)| *value == 0) {
            Some((name, _)) => Err(Error::invalid(format!("setting {name} is 0; it must be at least 1"))),
            None => Ok(()),
        }
    }
}
