export { type RedisServer, startRedisServer } from '../../bench/redis-server.js';
