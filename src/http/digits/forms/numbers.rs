//! Rules of number fields.

use super::REQUIRED;

/// Whether a number field may stay without a value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Presence {
    /// Absent means the default; an empty text is a wrong number.
    #[default]
    Plain,
    /// As plain, but an empty text means no value.
    Optional,
    /// A value is needed, and 0 is none.
    Required,
}

/// Rule of a number field: what absence means and which values are allowed. Bounds are included.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Number<T> {
    /// Value of an absent field.
    pub default: Option<T>,
    /// Whether there must be a value.
    pub presence: Presence,
    /// Smallest value.
    pub least: Option<T>,
    /// Largest value.
    pub most: Option<T>,
}

/// What number fields hold.
pub trait Numeric: Copy + PartialOrd + Default + std::fmt::Display {
    /// Message for a text that is none.
    const WRONG: &'static str;
    /// The number that a text shows.
    fn parse(text: &str) -> Option<Self>;
}

impl Numeric for i64 {
    const WRONG: &'static str = "Not a valid integer value";

    /// Whole numbers may be written as `8.0`.
    fn parse(text: &str) -> Option<Self> {
        const MOST_EXACT: f64 = 9_007_199_254_740_992.0;
        let text = text.trim();
        let whole = |number: &f64| number.fract() == 0.0 && number.abs() <= MOST_EXACT;
        text.parse().ok().or_else(|| text.parse().ok().filter(whole).map(|number: f64| number as i64))
    }
}

impl Numeric for f64 {
    const WRONG: &'static str = "Not a valid float value";

    fn parse(text: &str) -> Option<Self> {
        text.trim().parse().ok().filter(|number: &f64| number.is_finite())
    }
}

impl<T: Numeric> Number<T> {
    /// The value of a field, or the message that says what is wrong with it. `sent` is its text, `None` when it is absent.
    pub(super) fn read(&self, sent: Option<&str>) -> Result<Option<T>, String> {
        let value = match (sent, self.presence) {
            (None, _) => self.default,
            (Some(text), Presence::Optional) if text.trim().is_empty() => return Ok(None),
            (Some(text), Presence::Required) if text.trim().is_empty() => return Err(REQUIRED.into()),
            (Some(text), _) => Some(T::parse(text).ok_or_else(|| T::WRONG.to_owned())?),
        };
        match value {
            None if self.presence == Presence::Required => Err(REQUIRED.into()),
            Some(number) if self.presence == Presence::Required && number == T::default() => Err(REQUIRED.into()),
            Some(number) => {
                out_of_range(number, self.least, self.most).map_or(Ok(value), |message| Err(format!("Number must be {message}.")))
            }
            None => Ok(None),
        }
    }

    /// The values of a field that may hold several: `0.01`, `0.01,0.02` or `[0.01, 0.02]`.
    pub(super) fn read_list(&self, sent: Option<&str>) -> Result<Vec<T>, String> {
        let Some(text) = sent else { return Ok(self.default.into_iter().collect()) };
        let inner = text.trim().trim_start_matches('[').trim_end_matches(']').trim();
        if inner.is_empty() {
            return if self.presence == Presence::Optional { Ok(Vec::new()) } else { Err("No data.".into()) };
        }
        let values: Option<Vec<T>> = inner.split(',').map(T::parse).collect();
        let values = values.ok_or_else(|| T::WRONG.to_owned())?;
        let wrong = values.iter().find_map(|&value| Some((value, out_of_range(value, self.least, self.most)?)));
        wrong.map_or(Ok(values), |(value, message)| Err(format!("Number {value} must be {message}.")))
    }
}

/// How a number's bounds are broken, in words.
fn out_of_range<T: Numeric>(number: T, least: Option<T>, most: Option<T>) -> Option<String> {
    let inside = least.is_none_or(|least| number >= least) && most.is_none_or(|most| number <= most);
    if inside {
        return None;
    }
    Some(match (least, most) {
        (Some(least), Some(most)) => format!("between {least} and {most}"),
        (Some(least), None) => format!("at least {least}"),
        (None, Some(most)) => format!("at most {most}"),
        (None, None) => return None,
    })
}
