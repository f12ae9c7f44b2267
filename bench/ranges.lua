-- Ranges of 64 KiB for wrk, from anywhere in a file of OUTRO_SIZE bytes.
local piece = 65536

function init()
  math.randomseed(os.time())
  size = tonumber(os.getenv("OUTRO_SIZE"))
end

function request()
  local from = math.random(0, size - piece)
  wrk.headers["Range"] = string.format("bytes=%d-%d", from, from + piece - 1)
  return wrk.format("GET")
end
