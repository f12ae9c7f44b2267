-- Small writes for wrk: a like of a post of a PDS. OUTRO_PEOPLE names a file of accounts and their tokens, OUTRO_POSTS one of posts and their hashes.
local turns = require("turns")

setup = turns.number

function init()
  people, posts = turns.lines(os.getenv("OUTRO_PEOPLE"), "(%S+) (%S+)"), turns.lines(os.getenv("OUTRO_POSTS"), "(%S+) (%S+)")
end

local like = [[{"repo":"%s","collection":"app.bsky.feed.like","record":{"$type":"app.bsky.feed.like",]]
  .. [["createdAt":"2026-01-01T00:00:00.000Z","subject":{"uri":"%s","cid":"%s"}}}]]

-- In turns, since a PDS does the writes of one account one after another.
function request()
  local who, what = turns.next(people, posts)
  return wrk.format("POST", "/xrpc/com.atproto.repo.createRecord",
    { ["Authorization"] = "Bearer " .. who[2], ["Content-Type"] = "application/json" }, like:format(who[1], what[1], what[2]))
end
