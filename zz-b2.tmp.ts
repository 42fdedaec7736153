import { startRedisServer } from './test/fakes/redis-server.ts'
import { Redis } from 'ioredis'
const server = await startRedisServer()
if (!server) throw new Error()
const r = new Redis(server.url)
async function t(name: string, body: string) {
  let best = 1e9
  for (let k = 0; k < 5; k++) {
    await r.flushall()
    const b = performance.now()
    await r.eval(`for i = 1, 5000 do ${body} end`, 0)
    best = Math.min(best, (performance.now() - b) / 5000 * 1000)
  }
  console.log(name.padEnd(20), best.toFixed(2), 'µs')
}
await t('nothing', 'local x = i')
await t('EXISTS', "redis.call('EXISTS', 'a' .. i)")
await t('LINDEX none', "redis.call('LINDEX', 'a' .. i, 5)")
await t('LPUSH same', "redis.call('LPUSH', 'a', 1800000000000 + i)")
await t('LPUSH new', "redis.call('LPUSH', 'a' .. i, 1800000000000 + i)")
await t('LPUSH same+LINDEX', "redis.call('LPUSH', 'a', 1800000000000 + i) redis.call('LINDEX', 'a', 9999)")
await t('LPUSH same+LINDEX0', "redis.call('LPUSH', 'a', 1800000000000 + i) redis.call('LINDEX', 'a', 0)")
await t('LPUSH new+PEXPIRE', "redis.call('LPUSH', 'a' .. i, 1800000000000 + i) redis.call('PEXPIRE', 'a'..i, 60000)")
await t('LPUSH same+PEXPIRE', "redis.call('LPUSH', 'a', 1800000000000 + i) redis.call('PEXPIRE', 'a', 60000)")
await t('ZADD', "redis.call('ZADD', 'a', 1800000000000 + i, 'member' .. i)")
await t('HSET 10', "redis.call('HSET', 'a' .. i, 'a', 1, 'b', 2, 'c', 3, 'd', string.rep('x', 400), 'e', 5, 'f', 6, 'g', 7, 'h', 8, 'i', 9, 'j', 10)")
await t('HINCRBY', "redis.call('HINCRBY', 'a', 'wecom', 1)")
await t('ZMSCORE', "redis.call('ZMSCORE', 'a', 'wecom', 'b')")
await t('gmatch', "for n in string.gmatch('30,60000,1000,3600000', '%d+') do local x = tonumber(n) end")
r.disconnect(); await server.stop()
