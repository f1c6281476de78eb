//! What DIGITS looks for before Caffe sees a network.

use std::collections::HashSet;

use crate::error::{Error, Result};
use crate::network::network_definition::{NetworkDefinition, NetworkState};

/// Refuses a layer that reads a blob which its state does not have.
pub(super) fn blobs(network: &NetworkDefinition) -> Result<()> {
    for (state, phase) in [(NetworkState::train(), "TRAIN"), (NetworkState::validation(), "TEST"), (NetworkState::deploy(), "TEST")] {
        let network = network.in_state(&state)?;
        let made: HashSet<&String> = network.layers.iter().flat_map(|layer| &layer.tops).collect();
        for layer in &network.layers {
            if let Some(bottom) = layer.bottoms.iter().find(|bottom| !made.contains(bottom)) {
                return Err(Error::invalid(format!(
                    "Layer '{}' references bottom '{bottom}' at the {phase} stage however this blob is not included at that stage. \
                     Please consider using an include directive to limit the scope of this layer.",
                    layer.name
                )));
            }
        }
    }
    Ok(())
}

/// Refuses a network that answers without probabilities.
pub(super) fn softmax(network: &NetworkDefinition) -> Result<()> {
    if network.in_state(&NetworkState::deploy())?.layers.iter().any(|layer| layer.kind == "Softmax") {
        return Ok(());
    }
    Err(Error::invalid(
        "Your deploy network is missing a Softmax layer! Read the documentation for custom networks and/or look at the standard \
         networks for examples.",
    ))
}
