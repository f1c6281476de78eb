-- What the other files of the sandbox share: where the network's text is, failures that name its line, checks of arguments.

local error, format, floor, tostring, type = error, string.format, math.floor, tostring, type
local info = debug.info

local support = {}

-- The line of the network's text that is being run; 0 where there is none.
function support.line()
    for level = 1, 100 do
        local source, line = info(level, "sl")
        if source == nil then
            return 0
        end
        if source == "model.lua" then
            return line
        end
    end
    return 0
end

function support.fail(message, ...)
    local line = support.line()
    error((line > 0 and format("model.lua:%d: ", line) or "model.lua: ") .. format(message, ...), 0)
end

local fail = support.fail

-- A whole number within limits; the default where nothing was given.
function support.whole(what, value, default, least, most)
    if value == nil then
        value = default
    end
    if type(value) ~= "number" or value ~= floor(value) or value < least or value > most then
        fail("%s must be a whole number from %.0f to %.0f, found %s", what, least, most, tostring(value))
    end
    return value
end

-- A finite number; the default where nothing was given.
function support.number(what, value, default)
    if value == nil then
        value = default
    end
    if type(value) ~= "number" or value ~= value or value == math.huge or value == -math.huge then
        fail("%s must be a finite number, found %s", what, tostring(value))
    end
    return value
end

-- Methods that concern how something is stored, which is not the network's business here.
function support.ignore(members, names)
    for _, name in ipairs(names) do
        members[name] = function(self)
            return self
        end
    end
end

-- A table whose unknown fields are refused by name.
function support.strict(fields, message)
    return setmetatable(fields, {
        __index = function(_, name)
            fail(message, tostring(name))
        end,
    })
end

return support
