//! Runs the Lua of a stranger: Luau without files, processes, clock or network, within limits of text, memory, steps and time.
//! What the text may use is written in `lua/`; it only describes a network, so there is nothing for it to compute.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use mlua::{ChunkMode, Compiler, Function, Lua, LuaOptions, StdLib, Table, VmState};

use super::Torch7Parameters;
use crate::error::{Error, Kind, Result};

/// Longest text of a network, in bytes; the longest known ones have twenty thousand.
pub const MAX_TEXT_BYTES: usize = 1 << 20;
/// Most memory that it may take while it runs.
const MEMORY_BYTES: usize = 64 << 20;
/// Most steps: Luau counts one at every turn of a loop, at every call, and within the matching of patterns.
const MAX_STEPS: u64 = 10_000_000;
/// Longest time.
const MAX_TIME: Duration = Duration::from_secs(5);
/// The clock is looked at once in so many steps.
const STEPS_A_LOOK: u64 = 1024;
/// Longest part of a line or message that an error shows.
const SHOWN: usize = 300;

/// The parts of the sandbox in the order in which they are loaded; each gets those before it that it names.
const SUPPORT: &str = include_str!("lua/support.lua");
const TENSOR: &str = include_str!("lua/tensor.lua");
const CLASS: &str = include_str!("lua/class.lua");
const MODULES: &str = include_str!("lua/modules.lua");
const CRITERIA: &str = include_str!("lua/criteria.lua");
const DESCRIBE: &str = include_str!("lua/describe.lua");
const RUN: &str = include_str!("lua/run.lua");

/// Runs a network's text and returns the JSON that describes what it has built.
///
/// # Errors
/// `Invalid` with line and words of the text; `TooLarge` with the limit that it exceeds.
pub(super) fn run(text: &str, parameters: &Torch7Parameters) -> Result<String> {
    if text.len() > MAX_TEXT_BYTES {
        return Err(Error::too_large(format!("the network's Lua has {} bytes; the limit is {MAX_TEXT_BYTES}", text.len())));
    }
    if text.contains('\0') {
        return Err(Error::invalid("the network's Lua holds a zero byte: send the text itself, not a compiled or packed file"));
    }
    let budget = Arc::new(Budget { steps: AtomicU64::new(0), begun: Instant::now() });
    let described = attempt(text, parameters, &budget);
    // A text may catch the error that a limit raises; it is over all the same.
    match (budget.exceeded(), described) {
        (None, Ok(described)) => Ok(described),
        (None, Err(error)) => Err(failure(&error, text)),
        (Some(limit), Ok(_)) => Err(Error::too_large(format!("model.lua: {limit}"))),
        (Some(limit), Err(error)) => Err(Error::too_large(shown(&format!("model.lua: {limit}"), line_of(&error), text))),
    }
}

fn attempt(text: &str, parameters: &Torch7Parameters, budget: &Arc<Budget>) -> mlua::Result<String> {
    let lua = Lua::new_with(StdLib::TABLE | StdLib::STRING | StdLib::MATH | StdLib::BIT | StdLib::DEBUG, LuaOptions::new())?;
    lua.set_memory_limit(MEMORY_BYTES)?;
    // Without optimisation a global is looked up where it is used, as in Torch.
    lua.set_compiler(Compiler::new().set_optimization_level(0));
    let run = prepare(&lua)?;
    let text = lua.load(text).set_name("=model.lua").set_mode(ChunkMode::Text).into_function()?;
    let watched = Arc::clone(budget);
    lua.set_interrupt(move |_| watched.step());
    let [channels, height, width] = parameters.input_shape;
    let label_size = parameters.label_size.map(|size| size as f64);
    run.call((text, parameters.gpus, parameters.classes, channels, height, width, label_size, parameters.fine_tune))
}

/// Loads the sandbox's own parts; the last one is the function that runs a text.
fn prepare(lua: &Lua) -> mlua::Result<Function> {
    let load = |name: &str, text: &'static str| lua.load(text).set_name(format!("=sandbox/{name}")).set_mode(ChunkMode::Text);
    let support: Table = load("support", SUPPORT).call(())?;
    let tensor: Table = load("tensor", TENSOR).call(&support)?;
    let class: Table = load("class", CLASS).call((&support, &tensor))?;
    load("modules", MODULES).call::<()>((&support, &tensor, &class))?;
    load("criteria", CRITERIA).call::<()>((&support, &class))?;
    let describe: Table = load("describe", DESCRIBE).call((&support, &tensor, &class))?;
    load("run", RUN).call((&support, &tensor, &class, &describe))
}

/// How much a text has run.
struct Budget {
    steps: AtomicU64,
    begun: Instant,
}

impl Budget {
    /// One step more. From the first that is too much on, every step fails, so that nothing that catches the error gets far.
    fn step(&self) -> mlua::Result<VmState> {
        let steps = self.steps.fetch_add(1, Ordering::Relaxed) + 1;
        if steps > MAX_STEPS || steps.is_multiple_of(STEPS_A_LOOK) && self.begun.elapsed() > MAX_TIME {
            self.steps.fetch_max(MAX_STEPS + 1, Ordering::Relaxed);
            return Err(mlua::Error::runtime("stopped"));
        }
        Ok(VmState::Continue)
    }

    /// The limit that was exceeded, in words.
    fn exceeded(&self) -> Option<String> {
        (self.steps.load(Ordering::Relaxed) > MAX_STEPS).then(|| {
            format!(
                "the text ran for more than {MAX_STEPS} steps (turns of loops and calls) or {} seconds: does a loop never end?",
                MAX_TIME.as_secs()
            )
        })
    }
}

/// A failure of the text in our words: its line, what Lua says, and the words on that line.
fn failure(error: &mlua::Error, text: &str) -> Error {
    let (kind, message) = match root(error) {
        mlua::Error::MemoryError(_) => {
            let limit = MEMORY_BYTES >> 20;
            (
                Kind::TooLarge,
                format!("model.lua: the text takes more than {limit} MiB of memory: it describes modules, and needs no tensors"),
            )
        }
        mlua::Error::SyntaxError { message, .. } | mlua::Error::RuntimeError(message) => (Kind::Invalid, message.clone()),
        other => (Kind::Invalid, other.to_string()),
    };
    let first = message.split("\nstack traceback:").next().unwrap_or_default().trim();
    Error::new(kind, shown(first, line_of(error), text))
}

/// The error inside those that only say where it passed through.
fn root(error: &mlua::Error) -> &mlua::Error {
    match error {
        mlua::Error::CallbackError { cause, .. } | mlua::Error::WithContext { cause, .. } => root(cause),
        other => other,
    }
}

/// The line of the text on which an error was raised, as far as message or traceback tell.
fn line_of(error: &mlua::Error) -> Option<usize> {
    let told = match error {
        mlua::Error::CallbackError { traceback, .. } => traceback.clone(),
        mlua::Error::SyntaxError { message, .. } | mlua::Error::RuntimeError(message) => message.clone(),
        other => other.to_string(),
    };
    let (_, after) = told.split_once("model.lua:")?;
    after.split(|next: char| !next.is_ascii_digit()).next()?.parse().ok()
}

/// A message that names its line, with the words on that line; both cut to what a page can show.
fn shown(message: &str, line: Option<usize>, text: &str) -> String {
    let message: String = message.chars().take(2 * SHOWN).collect();
    let named = if message.contains("model.lua") { message } else { format!("model.lua: {message}") };
    let words = line.and_then(|line| text.lines().nth(line.checked_sub(1)?)).map(str::trim).filter(|words| !words.is_empty());
    match (words, line) {
        (Some(words), Some(line)) => format!("{named} (line {line}: `{}`)", words.chars().take(SHOWN).collect::<String>()),
        _ => named,
    }
}
