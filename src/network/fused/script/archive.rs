//! A TorchScript archive: a zip with the program's text, its attributes and constants as pickles, and the numbers of its
//! tensors. All of it is foreign: sizes, offsets and strides are checked before a tensor is made.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io::{Cursor, Read};

use tch::{Kind as ElementKind, Tensor};
use zip::ZipArchive;

use super::pickle::{Item, Object, Pickle};
use crate::error::{Error, Kind, Result};
use crate::network::layers::TorchResult;

/// Largest file of the program's text.
const MAX_TEXT: u64 = 16 << 20;
/// Largest storage of tensors.
const MAX_STORAGE: u64 = 8 << 30;

/// An opened archive.
pub(super) struct Archive<'a> {
    zip: RefCell<ZipArchive<Cursor<&'a [u8]>>>,
    root: String,
    /// Storages that were read, by key.
    storages: RefCell<HashMap<String, Tensor>>,
    pub(super) data: Attributes,
    pub(super) constants: Attributes,
}

/// A pickle, and the folder where the numbers of its tensors lie.
pub(super) struct Attributes {
    pub(super) pickle: Pickle,
    folder: &'static str,
}

impl<'a> Archive<'a> {
    /// # Errors
    /// `Corrupt` or `Unsupported`.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self> {
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|error| corrupt("no zip archive").because(error))?;
        let outermost = |name: &str| name.strip_suffix("/data.pkl").filter(|root| !root.contains('/')).map(str::to_owned);
        let root = zip.file_names().filter_map(std::result::Result::ok).find_map(|name| outermost(&name));
        let root = root.ok_or_else(|| corrupt("it has no data.pkl"))?;
        let zip = RefCell::new(zip);
        let attributes = |folder: &'static str| {
            let pickle = Pickle::read(&read(&zip, &format!("{root}/{folder}.pkl"), 64 << 20)?)?;
            Ok::<_, Error>(Attributes { pickle, folder })
        };
        let (data, constants) = (attributes("data")?, attributes("constants")?);
        let archive = Self { root, storages: RefCell::default(), data, constants, zip };
        match archive.file("byteorder", 16) {
            Ok(order) if order != b"little" => Err(Error::unsupported("a TorchScript archive with big-endian numbers")),
            _ => Ok(archive),
        }
    }

    fn file(&self, name: &str, limit: u64) -> Result<Vec<u8>> {
        read(&self.zip, &format!("{}/{name}", self.root), limit)
    }

    /// Text of a module such as `__torch__.torch.nn.functional`.
    ///
    /// # Errors
    /// `Corrupt` when it is not there.
    pub(super) fn text(&self, module: &str) -> Result<String> {
        let name = format!("code/{}.py", module.replace('.', "/"));
        String::from_utf8(self.file(&name, MAX_TEXT)?).map_err(|_| corrupt("its program is no UTF-8"))
    }

    /// The tensor that a pickled call of `_rebuild_tensor_v2` describes; nothing if the object is none.
    ///
    /// # Errors
    /// `Corrupt` where it reaches beyond its storage.
    pub(super) fn tensor(&self, attributes: &Attributes, object: &Object) -> Result<Option<Tensor>> {
        if &*object.class != "torch._utils _rebuild_tensor_v2" {
            return Ok(None);
        }
        let Attributes { pickle, folder } = attributes;
        let [Item::Persistent(storage), Item::Int(offset), size, stride, ..] = pickle.elements(&object.arguments) else {
            return Err(corrupt("a tensor without storage, offset, size or stride"));
        };
        let [_, Item::Global(class), Item::Text(key), _, Item::Int(count)] = pickle.identity(*storage) else {
            return Err(corrupt("a storage without class, key or size"));
        };
        let (size, stride) = (integers(pickle, size)?, integers(pickle, stride)?);
        if !lies_within(&size, &stride, *offset, *count) {
            return Err(corrupt(&format!("a tensor of size {size:?} and stride {stride:?} reaches beyond its storage of {count}")));
        }
        let flat = self.storage(&format!("{folder}/{key}"), class, *count)?;
        flat.f_as_strided(&size, &stride, *offset).torch()?.f_contiguous().torch().map(Some)
    }

    fn storage(&self, key: &str, class: &str, count: i64) -> Result<Tensor> {
        if let Some(known) = self.storages.borrow().get(key).filter(|known| known.size() == [count]) {
            return Ok(known.shallow_clone());
        }
        let kind = element_kind(class)?;
        let bytes = self.file(key, MAX_STORAGE)?;
        if usize::try_from(count).ok().and_then(|count| count.checked_mul(kind.elt_size_in_bytes())) != Some(bytes.len()) {
            return Err(corrupt(&format!("the storage {key} has {} bytes for {count} numbers", bytes.len())));
        }
        let tensor = Tensor::f_from_data_size(&bytes, &[count], kind).torch()?;
        self.storages.borrow_mut().insert(key.to_owned(), tensor.shallow_clone());
        Ok(tensor)
    }
}

fn read(zip: &RefCell<ZipArchive<Cursor<&[u8]>>>, name: &str, limit: u64) -> Result<Vec<u8>> {
    let mut zip = zip.borrow_mut();
    let file = zip.by_name(name).map_err(|error| corrupt(&format!("it has no {name}")).because(error))?;
    if file.size() > limit {
        return Err(Error::too_large(format!("TorchScript archive: {name} has {} bytes; the limit is {limit}", file.size())));
    }
    let mut bytes = Vec::new();
    file.take(limit).read_to_end(&mut bytes).map_err(|error| corrupt(&format!("{name} cannot be read")).because(error))?;
    Ok(bytes)
}

fn integers(pickle: &Pickle, item: &Item) -> Result<Vec<i64>> {
    let integer = |item: &Item| if let Item::Int(value) = item { Ok(*value) } else { Err(corrupt("a size that is no whole number")) };
    pickle.elements(item).iter().map(integer).collect()
}

/// Whether all numbers of a strided tensor lie within a storage.
fn lies_within(size: &[i64], stride: &[i64], offset: i64, count: i64) -> bool {
    if size.len() != stride.len() || offset < 0 || size.iter().chain(stride).any(|&number| number < 0) || size.len() > 8 {
        return false;
    }
    if size.contains(&0) {
        return offset <= count;
    }
    let reach = size.iter().zip(stride).try_fold(offset, |reach, (&size, &stride)| reach.checked_add((size - 1).checked_mul(stride)?));
    let numbers = size.iter().try_fold(1_i64, |numbers, &size| numbers.checked_mul(size));
    // No larger than its storage: a stride of zero could make much of little.
    reach.is_some_and(|reach| reach < count) && numbers.is_some_and(|numbers| numbers <= count)
}

fn element_kind(class: &str) -> Result<ElementKind> {
    Ok(match class.rsplit(' ').next().unwrap_or_default() {
        "FloatStorage" => ElementKind::Float,
        "HalfStorage" => ElementKind::Half,
        "BFloat16Storage" => ElementKind::BFloat16,
        "DoubleStorage" => ElementKind::Double,
        "LongStorage" => ElementKind::Int64,
        "IntStorage" => ElementKind::Int,
        "ShortStorage" => ElementKind::Int16,
        "CharStorage" => ElementKind::Int8,
        "ByteStorage" => ElementKind::Uint8,
        "BoolStorage" => ElementKind::Bool,
        other => return Err(Error::unsupported(format!("tensors in a {other}"))),
    })
}

fn corrupt(what: &str) -> Error {
    Error::new(Kind::Corrupt, format!("TorchScript archive: {what}"))
}
