-- Runs a network's text: what it may use, what it is given, and what is read from what it returns.

local support, tensor, class, describe = ...
local fail, whole, strict = support.fail, support.whole, support.strict
local list = describe.list
local LARGEST, MOST_LINES, LONGEST_LINE = 2147483647, 200, 1000

local printed = list({})

function print(...)
    local words = { ... }
    for index = 1, select("#", ...) do
        words[index] = string.sub(tostring(words[index]), 1, LONGEST_LINE)
    end
    if #printed < MOST_LINES then
        printed[#printed + 1] = string.sub(table.concat(words, "\t"), 1, LONGEST_LINE)
    end
end

local function names(members)
    local found = {}
    for name in pairs(members) do
        found[#found + 1] = name
    end
    table.sort(found)
    return table.concat(found, ", ")
end

local function nothing() end

-- The same modules under the names of the libraries for GPUs: where a network runs is not its text's business.
cudnn = table.clone(class.nn)
cudnn.benchmark, cudnn.fastest, cudnn.verbose = false, false, false

function cudnn.convert(network)
    return network
end

function cudnn.SpatialAveragePooling(kW, kH, dW, dH, padW, padH)
    return class.nn.SpatialAveragePooling(kW, kH, dW or kW, dH or kH, padW, padH)
end

nn = strict(class.nn, "nn.%s is not supported; supported are " .. names(class.nn))
cudnn = strict(cudnn, "cudnn.%s is not supported")
cunn, cutorch = strict({}, "cunn.%s is not supported"), strict({ manualSeed = nothing, setDevice = nothing }, "cutorch.%s is not supported")

torch = strict({
    LongStorage = function(sizes)
        return sizes
    end,
    prod = function(shape)
        return shape:prod()
    end,
    type = function(object)
        return type(object) == "table" and object.__typename or type(object)
    end,
    manualSeed = nothing,
    setdefaulttensortype = nothing,
    setnumthreads = nothing,
}, "torch.%s is not supported: a network's text describes modules, and has no tensors of its own")

local LIBRARIES = { nn = nn, torch = torch, cunn = cunn, cutorch = cutorch, cudnn = cudnn, math = math, string = string, table = table }

function require(name)
    return LIBRARIES[name] or fail("module '%s' not found: a network's text may require nn, torch, cunn, cutorch and cudnn", tostring(name))
end

for _, name in ipairs({ "os", "io", "debug", "package", "ffi", "coroutine", "paths", "image" }) do
    _G[name] = strict({}, name .. ".%s is not available: a network's text has no files, processes, clock or network")
end
loadstring, collectgarbage, gcinfo, newproxy, dofile, loadfile, load = nil, nil, nil, nil, nil, nil, nil

local function optional(result, name, most)
    local value = rawget(result, name)
    return value ~= nil and whole("`" .. name .. "`", value, nil, 1, most) or nil
end

local function hook(result, name)
    local value = rawget(result, name)
    if value ~= nil and type(value) ~= "function" then
        fail("`%s` must be a function, found %s", name, typeof(value))
    end
    return value
end

local function target(result, values, label_size)
    local make = hook(result, "labelHook")
    return make and describe.target(make(tensor.input(values), tensor.label(label_size)), 1)
end

local function model(result, fine_tune)
    local module, tune = rawget(result, "model"), hook(result, "fineTuneHook")
    if module == nil then
        fail("the table that the function returns has no `model`")
    end
    return describe.module(fine_tune and tune and tune(module) or module, 1)
end

local function network(text, given)
    local make = text()
    if type(make) ~= "function" then
        fail("the text must return a function, found %s", typeof(make))
    end
    local result = make(given)
    if type(result) ~= "table" then
        fail("the function must return a table, found %s", typeof(result))
    end
    return result
end

return function(text, gpus, classes, channels, height, width, label_size, fine_tune)
    local shape = tensor.shape({ channels, height, width })
    local result = network(text, { ngpus = gpus, nclasses = classes, inputShape = shape })
    local loss = rawget(result, "loss")
    return describe.encode({
        model = model(result, fine_tune),
        loss = loss ~= nil and describe.criterion(loss, 1) or nil,
        target = target(result, channels * height * width, label_size),
        crop_length = optional(result, "croplen", 32768),
        train_batch_size = optional(result, "trainBatchSize", LARGEST),
        validation_batch_size = optional(result, "validationBatchSize", LARGEST),
        printed = printed,
    })
end
