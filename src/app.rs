//! The hall: one bundle of handles, made once, cloned everywhere. No behaviour.

use std::sync::Arc;

use crate::config::Config;
use crate::dataset::Datasets;
use crate::dataset::roots::Roots;
use crate::dataset::source::Sources;
use crate::db::{self, Database};
use crate::error::{Error, Result, io_error};
use crate::feature::Features;
use crate::job::Jobs;
use crate::media::{Collections, Detections, MediaStore, Uploads, intake};
use crate::model::Zoo;
use crate::model::trained::{JobFolders, TrainedModels};
use crate::network::Engine;
use crate::search::SearchDesk;

/// Everything a door or a task needs.
#[derive(Clone)]
pub struct App {
    /// All settings.
    pub config: Arc<Config>,
    /// Long work.
    pub jobs: Jobs,
    /// The library.
    pub media: MediaStore,
    /// Pictures to search with.
    pub uploads: Uploads,
    /// Curated lists.
    pub collections: Collections,
    /// What detectors saw.
    pub detections: Detections,
    /// Folders of datasets and of models that are trained here.
    pub folders: JobFolders,
    /// Labelled sets of pictures.
    pub datasets: Datasets,
    /// Models that are trained here.
    pub trained: TrainedModels,
    /// The models.
    pub zoo: Zoo,
    /// Features and their files.
    pub features: Features,
    /// The device and its networks.
    pub engine: Engine,
    /// Searches.
    pub search: SearchDesk,
}

impl App {
    /// Opens (or begins) the library in the configured folder and starts the engine.
    ///
    /// # Errors
    /// When the folder cannot be written, the database is damaged, or the device is not there.
    pub async fn open(config: Config) -> Result<Self> {
        let database = Self::connect(&config).await?;
        let folder = &config.data_dir;
        let limits = config.decode.limits();
        let jobs = Jobs::new(database.clone());
        let media = MediaStore::open(database.clone(), folder, limits)?.with_video(config.video.clone());
        intake::sweep(media.data_dir());
        let uploads = Uploads::open(&media);
        let collections = Collections::new(database.clone());
        let detections = Detections::new(database.clone());
        let folders = JobFolders::open(&config.jobs_folder())?;
        let datasets = datasets(&config, &database, &jobs, &media, &folders);
        let trained = TrainedModels::new(database.clone(), jobs.clone(), folders.clone());
        let zoo = Zoo::new(folder, config.models.mirror.clone()).with_trained(folders.root());
        let features = Features::new(database, zoo.clone(), folder);
        let engine = Engine::start(&config.engine)?;
        let search = SearchDesk::new(engine.clone(), media.clone(), zoo.clone(), features.clone(), limits);
        let config = Arc::new(config);
        Ok(Self { config, jobs, media, uploads, collections, detections, folders, datasets, trained, zoo, features, engine, search })
    }

    /// Opens the configured database alone, for what needs no network; the data folder is made where it is missing.
    ///
    /// # Errors
    /// When the folder cannot be written, or the database cannot be reached or is damaged.
    pub async fn connect(config: &Config) -> Result<Database> {
        let folder = &config.data_dir;
        std::fs::create_dir_all(folder).map_err(|error| io_error(folder, "create the data folder", error))?;
        db::connect(&Self::database_place(config)?).await
    }

    /// Path or URL of the configured database: may hold a password, not for people.
    ///
    /// # Errors
    /// `Invalid` for a setting that is no URL.
    pub fn database_place(config: &Config) -> Result<String> {
        match &config.database.url {
            None => Ok(config.data_dir.join("library.sqlite").to_string_lossy().into_owned()),
            Some(url) if url.contains("://") => Ok(url.clone()),
            Some(_) => Err(Error::invalid("setting database.url is no URL: write postgres://user:password@host/name")),
        }
    }
}

/// The keeper of the datasets. Their pictures may come from where imports may, and from the folders of the jobs themselves.
fn datasets(config: &Config, database: &Database, jobs: &Jobs, media: &MediaStore, folders: &JobFolders) -> Datasets {
    let own = [config.data_dir.join("incoming"), folders.root().to_owned()];
    let roots = Roots::new(config.import.roots.iter().cloned().chain(own));
    let sources = Sources { roots, limits: config.decode.limits(), allow_private_urls: config.import.allow_private_urls };
    Datasets::new(database.clone(), jobs.clone(), media.clone(), folders.root().to_owned(), sources)
}
