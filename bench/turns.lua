-- Turns for wrk, whose two threads have a state each: which of them this is, and who does what next.
local turns = {}
local threads = 0

-- For `setup`: tells a thread its number.
function turns.number(thread)
  thread:set("first", threads)
  threads = threads + 1
end

-- For `init`: what the lines of a file match, in their order.
function turns.lines(path, pattern)
  local found = {}
  for line in io.lines(path) do found[#found + 1] = { line:match(pattern) } end
  return found
end

-- For `request`: who of all does something to what of all, each time somebody else. No pair comes twice as long as there is
-- something left.
function turns.next(who, what)
  at = at or first
  local one, other = who[at % #who + 1], what[math.floor(at / #who) % #what + 1]
  at = at + 2
  return one, other
end

return turns
