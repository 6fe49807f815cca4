-- Take a place and tokens for one call, or say why not and after how many milliseconds to ask again.
-- KEYS: places (id -> when it falls back), sent (id:tokens -> when), health (failures, closed_until, asked_until),
--       total of sent
-- ARGV: id, milliseconds that a place is held at most, most places, most tokens a minute (0: no limit), tokens,
--       failures that close, milliseconds that it stays closed, milliseconds that a provider may ask for at most
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local longest, most, rate = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local tokens, threshold, pause = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local longest_asked = tonumber(ARGV[8])
local MINUTE = 61000  -- one second more, since calls take unequal times to reach the provider

local function read(field)
  return tonumber(redis.call('HGET', KEYS[3], field) or '0')
end

-- The clock may have been set back: then nothing may hold for longer than it could from now on.
local function read_until(field, most)
  local at = read(field)
  if at > now + most then
    at = now + most
    redis.call('HSET', KEYS[3], field, at)
  end
  return at
end

local function pull_back(key, at)
  for _, member in ipairs(redis.call('ZRANGEBYSCORE', key, '(' .. at, '+inf')) do
    redis.call('ZADD', key, at, member)
  end
end

local closed = math.max(read_until('closed_until', pause), read_until('asked_until', longest_asked))
if closed > now then
  return {'closed', closed - now}
end

if most > 0 then
  pull_back(KEYS[1], now + longest)
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
  if redis.call('ZCARD', KEYS[1]) >= most then
    return {'full', 0}
  end
end

if rate > 0 then
  tokens = math.min(tokens, rate)
  pull_back(KEYS[2], now)
  local total = tonumber(redis.call('GET', KEYS[4]) or '0')
  for _, member in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now - MINUTE)) do
    total = total - tonumber(string.match(member, ':(%d+)$'))
    redis.call('ZREM', KEYS[2], member)
  end
  if redis.call('EXISTS', KEYS[2]) == 0 then
    total = 0
  end
  local left, free = {}, rate - total
  if free < tokens then
    left = redis.call('ZRANGE', KEYS[2], 0, -1, 'WITHSCORES')
  end
  for i = 1, #left, 2 do
    free = free + tonumber(string.match(left[i], ':(%d+)$'))
    if free >= tokens then
      redis.call('SET', KEYS[4], total, 'PX', 2 * MINUTE)
      return {'spent', left[i + 1] + MINUTE - now}
    end
  end
  redis.call('ZADD', KEYS[2], now, ARGV[1] .. ':' .. string.format('%d', tokens))
  redis.call('PEXPIRE', KEYS[2], 2 * MINUTE)
  redis.call('SET', KEYS[4], total + tokens, 'PX', 2 * MINUTE)
end

if most > 0 then
  redis.call('ZADD', KEYS[1], now + longest, ARGV[1])
  redis.call('PEXPIRE', KEYS[1], 2 * longest)
end
if read('failures') >= threshold then  -- one goes to see, the others wait
  redis.call('HSET', KEYS[3], 'closed_until', now + pause)
end
return {'ok', 0}
