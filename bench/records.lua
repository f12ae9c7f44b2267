-- Small writes for wrk: a like of a post of a PDS. OUTRO_PEOPLE names a file of accounts and their tokens, OUTRO_POSTS one of posts and their hashes.
local function pairs_of(path)
  local found = {}
  for line in io.lines(path) do
    local one, other = line:match("(%S+) (%S+)")
    found[#found + 1] = { one, other }
  end
  return found
end

local threads = 0

function setup(thread)
  thread:set("first", threads)
  threads = threads + 1
end

function init()
  people, posts = pairs_of(os.getenv("OUTRO_PEOPLE")), pairs_of(os.getenv("OUTRO_POSTS"))
  at = first
end

local like = [[{"repo":"%s","collection":"app.bsky.feed.like","record":{"$type":"app.bsky.feed.like",]]
  .. [["createdAt":"2026-01-01T00:00:00.000Z","subject":{"uri":"%s","cid":"%s"}}}]]

-- All take turns, since a PDS does the writes of one account one after another; no pair comes twice as long as there are posts left.
function request()
  local who, what = people[at % #people + 1], posts[math.floor(at / #people) % #posts + 1]
  at = at + 2
  return wrk.format("POST", "/xrpc/com.atproto.repo.createRecord",
    { ["Authorization"] = "Bearer " .. who[2], ["Content-Type"] = "application/json" }, like:format(who[1], what[1], what[2]))
end
