//! Networks stored as TorchScript. A layer is a method of the module: `forward` (or an empty name), `logits`, ...

use tch::{CModule, Device, IValue, Kind as ElementKind, Tensor};

use crate::error::{Error, Kind, Result, ResultExt};

/// A loaded TorchScript module.
pub struct TorchScript {
    module: CModule,
    /// Precision of the weights, and layer, of a module that answers features in another one than f32.
    converted: Option<(ElementKind, String)>,
}

impl TorchScript {
    /// Loads a module from the bytes of a `.pt` file onto a device.
    ///
    /// # Errors
    /// `Corrupt` when libtorch cannot read it.
    pub fn load(bytes: &[u8], device: Device) -> Result<Self> {
        let mut module = CModule::load_data_on_device(&mut std::io::Cursor::new(bytes), device)
            .map_err(|error| Error::new(Kind::Corrupt, format!("not a TorchScript module: {}", first_line(&error.to_string()))))?;
        module.f_set_eval().or_error(Kind::Corrupt, || "the module cannot be set to evaluation".into())?;
        Ok(Self { module, converted: None })
    }

    /// As [`TorchScript::load`], with all weights in another precision, for the features of a layer.
    ///
    /// # Errors
    /// As there.
    pub fn load_as(bytes: &[u8], device: Device, kind: ElementKind, layer: &str) -> Result<Self> {
        let mut converted = Self::load(bytes, device)?;
        converted.module.to(device, kind, false);
        converted.converted = Some((kind, layer.to_owned()));
        Ok(converted)
    }

    /// Features `[n, dimension]` in f32 of a module that was converted.
    ///
    /// # Errors
    /// As [`TorchScript::forward_to`].
    pub fn features(&self, input: &Tensor) -> Result<Tensor> {
        let Some((kind, layer)) = &self.converted else { return Err(Error::internal("the module was not converted")) };
        let output = self.forward_to(&input.f_to_kind(*kind)?, layer)?.f_to_kind(ElementKind::Float)?;
        super::pooled(&output, input.size()[0], layer)
    }

    /// Output of a layer for an input `[n, channels, height, width]`.
    ///
    /// # Errors
    /// `Invalid` when the module has no such method or refuses the input.
    pub fn forward_to(&self, input: &Tensor, layer: &str) -> Result<Tensor> {
        if layer.is_empty() || layer == "forward" {
            // `view` takes no tensor whose channels lie side by side in memory: such a module gets them one after the other.
            let answer = self.module.forward_ts(&[input]).or_else(|_| self.module.forward_ts(&[input.f_contiguous()?]));
            return answer.map_err(|error| Error::invalid(format!("the network refused its input: {}", first_line(&error.to_string()))));
        }
        let input = IValue::Tensor(input.shallow_clone());
        match self.module.method_is(layer, &[input]) {
            Ok(IValue::Tensor(output)) => Ok(output),
            Ok(_) => Err(Error::invalid(format!("layer `{layer}` of the TorchScript module gives no tensor"))),
            Err(error) => Err(Error::invalid(format!(
                "the TorchScript module has no layer `{layer}`; its layers are its methods: `forward`, and those that its author exported ({})",
                first_line(&error.to_string())
            ))),
        }
    }
}

/// libtorch appends a stack trace to its messages; people need the first sentence.
fn first_line(text: &str) -> &str {
    text.lines().find(|line| !line.trim().is_empty()).unwrap_or("unknown error").trim()
}
