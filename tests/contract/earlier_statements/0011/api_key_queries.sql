-- All statements on API keys.

-- name: add(id, owner, secret_hash, quota)$
-- May be repeated after a lost answer.
with own as (
    insert into quotas (key_id, quota) values (:id, :quota) on conflict (key_id) do update set quota = excluded.quota
)
insert into api_keys (id, owner, secret_hash) values (:id, :owner, :secret_hash)
on conflict (id) do update set id = api_keys.id
returning id;

-- name: find(id)^
select api_keys.*, coalesce(quota, '{}') as quota,
    case when day = (now() at time zone 'utc')::date then tasks else 0 end as tasks,
    case when day = (now() at time zone 'utc')::date then pixels else 0 end as pixels
from api_keys left join quotas on key_id = id
where id = :id;

-- name: all()
select api_keys.*, coalesce(quota, '{}') as quota,
    case when day = (now() at time zone 'utc')::date then tasks else 0 end as tasks,
    case when day = (now() at time zone 'utc')::date then pixels else 0 end as pixels
from api_keys left join quotas on key_id = id
order by created_at, id;

-- name: set_quota(id, quota)$
insert into quotas (key_id, quota) select id, :quota from api_keys where id = :id
on conflict (key_id) do update set quota = excluded.quota
returning key_id;

-- name: revoke(id)$
update api_keys set revoked_at = coalesce(revoked_at, now()) where id = :id returning id;
