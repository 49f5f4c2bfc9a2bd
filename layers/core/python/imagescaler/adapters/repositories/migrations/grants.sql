-- What each role of the functions may do, as roles.sql creates them. The migration executes it each time, for the roles
-- that exist. A role may do what the statements of its functions need, and what those of the previous release needed,
-- which still run during a deployment. The transaction leaves no moment without a privilege.
do $$
declare
    privileges constant text[] := array[
        ['authorize', 'select on api_keys, quotas'],
        ['create', 'select, delete on tasks'],
        ['create', 'insert (id, owner, idempotency_key, request_hash, options, source, source_url, renditions) on tasks'],
        ['create', 'insert (key_id, pixels, webhook_url) on tasks'],
        ['create', 'select, insert (key_id, day, tasks, pixels), update (day, tasks, pixels) on quotas'],
        ['create', 'update (message_id, enqueue_count, enqueued_at) on tasks'],
        ['create', 'select, insert, delete on waits'],
        ['delete', 'select on tasks'],
        ['delete', 'update (status, completed_at, lease_until, expires_at, result, failure, renditions) on tasks'],
        ['deliver', 'select on tasks'],
        ['deliver', 'select, update on webhooks'],
        ['deliver', 'select, insert (owner, secret) on webhook_secrets'],
        ['fetch', 'select on tasks'],
        ['fetch', 'update (status, attempt, uncounted_attempts, started_at, completed_at, lease_until) on tasks'],
        ['fetch', 'update (failure, source, pixels, renditions, message_id, enqueue_count, enqueued_at) on tasks'],
        ['fetch', 'select, insert (key_id, day, tasks, pixels), update (day, tasks, pixels) on quotas'],
        ['keys', 'select, insert (id, owner, secret_hash, webhook_url), update (id, revoked_at, webhook_url) on api_keys'],
        ['keys', 'select, insert (key_id, quota), update (quota) on quotas'],
        ['keys', 'select, insert (owner, secret), update (expires_at) on webhook_secrets'],
        ['process', 'select on tasks'],
        ['process', 'update (status, attempt, uncounted_attempts, started_at, completed_at, lease_until) on tasks'],
        ['process', 'update (expires_at, result, failure, source, renditions) on tasks'],
        ['read', 'select, update (status) on tasks'], -- a result that is gone expires its task
        ['read', 'select, insert, delete on waits'],
        ['read', 'select on webhooks'],
        ['sweep', 'select, delete on tasks'],
        ['sweep', 'update (swept_at, message_id, enqueue_count, enqueued_at) on tasks'],
        ['sweep', 'update (status, completed_at, lease_until, expires_at, failure) on tasks'],
        ['sweep', 'select, delete, update (swept_at, waits, message_id, enqueued_at) on webhooks']
    ];
    privilege text[];
    role text;
begin
    for role in
        select rolname from pg_roles where rolname in (select 'imagescaler_' || unnest(privileges[:][1:1]))
    loop
        execute format('revoke all on api_keys, quotas, tasks, waits, webhook_secrets, webhooks from %I', role);
        foreach privilege slice 1 in array privileges loop
            if role = 'imagescaler_' || privilege[1] then
                execute format('grant %s to %I', privilege[2], role);
            end if;
        end loop;
    end loop;
end $$;
