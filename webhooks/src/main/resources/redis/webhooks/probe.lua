#!lua
-- A Redis that is full or takes no writes refuses this as it would refuse a delivery.
redis.call('SET', P .. 'webhooks:probe', '1', 'PX', 1000)
return {'writable'}
