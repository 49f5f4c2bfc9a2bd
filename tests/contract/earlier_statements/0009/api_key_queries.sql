-- All statements on API keys.

-- name: add(id, owner, secret_hash)^
-- Repeated after a lost answer, it returns the same row.
insert into api_keys (id, owner, secret_hash) values (:id, :owner, :secret_hash)
on conflict (id) do update set id = api_keys.id
returning *;

-- name: find(id)^
select * from api_keys where id = :id;

-- name: all()
select * from api_keys order by created_at, id;

-- name: revoke(id)^
update api_keys set revoked_at = coalesce(revoked_at, now()) where id = :id returning *;
