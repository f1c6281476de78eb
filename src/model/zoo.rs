//! The model zoo: descriptors compiled in, and those that the user put into `<data>/modelzoo/<key>/model.yaml`.
//! The folder is read again for every question: a model that was dropped in is there at once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::descriptor::{Descriptor, Framework};
use super::embedded::EMBEDDED;
use super::weights::{self, FileSpec};
use crate::error::{Error, Kind, Result, ResultExt, io_error};
use crate::network::engine::NetworkId;
use crate::network::{Engine, NetworkFormat, NetworkSource, Signature};
use crate::types::Sha256;

/// One model of the zoo.
#[derive(Clone)]
pub struct Entry {
    /// Key, `snake_case`.
    pub key: String,
    /// Its descriptor.
    pub descriptor: Descriptor,
    /// `model.yaml` as it is written, for the API.
    pub raw: serde_json::Value,
    /// Folder of a user's model; `None` for one that is compiled in.
    folder: Option<PathBuf>,
}

/// Keeper of the models.
#[derive(Clone)]
pub struct Zoo {
    user_models: PathBuf,
    /// Folders of models that were trained here.
    trained: Option<PathBuf>,
    downloads: PathBuf,
    mirror: Option<String>,
}

impl Zoo {
    /// A zoo with the user's models and downloads below `data_dir`.
    pub fn new(data_dir: &Path, mirror: Option<String>) -> Self {
        Self { user_models: data_dir.join("modelzoo"), trained: None, downloads: data_dir.join("models"), mirror }
    }

    /// The same, with the models that were trained below `folder`.
    #[must_use]
    pub fn with_trained(self, folder: &Path) -> Self {
        Self { trained: Some(folder.to_owned()), ..self }
    }

    /// All models by key. A broken descriptor of the user's is logged and left out: one bad folder must not stop the rest.
    pub fn list(&self) -> BTreeMap<String, Entry> {
        let mut entries = BTreeMap::new();
        for embedded in EMBEDDED {
            match Entry::parse(embedded.key, embedded.descriptor, None) {
                Ok(entry) => drop(entries.insert(entry.key.clone(), entry)),
                Err(error) => tracing::error!(model = embedded.key, %error, "compiled-in model is broken"),
            }
        }
        let trained = self.trained.iter().flat_map(|folder| subfolders(folder));
        for folder in subfolders(&self.user_models).into_iter().chain(trained) {
            match Entry::read(&folder) {
                Ok(entry) => drop(entries.insert(entry.key.clone(), entry)),
                Err(error) => tracing::warn!(folder = %folder.display(), %error, "model left out"),
            }
        }
        entries
    }

    /// One model.
    ///
    /// # Errors
    /// `NotFound`; the message lists the keys there are.
    pub fn get(&self, key: &str) -> Result<Entry> {
        let mut entries = self.list();
        if let Some(entry) = entries.remove(key) {
            return Ok(entry);
        }
        let known = entries.into_keys().collect::<Vec<_>>().join(", ");
        Err(Error::not_found(format!("unknown model `{}`; the zoo has: {known}", key.chars().take(80).collect::<String>())))
    }

    /// The model whose weights file has this hash.
    pub fn by_weights(&self, hash: &Sha256) -> Option<Entry> {
        self.list().into_values().find(|entry| entry.descriptor.sha256.as_ref() == Some(hash))
    }

    /// Whether the weights are there without asking the mirror or the internet.
    pub fn is_downloaded(&self, entry: &Entry) -> bool {
        entry.files().iter().all(|file| weights::is_local(file, &self.places(entry)))
    }

    /// Verifies the files of a model that are here, and asks nobody else; answers the names of those that are not here.
    ///
    /// # Errors
    /// `Corrupt` naming the file with the wrong hash.
    pub fn verify(&self, entry: &Entry) -> Result<Vec<String>> {
        let places = self.places(entry);
        let mut missing = Vec::new();
        for file in entry.files() {
            if !weights::verify_local(&file, &places)? {
                missing.push(file.name);
            }
        }
        Ok(missing)
    }

    /// Text of a Caffe model's network definition, fetched where needed; its weights may be anywhere. `None` for other models.
    ///
    /// # Errors
    /// As [`Zoo::source`].
    pub fn definition(&self, entry: &Entry) -> Result<Option<String>> {
        let Some(file) = entry.files().into_iter().nth(1) else { return Ok(None) };
        let bytes = weights::obtain(&file, &self.places(entry)).map_err(|error| error.context(format!("model `{}`", entry.key)))?;
        let text = String::from_utf8(bytes.to_vec()).or_error(Kind::Corrupt, || format!("model `{}`: {}", entry.key, file.name))?;
        Ok(Some(text))
    }

    /// Bytes of a model's weights that a download has brought so far.
    pub fn downloaded_bytes(&self, entry: &Entry) -> u64 {
        let target = self.downloads.join(&entry.key).join(&entry.descriptor.model);
        let size = |path: &Path| std::fs::metadata(path).map(|file| file.len());
        size(&target).or_else(|_| size(&target.with_extension("part"))).unwrap_or_default()
    }

    /// Verified files of a model, fetched where needed, ready for the engine. Blocks on files and network.
    ///
    /// # Errors
    /// `NotReady` with every place that was tried, `Corrupt` when a hash is wrong.
    pub fn source(&self, entry: &Entry) -> Result<NetworkSource> {
        let places = self.places(entry);
        let mut bytes = Vec::new();
        for file in entry.files() {
            bytes.push(weights::obtain(&file, &places).map_err(|error| error.context(format!("model `{}`", entry.key)))?);
        }
        entry.assemble(bytes)
    }

    /// Loads a model into the engine and measures a layer; an empty layer is the one that the descriptor names.
    ///
    /// # Errors
    /// Those of [`Zoo::get`], [`Zoo::source`] and [`Engine::load`]; `Invalid` when the dimension is not the descriptor's.
    pub async fn load(&self, engine: &Engine, key: &str, layer: &str) -> Result<(NetworkId, Signature)> {
        let (zoo, key) = (self.clone(), key.to_owned());
        let files = move || {
            let entry = zoo.get(&key)?;
            let source = zoo.source(&entry)?;
            Ok::<_, Error>((entry, source))
        };
        let files = tokio::task::spawn_blocking(files).await;
        let (entry, source) = files.map_err(|error| Error::internal("loading a model failed inside").because(error))??;
        let layer = if layer.is_empty() { &entry.descriptor.features } else { layer };
        let (network, signature) = engine.load(source, layer).await?;
        entry.check_dimension(layer, signature.dimension)?;
        Ok((network, signature))
    }

    /// What a layer's feature will be once the network is loaded, from the verified files and the descriptor alone: quick, as no
    /// network is built. `None` for a layer of which the descriptor tells no dimension. Blocks on files and network.
    ///
    /// # Errors
    /// Those of [`Zoo::get`] and [`Zoo::source`].
    pub fn signature(&self, key: &str, layer: &str) -> Result<Option<Signature>> {
        let entry = self.get(key)?;
        let source = self.source(&entry)?;
        let (layer, dimension) = (if layer.is_empty() { &entry.descriptor.features } else { layer }, entry.descriptor.dimensions);
        let is_told = *layer == entry.descriptor.features && dimension > 0;
        Ok(is_told.then(|| Signature::new(key, layer, dimension, source.input.clone(), source.hash())))
    }

    pub(super) fn places(&self, entry: &Entry) -> weights::Places {
        let compiled_in =
            EMBEDDED.iter().find(|embedded| embedded.key == entry.key && entry.folder.is_none()).map_or(&[][..], |embedded| embedded.files);
        weights::Places {
            compiled_in,
            model_folder: entry.folder.clone(),
            downloads: self.downloads.join(&entry.key),
            mirror: self.mirror.as_ref().map(|mirror| weights::Mirror::new(mirror, &entry.key)),
        }
    }

    /// Files of a model's documentation, by name.
    pub fn documents(&self, entry: &Entry) -> Vec<String> {
        match &entry.folder {
            None => EMBEDDED
                .iter()
                .filter(|embedded| embedded.key == entry.key)
                .flat_map(|embedded| embedded.files)
                .map(|(name, _)| (*name).to_owned())
                .filter(|name| is_document(name))
                .collect(),
            Some(folder) => std::fs::read_dir(folder)
                .into_iter()
                .flatten()
                .flatten()
                .map(|file| file.file_name().to_string_lossy().into_owned())
                .filter(|name| is_document(name))
                .collect(),
        }
    }
}

impl Zoo {
    /// One file of a model's documentation; `None` for any other file of the model.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn document(&self, entry: &Entry, name: &str) -> Result<Option<Vec<u8>>> {
        if !self.documents(entry).iter().any(|known| known == name) {
            return Ok(None);
        }
        match &entry.folder {
            None => {
                let mut files = EMBEDDED.iter().filter(|embedded| embedded.key == entry.key).flat_map(|embedded| embedded.files);
                Ok(files.find(|(known, _)| *known == name).map(|(_, bytes)| bytes.to_vec()))
            }
            Some(folder) => {
                let file = folder.join(name);
                std::fs::read(&file).map(Some).map_err(|error| io_error(&file, "read", error))
            }
        }
    }
}

impl Entry {
    fn parse(key: &str, text: &str, folder: Option<PathBuf>) -> Result<Self> {
        let raw = serde_norway::from_str(text).or_error(Kind::Invalid, || "model.yaml".into())?;
        Ok(Self { key: key.into(), descriptor: Descriptor::parse(text)?, raw, folder })
    }

    /// Reads a model from a folder that holds a `model.yaml`; the folder's name is the key.
    ///
    /// # Errors
    /// `NotFound` without the file, `Invalid` with the line.
    pub fn read(folder: &Path) -> Result<Self> {
        let file = folder.join("model.yaml");
        let text = std::fs::read_to_string(&file).map_err(|error| io_error(&file, "read", error))?;
        let key = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Self::parse(&key, &text, Some(folder.to_path_buf()))
    }

    /// Weights, then definition: the order of [`Entry::assemble`].
    fn files(&self) -> Vec<FileSpec> {
        let descriptor = &self.descriptor;
        let mut files = vec![FileSpec {
            name: descriptor.model.clone(),
            sha256: descriptor.sha256,
            size: descriptor.size,
            url: descriptor.url.clone(),
            may_be_unhashed: false,
        }];
        if descriptor.framework == Framework::Caffe {
            files.push(FileSpec {
                name: descriptor.config.clone(),
                sha256: descriptor.config_sha256,
                size: 0,
                url: descriptor.config_url.clone(),
                // A definition beside its descriptor is the same author's text.
                may_be_unhashed: true,
            });
        }
        files
    }

    /// A network source from this model's files, in the order weights, definition.
    ///
    /// # Errors
    /// `Corrupt` when the definition is not text.
    pub fn assemble(&self, files: Vec<bytes::Bytes>) -> Result<NetworkSource> {
        let mut files = files.into_iter();
        let (weights, config) = (files.next().unwrap_or_default(), files.next().unwrap_or_default());
        let format = match self.descriptor.framework {
            Framework::TorchScript => NetworkFormat::TorchScript { module: weights },
            Framework::Caffe => {
                let definition = String::from_utf8(config.to_vec())
                    .or_error(Kind::Corrupt, || format!("model `{}`: {}", self.key, self.descriptor.config))?;
                NetworkFormat::Caffe { definition, weights }
            }
        };
        Ok(NetworkSource { model: self.key.clone(), format, input: self.descriptor.input() })
    }
}

fn is_document(name: &str) -> bool {
    let shown = ["md", "jpg", "jpeg", "png", "webp", "gif"];
    Path::new(name).extension().is_some_and(|extension| shown.iter().any(|one| extension.eq_ignore_ascii_case(one)))
}

fn subfolders(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<_> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.join("model.yaml").is_file())
        .collect();
    found.sort();
    found
}

impl Entry {
    /// Compares a measured dimension with the descriptor's, for the descriptor's own layer.
    ///
    /// # Errors
    /// `Invalid` naming both.
    fn check_dimension(&self, layer: &str, measured: usize) -> Result<()> {
        let promised = self.descriptor.dimensions;
        if layer != self.descriptor.features || promised == 0 || promised == measured {
            return Ok(());
        }
        Err(Error::invalid(format!(
            "model `{}`: layer `{layer}` gives {measured} numbers, model.yaml promises `dimensions: {promised}`; correct the descriptor",
            self.key
        )))
    }
}
