//! Learning rate policies as they are written on the command line: `step:33,0.1`.

use crate::error::{Error, Result};
use crate::train::supervised::RatePolicy;

/// The policy of a text.
///
/// # Errors
/// `Invalid` with the ways to write one.
pub(super) fn parse(text: &str) -> Result<RatePolicy> {
    let (name, numbers) = text.split_once(':').unwrap_or((text, ""));
    let numbers = numbers.split(',').filter(|number| !number.is_empty()).map(|number| number.trim().parse::<f64>());
    let numbers = numbers.collect::<Result<Vec<_>, _>>().unwrap_or_default();
    Ok(match (name, numbers.as_slice()) {
        ("fixed", []) => RatePolicy::Fixed,
        ("step", &[size, gamma]) => RatePolicy::Step { size, gamma },
        ("multistep", [gamma, values @ ..]) if !values.is_empty() => RatePolicy::Multistep { values: values.to_vec(), gamma: *gamma },
        ("exp", &[gamma]) => RatePolicy::Exp { gamma },
        ("inv", &[gamma, power]) => RatePolicy::Inv { gamma, power },
        ("poly", &[power]) => RatePolicy::Poly { power },
        ("sigmoid", &[step, gamma]) => RatePolicy::Sigmoid { step, gamma },
        _ => {
            return Err(Error::invalid(format!(
                "--policy {text}: use fixed, step:SIZE,GAMMA, multistep:GAMMA,AT,AT..., exp:GAMMA, inv:GAMMA,POWER, poly:POWER or \
                 sigmoid:AT,GAMMA"
            )));
        }
    })
}
