/**
 * The rules of a shared budget. One call tells what one process holds and asks for places for all who wait there; see
 * `QuotaRequest` for what comes in and `quotaAnswer` for what goes out. All times are Redis' own, in milliseconds.
 *
 * KEYS: places (the processes that hold places or wait for some, those who wait in turn, as JSON), state, processes (by
 * when they were last seen).
 */
export const QUOTA_SCRIPT = `
local places, state, processes = unpack(KEYS)
local ask = cjson.decode(ARGV[1])
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000

-- Without its state Redis has forgotten all places: nobody gets one until all processes have told theirs again.
local known = redis.call('HMGET', state, 'paused', 'slow', 'level', 'halvings')
local paused, slow = tonumber(known[1] or now + 500), tonumber(known[2] or 0)
local level, halvings = tonumber(known[3] or 0), tonumber(known[4] or 0)
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
redis.call('HSET', state, 'paused', paused, 'slow', slow, 'level', level, 'halvings', halvings)

if ask.leave then redis.call('ZREM', processes, ask.process) else redis.call('ZADD', processes, now, ask.process) end
redis.call('ZREMRANGEBYSCORE', processes, '-inf', now - 600000)

-- Of each process: calls under way and until when they count, when places of answered calls come free, how many calls
-- wait, when it will ask again, and how many places are kept for it. JSON holds whole milliseconds only.
local mine = { process = ask.process, out = ask.out, lease = math.ceil(now + ask.lease), returns = {} }
mine.want, mine.due, mine.kept = ask.want, 0, 0
for n, left in ipairs(ask.returns) do mine.returns[n] = math.ceil(now + left) end
local line, waited = {}, false
for _, one in ipairs(cjson.decode(redis.call('GET', places) or '[]')) do
  if one.process ~= ask.process then
    line[#line + 1] = one
  elseif one.want > 0 then
    waited = true
    mine.kept = one.kept
    line[#line + 1] = mine
  end
end
if not waited then line[#line + 1] = mine end

-- When each place comes free.
local ends, kept = {}, 0
for _, one in ipairs(line) do
  -- One that is overdue to ask is gone.
  if one ~= mine and now > one.due + 250 then one.want = 0 end
  one.kept = math.min(one.kept, one.want)
  kept = kept + one.kept
  if now >= one.lease then one.out = 0 end
  for _ = 1, one.out do ends[#ends + 1] = one.lease end
  local returns = {}
  for _, at in ipairs(one.returns) do
    if at > now then
      returns[#returns + 1] = at
      ends[#ends + 1] = at
    end
  end
  one.returns = returns
end
table.sort(ends)
local limit = math.max(1, math.floor(ask.limit / 2 ^ level))
local free = 0
if now >= paused then free = math.max(0, limit - #ends) end
if kept > free then
  kept = 0
  for _, one in ipairs(line) do one.kept = 0 end
end

-- Free places are shared out evenly, the rest to those whose turn is first, and kept until each one asks.
while mine.want > 0 and kept < free do
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
local granted = mine.kept
mine.out, mine.want, mine.kept = mine.out + granted, mine.want - granted, 0

-- Who was given places waits for further ones at the end of the line. Others in front of it get theirs before.
local saved, ahead, before = {}, 0, true
local function save(one)
  if one.want > 0 or one.out > 0 or #one.returns > 0 then saved[#saved + 1] = one end
end
for _, one in ipairs(line) do
  if one == mine then
    before = false
    if granted == 0 then save(mine) end
  else
    if one.kept < one.want and (before or granted > 0) then ahead = ahead + 1 end
    save(one)
  end
end
if granted > 0 then save(mine) end

local wait = 0
if mine.want > 0 then
  -- Every place that comes free within a second is known, since each answer announces one a second ahead.
  local due = now
  local index = #ends + kept - limit + ahead + 1
  if index > 0 then due = math.min(now + 1000, ends[index] or now + 1000) end
  if level > 0 then due = math.min(due, slow) end
  mine.due = math.ceil(math.max(due, paused))
  wait = math.max(1, math.ceil(mine.due - now))
end
redis.call('SET', places, cjson.encode(saved), 'PX', 120000)

return cjson.encode({
  granted = granted,
  wait = wait,
  halvings = halvings,
  level = level,
  paused = math.max(0, math.ceil(paused - now)),
  slow = math.max(0, math.ceil(slow - now)),
  processes = redis.call('ZCARD', processes),
})
`;
