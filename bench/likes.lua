-- Small writes for wrk: somebody likes a video that they did not like yet. OUTRO_TOKENS and OUTRO_VIDEOS name files, one a line.
local turns = require("turns")

setup = turns.number

function init()
  tokens, videos = turns.lines(os.getenv("OUTRO_TOKENS"), "(%S+)"), turns.lines(os.getenv("OUTRO_VIDEOS"), "(%S+)")
end

function request()
  local token, video = turns.next(tokens, videos)
  return wrk.format("PUT", "/api/v1/videos/" .. video[1] .. "/like", { ["Authorization"] = "Bearer " .. token[1] })
end
