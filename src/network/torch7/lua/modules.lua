-- The modules of `nn`, with the arguments and default values that Torch gives them.

local support, tensor, class = ...
local fail, whole, number = support.fail, support.whole, support.number
local define, nn = class.define, class.nn
local LARGEST, SIDE = 2147483647, 32768

local function module(name, build, base)
    return define(name, "module", build, base)
end

-- Containers.

module("Sequential", function(self)
    self.modules = {}
end, class.Container)

module("ConcatTable", function(self)
    self.modules = {}
end, class.Container)

module("Concat", function(self, dimension)
    self.modules = {}
    self.dimension = whole("nn.Concat: the dimension", dimension, nil, 2, 4)
end, class.Container)

module("JoinTable", function(self, dimension, inputs)
    self.dimension = whole("nn.JoinTable: the dimension", dimension, nil, 1, 4)
    self.nInputDims = inputs and whole("nn.JoinTable: nInputDims", inputs, nil, 1, 3)
end)

-- Modules without weights.

for _, name in ipairs({ "CAddTable", "Identity", "Tanh", "Sigmoid", "Abs", "LogSoftMax", "SoftMax" }) do
    module(name, function() end)
end

module("ReLU", function(self)
    self.negval = 0
end)

module("LeakyReLU", function(self, slope)
    self.negval = number("nn.LeakyReLU: the slope", slope, 0.01)
end)

module("Threshold", function(self, threshold, value)
    self.threshold = number("nn.Threshold: the threshold", threshold, 1e-6)
    self.val = number("nn.Threshold: the value", value, 0)
end)

module("MulConstant", function(self, constant)
    self.constant_scalar = number("nn.MulConstant: the constant", constant)
end)

module("AddConstant", function(self, constant)
    self.constant_scalar = number("nn.AddConstant: the constant", constant)
end)

module("Dropout", function(self, share, unscaled)
    self.p = number("nn.Dropout: the share", share, 0.5)
    if unscaled == true then
        fail("nn.Dropout: only the usual form, which scales what is left, is supported")
    end
end)

-- Sizes given one by one, as a table, or as a torch.LongStorage.
local function sizes_of(what, ...)
    local given = { ... }
    if type(given[1]) == "table" then
        given = given[1]
    end
    local sizes = {}
    for index = 1, #given do
        sizes[index] = whole(what .. ": size " .. index, given[index], nil, -1, LARGEST)
    end
    if #sizes == 0 then
        fail("%s needs at least one size", what)
    end
    return sizes
end

module("View", function(self, ...)
    self.sizes = sizes_of("nn.View", ...)
end)

function nn.View:setNumInputDims(count)
    self.numInputDims = whole("nn.View: setNumInputDims", count, nil, 1, 4)
    return self
end

-- The last argument may tell that the first dimension is the batch, which it always is here.
module("Reshape", function(self, ...)
    local given = { ... }
    if type(given[#given]) == "boolean" then
        given[#given] = nil
    end
    self.sizes = sizes_of("nn.Reshape", unpack(given))
end)

module("SpatialZeroPadding", function(self, left, right, top, bottom)
    self.pad_l = whole("nn.SpatialZeroPadding: pad_l", left, nil, 0, SIDE)
    self.pad_r = whole("nn.SpatialZeroPadding: pad_r", right, left, 0, SIDE)
    self.pad_t = whole("nn.SpatialZeroPadding: pad_t", top, left, 0, SIDE)
    self.pad_b = whole("nn.SpatialZeroPadding: pad_b", bottom, left, 0, SIDE)
end)

module("SpatialCrossMapLRN", function(self, size, alpha, beta, k)
    self.size = whole("nn.SpatialCrossMapLRN: the size", size, nil, 1, SIDE)
    self.alpha = number("nn.SpatialCrossMapLRN: alpha", alpha, 0.0001)
    self.beta = number("nn.SpatialCrossMapLRN: beta", beta, 0.75)
    self.k = number("nn.SpatialCrossMapLRN: k", k, 1)
end)

local function window(self, name, kW, kH, dW, dH, padW, padH)
    self.kW, self.kH = whole(name .. ": kW", kW, nil, 1, SIDE), whole(name .. ": kH", kH, nil, 1, SIDE)
    self.dW, self.dH = whole(name .. ": dW", dW, nil, 1, SIDE), whole(name .. ": dH", dH, nil, 1, SIDE)
    self.padW = whole(name .. ": padW", padW, 0, 0, SIDE)
    self.padH = whole(name .. ": padH", padH, self.padW, 0, SIDE)
end

local function pooling(name, step)
    local members = module(name, function(self, kW, kH, dW, dH, padW, padH)
        window(self, "nn." .. name, kW, kH, dW or step or kW, dH or step or kH, padW, padH or 0)
        self.ceil_mode = false
    end)
    function members:ceil()
        self.ceil_mode = true
        return self
    end
    function members:floor()
        self.ceil_mode = false
        return self
    end
    return members
end

pooling("SpatialMaxPooling")
local Average = pooling("SpatialAveragePooling", 1)

function Average:setCountIncludePad()
    return self
end

function Average:setCountExcludePad()
    if self.padW ~= 0 or self.padH ~= 0 then
        fail("nn.SpatialAveragePooling: averages that leave out the padding are not supported")
    end
    return self
end

-- Modules with weights. By default they are drawn evenly from within 1 / sqrt(inputs of one output).

local function evenly(self, inputs, deviation)
    local bound = deviation and number("the deviation of reset", deviation) * math.sqrt(3) or 1 / math.sqrt(inputs)
    self.weight:uniform(-bound, bound)
    if self.bias then
        self.bias:uniform(-bound, bound)
    end
    return self
end

local function without_bias(self)
    self.bias = nil
    return self
end

local Linear = module("Linear", function(self, inputs, outputs, bias)
    self.inputs = whole("nn.Linear: inputSize", inputs, nil, 1, LARGEST)
    self.outputs = whole("nn.Linear: outputSize", outputs, nil, 1, LARGEST)
    self.weight = tensor.weights({ self.outputs, self.inputs })
    self.bias = bias ~= false and tensor.weights({ self.outputs }) or nil
    self:reset()
end)

function Linear:reset(deviation)
    return evenly(self, self.inputs, deviation)
end
Linear.noBias = without_bias

local function convolution(name)
    local members = module(name, function(self, inputs, outputs, kW, kH, dW, dH, padW, padH, groups)
        local what = "nn." .. name
        self.nInputPlane = whole(what .. ": nInputPlane", inputs, nil, 1, LARGEST)
        self.nOutputPlane = whole(what .. ": nOutputPlane", outputs, nil, 1, LARGEST)
        window(self, what, kW, kH, dW or 1, dH or 1, padW, padH)
        self.groups = whole(what .. ": groups", groups, 1, 1, self.nInputPlane)
        self.weight = tensor.weights({ self.nOutputPlane, self.nInputPlane / self.groups, self.kH, self.kW })
        self.bias = tensor.weights({ self.nOutputPlane })
        self:reset()
    end)
    function members:reset(deviation)
        return evenly(self, self.kW * self.kH * self.nInputPlane / self.groups, deviation)
    end
    members.noBias = without_bias
end

convolution("SpatialConvolution")
convolution("SpatialConvolutionMM")

local function normalisation(name)
    local members = module(name, function(self, outputs, eps, momentum, affine)
        self.nOutput = whole("nn." .. name .. ": nOutput", outputs, nil, 1, LARGEST)
        self.eps = number("nn." .. name .. ": eps", eps, 0.00001)
        self.momentum = number("nn." .. name .. ": momentum", momentum, 0.1)
        if affine ~= false then
            self.weight, self.bias = tensor.weights({ outputs }), tensor.weights({ outputs })
        end
        self:reset()
    end)
    function members:reset()
        if self.weight then
            self.weight:uniform(0, 1)
            self.bias:zero()
        end
        return self
    end
end

normalisation("BatchNormalization")
normalisation("SpatialBatchNormalization")
