-- The criteria of `nn`: what training makes small.

local support, class = ...
local fail, number = support.fail, support.number

local function criterion(name, build)
    return class.define(name, "criterion", build)
end

local function of_classes(name)
    criterion(name, function(_, weights)
        if weights ~= nil then
            fail("nn.%s: weights of classes are not supported", name)
        end
    end)
end

local function of_numbers(name)
    criterion(name, function(self, average)
        self.sizeAverage = average ~= false
    end)
end

of_classes("ClassNLLCriterion")
of_classes("CrossEntropyCriterion")
of_numbers("MSECriterion")
of_numbers("AbsCriterion")

local Parallel = criterion("ParallelCriterion", function(self, repeatTarget)
    self.criterions, self.weights, self.repeatTarget = {}, {}, repeatTarget == true
end)

function Parallel:add(part, weight)
    local record = class.record(part)
    if record == nil or record.kind ~= "criterion" then
        fail("nn.ParallelCriterion: `add` needs a criterion, found %s", typeof(part))
    end
    table.insert(self.criterions, part)
    table.insert(self.weights, number("nn.ParallelCriterion: the weight", weight, 1))
    return self
end
