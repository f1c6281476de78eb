//! Mistakes are told with line and words of the text; what tries to break out or never ends is stopped.

use std::time::{Duration, Instant};

use likeness::Kind;

use super::{gradients, made, refused, returning};

#[test]
fn mistakes_are_told_with_their_line_and_words() {
    let cases = [
        ("local model = BogusCode(0)\nreturn function() end", "model.lua:1:", "`local model = BogusCode(0)`"),
        ("return function(p)\n  local x = = 3\nend", "model.lua:2:", "`local x = = 3`"),
        ("return 7", "the text must return a function, found number", ""),
        ("return function() return 7 end", "the function must return a table, found number", ""),
        ("return function() return {} end", "the table that the function returns has no `model`", ""),
        ("return function() return { model = 3 } end", "`model`, and all that it holds, must be a module of nn, found number", ""),
        (
            "return function() return { model = nn.MSECriterion() } end",
            "`model`, and all that it holds, must be a module of nn, found table",
            "",
        ),
        (
            "return function()\n  return { model = nn.Crystal() }\nend",
            "model.lua:2: nn.Crystal is not supported; supported are",
            "nn.Crystal()",
        ),
        ("require 'posix'", "model.lua:1: module 'posix' not found", "`require 'posix'`"),
        ("local x = torch.Tensor(3)", "torch.Tensor is not supported", "`local x = torch.Tensor(3)`"),
    ];
    for (text, start, words) in cases {
        let error = refused(text, &gradients());
        assert_eq!(error.kind(), Kind::Invalid, "{error}");
        assert!(error.message().contains(start) && error.message().contains(words), "{text}: {error}");
    }
}

#[test]
fn modules_that_do_not_fit_are_named_with_their_line() {
    let cases = [
        ("net:add(nn.Linear(1024, 2))", "model.lua:3: nn.Linear: it needs one row of values for a picture, which is [1, 32, 32] here"),
        ("net:add(nn.View(-1):setNumInputDims(3)):add(nn.Linear(1000, 2))", "nn.Linear: it takes 1000 values, and a picture has 1024 here"),
        ("net:add(nn.View(-1))", "this would mix pictures of a batch, for each has 3 dimensions here: add :setNumInputDims(3)"),
        ("net:add(nn.View(1000))", "a picture has [1, 32, 32] = 1024 values here, which do not fill the sizes [1000]"),
        ("net:add(nn.SpatialConvolution(3, 8, 3, 3))", "nn.SpatialConvolution: it takes 3 planes, and there are 1 here"),
        ("net:add(nn.SpatialMaxPooling(40, 40))", "a window of 40 (step 40, padding 0) does not fit 32 pixels"),
        ("net:add(nn.Linear(2.5, 2))", "nn.Linear: inputSize must be a whole number from 1 to 2147483647, found 2.5"),
        ("net:add(nn.Linear(4))", "nn.Linear: outputSize must be a whole number from 1 to 2147483647, found nil"),
        ("net:add(3)", "nn.Sequential: `add` needs a module, found number"),
        ("local l = nn.Linear(1024, 1024); net:add(nn.View(-1):setNumInputDims(3)):add(l):add(l)", "it stands at two places of the model"),
        ("net:add(net)", "the containers of the model are nested deeper than"),
        ("net:add(nn.Linear(1024, 2):forward(params))", "`forward` cannot be called"),
        ("net:add(nn.Dropout(1))", "the share that is dropped is 1, and must be at least 0 and below 1"),
        ("local l = nn.Linear(2, 2); l.inputs = 'many'; net:add(l)", "nn.Linear: `inputs` is a string"),
        (
            "net:add(nn.View(-1):setNumInputDims(3)):add(nn.Linear(1024, 2000000)):add(nn.Linear(2000000, 900))",
            "the network is too large from here on",
        ),
        (
            "net:add(nn.View(-1):setNumInputDims(3)):add(nn.Linear(1024, 3))",
            "nn.MSECriterion: the model gives 3 values for a picture, the label has 2",
        ),
    ];
    for (model, words) in cases {
        let error = refused(&returning(model), &gradients());
        assert!(error.message().contains(words), "{model}: {error}");
    }
}

#[test]
fn files_processes_and_the_machine_are_out_of_reach() {
    let attempts = [
        ("os.execute('touch /tmp/broken')", "os.execute is not available"),
        ("os.exit()", "os.exit is not available"),
        ("io.open('/etc/passwd')", "io.open is not available"),
        ("debug.getregistry()", "debug.getregistry is not available"),
        ("package.loadlib('x', 'y')", "package.loadlib is not available"),
        ("require('ffi')", "module 'ffi' not found"),
        ("require('../../secret')", "module '../../secret' not found"),
        ("loadstring('return 1')()", "`loadstring('return 1')()`"),
        ("dofile('/etc/passwd')", "`dofile('/etc/passwd')`"),
        ("coroutine.wrap(print)()", "coroutine.wrap is not available"),
        ("collectgarbage('stop')", "`collectgarbage('stop')`"),
    ];
    for (text, words) in attempts {
        let error = refused(text, &gradients());
        assert!(error.kind() == Kind::Invalid && error.message().contains(words), "{text}: {error}");
    }
    assert!(refused("\x1bLua", &gradients()).kind() == Kind::Invalid, "compiled code");
}

#[test]
fn what_never_ends_is_stopped() {
    let endless = [
        "while true do end",
        "while true do pcall(function() while true do end end) end",
        "local function again() pcall(again) pcall(again) end again() while true do end",
        "return function() local t = setmetatable({}, { __index = function(t, k) return t[k + 1] end }) while true do pcall(function() return t[1] end) end end",
        "string.find(string.rep('a', 50000), string.rep('.-', 30) .. 'b')",
        "return function() return { model = nn.Sequential(), labelHook = function() while true do end end } end",
    ];
    for text in endless {
        let begun = Instant::now();
        let error = refused(text, &gradients());
        assert!(begun.elapsed() < Duration::from_secs(30), "{text}");
        assert_eq!(error.kind(), Kind::TooLarge, "{text}: {error}");
        assert!(error.message().contains("does a loop never end?"), "{text}: {error}");
    }
}

#[test]
fn what_takes_too_much_memory_is_stopped() {
    for text in ["local t = {} while true do t[#t + 1] = string.rep('x', 1000000) .. #t end", "local s = 'x' while true do s = s .. s end"]
    {
        let error = refused(text, &gradients());
        assert_eq!(error.kind(), Kind::TooLarge, "{text}: {error}");
        assert!(error.message().contains("more than 64 MiB of memory"), "{text}: {error}");
    }
}

#[test]
fn one_text_leaves_nothing_behind_for_the_next() {
    refused("nn.Linear = nil; string.format = nil; left = 1", &gradients());
    let text = returning("assert(left == nil); net:add(nn.View(-1):setNumInputDims(3)):add(nn.Linear(1024, 2))");
    made(&text, &gradients());
}

#[test]
fn deep_and_long_texts_are_refused_and_not_fatal() {
    let nested = format!("local x = {}1{}", "(".repeat(100_000), ")".repeat(100_000));
    let calls = "local function deeper(n) return 1 + deeper(n + 1) end deeper(1)";
    for text in [nested.as_str(), calls] {
        assert!(matches!(refused(text, &gradients()).kind(), Kind::Invalid | Kind::TooLarge));
    }
    let error = refused(&format!("error('{}')", "long ".repeat(10_000)), &gradients());
    assert!(error.message().len() < 2000, "{}", error.message().len());
}
