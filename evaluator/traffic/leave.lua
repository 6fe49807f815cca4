-- Give a place back, and note how the call went.
-- KEYS: places, health
-- ARGV: id, what happened (answered, failed, limited, nothing), failures that close, milliseconds that it stays closed,
--       milliseconds that the provider asked for, milliseconds after which all that is forgotten
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local outcome, threshold, pause, asked = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
redis.call('ZREM', KEYS[1], ARGV[1])

local function read(field)
  return tonumber(redis.call('HGET', KEYS[2], field) or '0')
end

if outcome == 'answered' then
  redis.call('HDEL', KEYS[2], 'failures', 'closed_until')
elseif outcome == 'failed' then
  if redis.call('HINCRBY', KEYS[2], 'failures', 1) >= threshold and read('closed_until') <= now then
    redis.call('HSET', KEYS[2], 'closed_until', now + pause)
  end
  redis.call('PEXPIRE', KEYS[2], tonumber(ARGV[6]))
elseif outcome == 'limited' then
  redis.call('HSET', KEYS[2], 'asked_until', math.max(read('asked_until'), now + asked))
  redis.call('PEXPIRE', KEYS[2], tonumber(ARGV[6]))
end
return 1
