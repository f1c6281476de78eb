-- The three kinds of tensor that a network's text meets: the shape of its input, weights that are still to be drawn, and what
-- `labelHook` is given. None of them holds the numbers of a real tensor.

local support = ...
local fail, whole, number = support.fail, support.whole, support.number
local LARGEST = 2147483647

local tensor = {}

-- What is known of weights and labels; kept here, so that a network's text cannot reach it.
local fillers = setmetatable({}, { __mode = "k" })
local targets = setmetatable({}, { __mode = "k" })

local STORAGE = { "cuda", "cudaHalf", "float", "double", "type", "contiguous", "clone" }

-- The input's shape: numbers 1 to 3 are channels, height, width.

local Shape = {}
Shape.__index = Shape
support.ignore(Shape, STORAGE)

function Shape:size(dimension)
    return dimension == nil and { #self } or #self
end

function Shape:dim()
    return 1
end

function Shape:apply(change)
    for index = 1, #self do
        local changed = change(self[index])
        if changed ~= nil then
            self[index] = changed
        end
    end
    return self
end

function Shape:prod()
    local product = 1
    for index = 1, #self do
        product = product * self[index]
    end
    return product
end

function Shape:sum()
    local sum = 0
    for index = 1, #self do
        sum = sum + self[index]
    end
    return sum
end

function Shape:totable()
    return { unpack(self) }
end

function Shape:nElement()
    return #self
end

Shape.nDimension, Shape.numel = Shape.dim, Shape.nElement

function tensor.shape(numbers)
    return setmetatable(numbers, Shape)
end

-- Weights: their sizes, and how they are drawn before training.

local Weights = {}
Weights.__index = function(_, name)
    return rawget(Weights, name) or fail("weights have no `%s` here; they can be filled with fill, zero, uniform and normal", tostring(name))
end
support.ignore(Weights, STORAGE)

function tensor.weights(sizes)
    local weights = setmetatable({}, Weights)
    fillers[weights] = { sizes = sizes, kind = "Constant", value = 0 }
    return weights
end

-- How these weights are drawn; nil for anything that is not weights.
function tensor.filler(weights)
    return fillers[weights]
end

local function refill(self, filler)
    local known = fillers[self] or fail("this is a method of weights: call it with `:`")
    filler.sizes = known.sizes
    fillers[self] = filler
    return self
end

function Weights:fill(value)
    return refill(self, { kind = "Constant", value = number("the value of fill", value) })
end

function Weights:zero()
    return self:fill(0)
end

function Weights:uniform(least, most)
    return refill(self, { kind = "Uniform", min = number("the first argument of uniform", least, 0), max = number("the second argument of uniform", most, 1) })
end

function Weights:normal(mean, deviation)
    return refill(self, { kind = "Gaussian", mean = number("the mean of normal", mean, 0), std = number("the deviation of normal", deviation, 1) })
end

-- Draws scaled and shifted numbers instead.
local function changed(self, scale, shift)
    local filler = fillers[self] or fail("this is a method of weights: call it with `:`")
    if filler.kind == "Constant" then
        return self:fill(filler.value * scale + shift)
    elseif filler.kind == "Gaussian" then
        return self:normal(filler.mean * scale + shift, filler.std * math.abs(scale))
    end
    local one, other = filler.min * scale + shift, filler.max * scale + shift
    return self:uniform(math.min(one, other), math.max(one, other))
end

function Weights:mul(factor)
    return changed(self, number("the factor of mul", factor), 0)
end

function Weights:div(divisor)
    return changed(self, 1 / number("the divisor of div", divisor), 0)
end

function Weights:add(shift)
    return changed(self, 1, number("the argument of add", shift))
end

function Weights:size(dimension)
    local sizes = fillers[self].sizes
    if dimension == nil then
        return { unpack(sizes) }
    end
    return sizes[whole("the dimension of size", dimension, nil, 1, #sizes)]
end

function Weights:nElement()
    local product = 1
    for _, size in ipairs(fillers[self].sizes) do
        product = product * size
    end
    return product
end

-- A clone is drawn by itself.
function tensor.copy(weights)
    local filler = fillers[weights]
    local copy = tensor.weights(filler.sizes)
    return refill(copy, table.clone(filler))
end

-- What labelHook is given and what it makes of it. The first dimension is the batch.

local Target = {}
Target.__index = function(_, name)
    return rawget(Target, name) or fail("labels have no `%s` here; there are split, narrow, select, clone and arithmetic with numbers", tostring(name))
end
support.ignore(Target, { "cuda", "cudaHalf", "float", "double", "type", "contiguous", "view", "reshape", "squeeze", "viewAs" })

local function target(description, size)
    local made = setmetatable({}, Target)
    targets[made] = { description = description, size = size }
    return made
end

function tensor.input(size)
    return target({ Input = {} }, size)
end

function tensor.label(size)
    return target({ Label = {} }, size)
end

-- What is known of a target: its description and its numbers per picture; nil for anything else.
function tensor.target(value)
    return targets[value]
end

local function known(self)
    return targets[self] or fail("this is a method of labels: call it with `:`")
end

local function size_of(self)
    return known(self).size or fail("the number of values of a label is not known before the dataset is made")
end

function Target:size(dimension)
    if dimension ~= 2 then
        fail("only size(2), the number of values of a label, is known here")
    end
    return size_of(self)
end

function Target:dim()
    return 2
end

Target.nDimension = Target.dim

function Target:narrow(dimension, first, length)
    local size = size_of(self)
    if dimension ~= 2 then
        fail("labels can be cut along dimension 2 only; the first is the batch")
    end
    first = whole("the first index of narrow", first, nil, 1, size)
    length = whole("the length of narrow", length, nil, 1, size - first + 1)
    return target({ Narrow = { of = known(self).description, start = first - 1, length = length } }, length)
end

function Target:select(dimension, index)
    return self:narrow(dimension, index, 1)
end

function Target:split(length, dimension)
    local size = size_of(self)
    length = whole("the size of split", length, nil, 1, LARGEST)
    local parts = {}
    for first = 1, size, length do
        parts[#parts + 1] = self:narrow(dimension or 1, first, math.min(length, size - first + 1))
    end
    return parts
end

local function line(self, scale, shift)
    return target({ Line = { of = known(self).description, scale = scale, shift = shift } }, known(self).size)
end

-- One operand is a label, the other a number.
local function operands(one, other)
    if targets[one] then
        return one, number("the other operand of a label", other)
    end
    return other, number("the other operand of a label", one)
end

function Target.__add(one, other)
    local self, value = operands(one, other)
    return line(self, 1, value)
end

function Target.__mul(one, other)
    local self, value = operands(one, other)
    return line(self, value, 0)
end

function Target.__sub(one, other)
    local self, value = operands(one, other)
    if self == one then
        return line(self, 1, -value)
    end
    return line(self, -1, value)
end

function Target.__div(one, other)
    if not targets[one] then
        fail("a number cannot be divided by a label")
    end
    return line(one, 1 / number("the divisor of a label", other), 0)
end

function Target.__unm(self)
    return line(self, -1, 0)
end

function Target:clone()
    return line(self, 1, 0)
end

-- As in Torch, these change the label itself.
for name, operation in pairs({ add = Target.__add, mul = Target.__mul, div = Target.__div }) do
    Target[name] = function(self, value)
        targets[self] = targets[operation(self, value)]
        return self
    end
end

return tensor
