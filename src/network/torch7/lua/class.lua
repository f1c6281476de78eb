-- What all modules and criteria of `nn` have in common: they are made by calling their class, know the line on which that
-- happened, and can be put into containers, copied and looked through.

local support, tensor = ...
local fail = support.fail

local class = { nn = {} }

-- Class, name and line of every object; kept here, so that a network's text cannot reach them.
local records = setmetatable({}, { __mode = "k" })
local counts = {}

function class.record(object)
    return records[object]
end

local function register(object, name, kind)
    counts[name] = (counts[name] or 0) + 1
    records[object] = { class = name, name = name .. counts[name], line = support.line(), kind = kind }
    return object
end

local Object = {}
support.ignore(Object, { "cuda", "cudaHalf", "float", "double", "type", "evaluate", "training", "clearState", "zeroGradParameters" })

for _, name in ipairs({ "forward", "updateOutput", "backward", "updateGradInput", "accGradParameters", "getParameters" }) do
    Object[name] = function()
        fail("a network is only described here: `%s` cannot be called", name)
    end
end

function Object:listModules()
    local found = { self }
    for _, module in ipairs(self.modules or {}) do
        for _, inner in ipairs(module:listModules()) do
            found[#found + 1] = inner
        end
    end
    return found
end

function Object:findModules(name)
    local found = {}
    for _, module in ipairs(self:listModules()) do
        if module.__typename == name then
            found[#found + 1] = module
        end
    end
    return found
end

function Object:apply(action)
    for _, module in ipairs(self:listModules()) do
        action(module)
    end
    return self
end

-- A module of its own with the same settings: it has another name, and its weights are drawn for themselves.
function Object:clone()
    local record = records[self] or fail("this is a method of modules: call it with `:`")
    local copy = register(setmetatable({}, getmetatable(self)), record.class, record.kind)
    for key, value in next, self do
        copy[key] = tensor.filler(value) and tensor.copy(value) or value
    end
    if rawget(self, "modules") then
        copy.modules = {}
        for _, module in ipairs(self.modules) do
            copy:add(module:clone())
        end
    end
    return copy
end

-- Makes `nn.<name>`: `build` gets the new object and the arguments of the call.
function class.define(name, kind, build, base)
    local members = { __typename = "nn." .. name }
    members.__index = members
    members.__tostring = function()
        return "nn." .. name
    end
    setmetatable(members, {
        __index = base or Object,
        __call = function(_, ...)
            local object = register(setmetatable({}, members), name, kind)
            build(object, ...)
            return object
        end,
    })
    class.nn[name] = members
    return members
end

-- What holds other modules.
class.Container = setmetatable({}, { __index = Object })
local Container = class.Container

function Container:add(module)
    local record = records[module]
    if record == nil or record.kind ~= "module" then
        fail("%s: `add` needs a module, found %s", self.__typename, typeof(module))
    end
    table.insert(self.modules, module)
    return self
end

function Container:get(index)
    local count = #self.modules
    return self.modules[index < 0 and count + index + 1 or index] or fail("%s has %d modules, and no number %s", self.__typename, count, tostring(index))
end

function Container:size()
    return #self.modules
end

function Container:remove(index)
    return table.remove(self.modules, index or #self.modules)
end

function Container:insert(module, index)
    self:add(module)
    table.insert(self.modules, index or #self.modules, table.remove(self.modules))
    return self
end

return class
