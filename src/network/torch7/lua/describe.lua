-- Turns what a network's text has built into JSON: modules, criterion and target, with names, lines and settings.

local support, tensor, class = ...
local fail = support.fail
local format, concat, rawget, type = string.format, table.concat, rawget, type
local DEEPEST = 24

local describe = {}

-- The settings of each class, by the names under which they are described.
local WINDOW = { kernel_width = "kW", kernel_height = "kH", step_width = "dW", step_height = "dH", pad_width = "padW", pad_height = "padH" }

local function with_window(fields)
    for name, field in pairs(WINDOW) do
        fields[name] = field
    end
    return fields
end

local CONVOLUTION = with_window({ inputs = "nInputPlane", outputs = "nOutputPlane", groups = "groups", weight = "weight", bias = "bias" })
local POOLING = with_window({ round_up = "ceil_mode" })
local NORMALISATION = { outputs = "nOutput", epsilon = "eps", momentum = "momentum", weight = "weight", bias = "bias" }
local CONSTANT = { value = "constant_scalar" }

local FIELDS = {
    Concat = { dimension = "dimension" },
    JoinTable = { dimension = "dimension", input_dimensions = "nInputDims" },
    ReLU = { slope = "negval" },
    LeakyReLU = { slope = "negval" },
    Threshold = { threshold = "threshold", value = "val" },
    MulConstant = CONSTANT,
    AddConstant = CONSTANT,
    Dropout = { share = "p" },
    View = { input_dimensions = "numInputDims" },
    SpatialZeroPadding = { left = "pad_l", right = "pad_r", top = "pad_t", bottom = "pad_b" },
    SpatialCrossMapLRN = { size = "size", alpha = "alpha", beta = "beta", k = "k" },
    SpatialMaxPooling = POOLING,
    SpatialAveragePooling = POOLING,
    Linear = { inputs = "inputs", outputs = "outputs", weight = "weight", bias = "bias" },
    SpatialConvolution = CONVOLUTION,
    BatchNormalization = NORMALISATION,
    SpatialBatchNormalization = NORMALISATION,
    MSECriterion = { average = "sizeAverage" },
    AbsCriterion = { average = "sizeAverage" },
    ParallelCriterion = { repeat_target = "repeatTarget" },
}

-- Classes that are the same to the reader of the description.
local SAME = { SpatialConvolutionMM = "SpatialConvolution", LeakyReLU = "ReLU", Reshape = "View" }

local LIST = {}

local function list(items)
    return setmetatable(items, LIST)
end

local function quoted(text)
    return '"' .. string.gsub(text, '[%c"\\\127-\255]', function(character)
        return format("\\u%04x", string.byte(character))
    end) .. '"'
end

local function encode(value)
    local kind = type(value)
    if kind == "number" then
        if value ~= value or value == math.huge or value == -math.huge then
            fail("a number of the network is not finite")
        end
        return format("%.17g", value)
    elseif kind == "boolean" then
        return value and "true" or "false"
    elseif kind == "string" then
        return quoted(value)
    end
    local parts = {}
    if getmetatable(value) == LIST then
        for index = 1, #value do
            parts[index] = encode(value[index])
        end
        return "[" .. concat(parts, ",") .. "]"
    end
    for key, item in next, value do
        parts[#parts + 1] = quoted(key) .. ":" .. encode(item)
    end
    return "{" .. concat(parts, ",") .. "}"
end

describe.encode, describe.list = encode, list

-- A number, word or flag that the text has set; weights become the way they are drawn.
local function setting(record, name, value)
    local filler = tensor.filler(value)
    if filler then
        local drawn = table.clone(filler)
        drawn.sizes, drawn.kind = nil, nil
        return { [filler.kind] = drawn }
    end
    local kind = type(value)
    if value ~= nil and kind ~= "number" and kind ~= "boolean" then
        error(format("model.lua:%d: nn.%s: `%s` is a %s", record.line, record.class, name, typeof(value)), 0)
    end
    return value
end

local function settings(record, object, class_name)
    local fields = {}
    for name, field in pairs(FIELDS[class_name] or {}) do
        fields[name] = setting(record, field, rawget(object, field))
    end
    return fields
end

local function numbers(record, given)
    local found = list({})
    for index = 1, #given do
        found[index] = setting(record, "sizes", given[index])
    end
    return found
end

local function record_of(object, kind, what)
    local record = class.record(object)
    if record == nil or record.kind ~= kind then
        fail("%s must be a %s of nn, found %s", what, kind, typeof(object))
    end
    return record
end

local function all(items, one, depth)
    local found = list({})
    for index = 1, #items do
        found[index] = one(items[index], depth)
    end
    return found
end

function describe.module(module, depth)
    local record = record_of(module, "module", "`model`, and all that it holds,")
    if depth > DEEPEST then
        fail("the containers of the model are nested deeper than %d levels", DEEPEST)
    end
    local class_name = SAME[record.class] or record.class
    local fields = settings(record, module, class_name)
    local inner, sizes = rawget(module, "modules"), rawget(module, "sizes")
    if inner ~= nil then
        fields.modules = all(inner, describe.module, depth + 1)
    end
    if class_name == "View" then
        fields.sizes = numbers(record, sizes)
    end
    return { class = record.class, name = record.name, line = record.line, kind = { [class_name] = fields } }
end

function describe.criterion(criterion, depth)
    local record = record_of(criterion, "criterion", "`loss`, and all that it holds,")
    if depth > DEEPEST then
        fail("the criteria are nested deeper than %d levels", DEEPEST)
    end
    local fields = settings(record, criterion, record.class)
    if record.class == "ParallelCriterion" then
        fields.criteria = all(rawget(criterion, "criterions"), describe.criterion, depth + 1)
        fields.weights = numbers(record, rawget(criterion, "weights"))
    end
    return { class = record.class, line = record.line, kind = { [record.class] = fields } }
end

-- What labelHook has returned: one target, or a table of them.
function describe.target(value, depth)
    local target = tensor.target(value)
    if target then
        return target.description
    end
    if type(value) ~= "table" or depth > DEEPEST then
        fail("`labelHook` must return what it was given, a part of it, or a table of parts, found %s", typeof(value))
    end
    return { Table = { parts = all(value, describe.target, depth + 1) } }
end

return describe
