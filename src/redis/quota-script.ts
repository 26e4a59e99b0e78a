/**
 * The rules of a shared budget. One call tells what has changed in one process and asks for places for all who wait
 * there; see `QuotaRequest` for what comes in and `quotaAnswer` for what goes out. All times are Redis' own, in
 * milliseconds.
 *
 * KEYS: places (by when they come free), queue (waiting processes, by turn), waiting (how many calls wait in each, when
 * it will ask again, and how many places are kept for it), state, processes (by when they were last seen).
 */
export const QUOTA_SCRIPT = `
local places, queue, waiting, state, processes = unpack(KEYS)
local ask = cjson.decode(ARGV[1])
local me = ask.process
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000

-- Without its state Redis has forgotten all places: nobody gets one until all processes have told theirs again.
local known = redis.call('HMGET', state, 'epoch', 'paused', 'slow', 'level', 'halvings')
local epoch, paused, slow = tonumber(known[1]), tonumber(known[2]), tonumber(known[3])
local level, halvings = tonumber(known[4]), tonumber(known[5])
if not epoch then
  epoch, paused, slow, level, halvings = math.floor(now), now + 500, 0, 0, 0
end
if now >= slow then level = 0 end
for _, refusal in ipairs(ask.refusals) do
  -- A 429 to a call from before the last halving says nothing new.
  if refusal[1] == halvings then
    halvings = halvings + 1
    level = level + 1
  end
  slow = now + 60000
  paused = math.max(paused, now + refusal[2])
end
redis.call('HSET', state, 'epoch', epoch, 'paused', paused, 'slow', slow, 'level', level, 'halvings', halvings)

if ask.leave then redis.call('ZREM', processes, me) else redis.call('ZADD', processes, now, me) end
redis.call('ZREMRANGEBYSCORE', processes, '-inf', now - 600000)

for _, place in ipairs(ask.places) do
  local member = me .. ':' .. place[1]
  if place[2] > 0 then
    redis.call('ZADD', places, now + place[2], member)
  else
    redis.call('ZREM', places, member)
  end
end
redis.call('ZREMRANGEBYSCORE', places, '-inf', now)
local taken = redis.call('ZCARD', places)
local limit = math.max(1, math.floor(ask.limit / 2 ^ level))
local free = 0
if now >= paused then free = math.max(0, limit - taken) end

-- A process that still has to tell its places gets none.
local want = ask.want
if ask.leave or (ask.epoch ~= 0 and ask.epoch ~= epoch) then want = 0 end

local function last_turn()
  return tonumber(redis.call('ZREVRANGE', queue, 0, 0, 'WITHSCORES')[2] or 0)
end
local function forget(process)
  redis.call('ZREM', queue, process)
  redis.call('HDEL', waiting, process)
end
if want == 0 then
  forget(me)
elseif not redis.call('ZSCORE', queue, me) then
  redis.call('ZADD', queue, last_turn() + 1, me)
end

-- Who waits, in turn, and how many places are kept for each. One that is overdue to ask is gone.
local line, mine, kept = {}, nil, 0
for _, process in ipairs(redis.call('ZRANGE', queue, 0, -1)) do
  local wants, due, keeps = string.match(redis.call('HGET', waiting, process) or '', '^(%d+) (%d+) (%d+)$')
  local one = { process = process, want = tonumber(wants), due = tonumber(due), kept = tonumber(keeps) or 0 }
  if process == me then
    one.want = want
    mine = one
  end
  if mine ~= one and (not due or now > one.due + 250) then
    forget(process)
  else
    one.kept = math.min(one.kept, one.want)
    kept = kept + one.kept
    line[#line + 1] = one
  end
end
if kept > free then
  kept = 0
  for _, one in ipairs(line) do one.kept = 0 end
end

-- Free places are shared out evenly, the rest to those whose turn is first, and kept until each one asks.
while mine and kept < free do
  local open = {}
  for _, one in ipairs(line) do
    if one.kept < one.want then open[#open + 1] = one end
  end
  if #open == 0 then break end
  local each = math.max(1, math.floor((free - kept) / #open))
  for _, one in ipairs(open) do
    local more = math.min(each, one.want - one.kept, free - kept)
    one.kept = one.kept + more
    kept = kept + more
  end
end

local function save(one)
  redis.call('HSET', waiting, one.process, string.format('%d %d %d', one.want, one.due, one.kept))
end
local granted = mine and mine.kept or 0
for n = 0, granted - 1 do
  redis.call('ZADD', places, now + ask.lease, me .. ':' .. (ask.first + n))
end

local wait = 0
if mine then
  -- Those who are to get a place before this process gets its next one.
  local ahead, before = 0, true
  for _, one in ipairs(line) do
    if one == mine then
      before = false
    else
      if one.kept < one.want and (before or granted > 0) then ahead = ahead + 1 end
      save(one)
    end
  end
  if granted == want then
    forget(me)
  else
    if granted > 0 then redis.call('ZADD', queue, last_turn() + 1, me) end
    -- Every place that comes free within a second is known, since each answer announces one a second ahead.
    local due = now
    local index = taken + kept - limit + ahead
    if index >= 0 then
      due = math.min(now + 1000, tonumber(redis.call('ZRANGE', places, index, index, 'WITHSCORES')[2] or now + 1000))
    end
    if level > 0 then due = math.min(due, slow) end
    mine.due = math.ceil(math.max(due, paused))
    mine.want = want - granted
    mine.kept = 0
    save(mine)
    wait = math.max(1, math.ceil(mine.due - now))
  end
end
for _, key in ipairs({ places, queue, waiting }) do redis.call('PEXPIRE', key, 120000) end

return cjson.encode({
  epoch = epoch,
  granted = granted,
  wait = wait,
  halvings = halvings,
  level = level,
  paused = math.max(0, math.ceil(paused - now)),
  slow = math.max(0, math.ceil(slow - now)),
  processes = redis.call('ZCARD', processes),
})
`;
