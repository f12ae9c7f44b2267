-- Small writes for wrk: somebody likes a video that they did not like yet. OUTRO_TOKENS and OUTRO_VIDEOS name files, one a line.
local function lines(path)
  local found = {}
  for line in io.lines(path) do found[#found + 1] = line end
  return found
end

local threads = 0

function setup(thread)
  thread:set("first", threads)
  threads = threads + 1
end

function init()
  tokens, videos = lines(os.getenv("OUTRO_TOKENS")), lines(os.getenv("OUTRO_VIDEOS"))
  at = first
end

-- All take turns, a video each; no pair comes twice as long as there are videos left.
function request()
  local token = tokens[at % #tokens + 1]
  local video = videos[math.floor(at / #tokens) % #videos + 1]
  at = at + 2
  return wrk.format("PUT", "/api/v1/videos/" .. video .. "/like", { ["Authorization"] = "Bearer " .. token })
end
