-- All statements on tasks. Times are those of the database's clock, never of the caller's.

-- name: add(id, owner, idempotency_key, request_hash, options, source, source_url, renditions, key_id, pixels, webhook_url)^
-- Returns no row if the id or the owner's idempotency key exists already.
insert into tasks (
    id, owner, idempotency_key, request_hash, options, source, source_url, renditions, key_id, pixels, webhook_url
)
values (
    :id, :owner, :idempotency_key, :request_hash, :options, :source, :source_url, :renditions, :key_id, :pixels, :webhook_url
)
on conflict do nothing
returning *, now() as asked_at;

-- name: count_task(key_id, tasks, pixels)^
-- Counts a task of a key's quota for today, or the pixels of one that was counted before. Until the end of the transaction,
-- no other task of the key is counted.
insert into quotas as known (key_id, day, tasks, pixels)
values (:key_id, (now() at time zone 'utc')::date, :tasks, :pixels)
on conflict (key_id) do update
set day    = greatest(known.day, excluded.day),
    tasks  = excluded.tasks + case when known.day >= excluded.day then known.tasks else 0 end,
    pixels = excluded.pixels + case when known.day >= excluded.day then known.pixels else 0 end
returning quota, tasks, pixels, extract(epoch from (day + 1)::timestamp at time zone 'utc' - now())::float8 as day_ends_after_s;

-- name: count_unfinished(key_id)^
select count(*) as tasks, coalesce(sum(pixels), 0)::bigint as pixels from tasks
where key_id = :key_id and status in ('pending', 'processing');

-- name: find_added(id, owner, idempotency_key)^
-- The task that kept another from being added: that of the owner's key, or itself if the statement was repeated.
select *, now() as asked_at from tasks
where id = :id or (owner = :owner and idempotency_key = :idempotency_key);

-- name: find_by_key(owner, idempotency_key)^
select *, now() as asked_at from tasks where owner = :owner and idempotency_key = :idempotency_key;

-- name: get(id)^
select *, now() as asked_at from tasks where id = :id;

-- name: note_message(message_id, id)^
update tasks set message_id = :message_id, enqueue_count = enqueue_count + 1, enqueued_at = now() where id = :id returning id;

-- name: discard(id)$
-- A repeated request may have enqueued the task in the meantime; then it is accepted and stays.
with discarded as (
    delete from tasks where id = :id and status = 'pending' and attempt = 0 and message_id is null
    returning id, key_id, pixels, created_at
), uncounted as (
    update quotas set tasks = quotas.tasks - 1, pixels = quotas.pixels - discarded.pixels
    from discarded
    where quotas.key_id = discarded.key_id and quotas.day = (discarded.created_at at time zone 'utc')::date
)
select not exists (select from tasks where id = :id and id not in (select id from discarded));

-- name: claim(max_attempts, lease_s, attempts_exhausted, id)^
-- Begins an attempt of a free task, or fails the task if its attempts are used up.
update tasks
set status       = case when attempt - uncounted_attempts < :max_attempts then 'processing' else 'failed' end,
    attempt      = case when attempt - uncounted_attempts < :max_attempts then attempt + 1 else attempt end,
    started_at   = case when attempt - uncounted_attempts < :max_attempts then now() else started_at end,
    lease_until  = case when attempt - uncounted_attempts < :max_attempts then now() + make_interval(secs => :lease_s) end,
    completed_at = case when attempt - uncounted_attempts < :max_attempts then null else now() end,
    failure      = case when attempt - uncounted_attempts < :max_attempts then null else :attempts_exhausted::jsonb end
where id = :id
  and (status = 'pending' or (status = 'processing' and lease_until <= now()))
returning *, now() as asked_at;

-- name: set_source(source, pixels, id, attempt)^
-- The attempts that fetched the source do not count, and its message is not one of the processor's queue. A task without a
-- quota has no pixels, and keeps none.
update tasks
set status = 'pending', source = :source, pixels = pixels + :pixels, uncounted_attempts = attempt, message_id = null,
    lease_until = null
where id = :id and status = 'processing' and attempt = :attempt
returning *, now() as asked_at;

-- name: complete(result, source, renditions, ttl_s, id, attempt)^
-- The fence: only the current attempt may end the task.
update tasks
set status = 'completed', result = :result, source = :source, renditions = :renditions, completed_at = now(),
    lease_until = null, expires_at = now() + make_interval(secs => :ttl_s)
where id = :id and status = 'processing' and attempt = :attempt
returning *, now() as asked_at;

-- name: fail(failure, renditions, id, attempt)^
update tasks
set status = 'failed', failure = :failure, renditions = :renditions, completed_at = now(), lease_until = null
where id = :id and status = 'processing' and attempt = :attempt
returning *, now() as asked_at;

-- name: abandon(failure, id)^
-- Only a free task: an attempt with a live lease ends the task itself.
update tasks
set status = 'failed', failure = :failure, completed_at = now(), lease_until = null
where id = :id
  and (status = 'pending' or (status = 'processing' and lease_until <= now()))
returning *, now() as asked_at;

-- name: release(uncounted, id, attempt)^
update tasks
set status = 'pending', lease_until = null, uncounted_attempts = uncounted_attempts + :uncounted
where id = :id and status = 'processing' and attempt = :attempt
returning *, now() as asked_at;

-- name: expire(id)!
update tasks set status = 'expired' where id = :id and status = 'completed';

-- name: take_stale(older_than_s, limit)
-- Skips rows that another sweep has locked. swept_at keeps the next sweep from taking the same tasks.
with stale as (
    select id from tasks
    where status in ('pending', 'processing')
      and created_at <= now() - make_interval(secs => :older_than_s) -- follows from the next; the index answers it
      and greatest(created_at, lease_until, swept_at) <= now() - make_interval(secs => :older_than_s)
    order by swept_at nulls first, created_at
    limit :limit
    for update skip locked
)
update tasks set swept_at = now() where id in (select id from stale)
returning *, now() as asked_at;

-- name: expire_due(limit)$
with due as (
    select id from tasks where status = 'completed' and expires_at <= now()
    order by expires_at
    limit :limit
    for update skip locked
), expired as (
    update tasks set status = 'expired' where id in (select id from due) returning id
)
select count(*) from expired;

-- name: delete_ended(older_than_s, limit)$
with ended as (
    select id from tasks
    where status in ('failed', 'expired', 'deleted') and (status <> 'deleted' or expires_at is null)
      and completed_at <= now() - make_interval(secs => :older_than_s)
    order by completed_at
    limit :limit
    for update skip locked
), deleted as (
    delete from tasks where id in (select id from ended) returning id
)
select count(*) from deleted;

-- name: take_unpurged(older_than_s, limit)
with unpurged as (
    select id from tasks where status = 'deleted' and expires_at <= now() - make_interval(secs => :older_than_s)
    order by expires_at
    limit :limit
    for update skip locked
)
update tasks set expires_at = now() where id in (select id from unpurged)
returning *, now() as asked_at;

-- name: note_purged(id)!
update tasks set expires_at = null where id = :id and status = 'deleted';

-- name: delete(id)^
-- An attempt in hand can store results until its lease is over. Only the names and options of renditions are kept.
update tasks
set status = 'deleted', completed_at = now(), expires_at = greatest(now(), lease_until), lease_until = null,
    result = null, failure = null,
    renditions = (select coalesce(jsonb_agg(rendition - 'result' - 'failure' order by position), '[]')
                  from jsonb_array_elements(renditions) with ordinality as each (rendition, position))
where id = :id and status <> 'deleted'
returning *, now() as asked_at;

-- name: list_tasks(owner, created_after, before, before_id, limit)
select *, now() as asked_at from tasks
where owner = :owner
  and created_at > coalesce(:created_after, '-infinity'::timestamptz)
  and (created_at, id) < (coalesce(:before, 'infinity'::timestamptz),
                          coalesce(:before_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid))
order by created_at desc, id desc
limit :limit;

-- name: list_tasks_by_status(owner, status, created_after, before, before_id, limit)
-- A statement of its own, whose plan uses the index with the status.
select *, now() as asked_at from tasks
where owner = :owner
  and status = :status
  and (status <> 'completed' or expires_at > now())
  and created_at > coalesce(:created_after, '-infinity'::timestamptz)
  and (created_at, id) < (coalesce(:before, 'infinity'::timestamptz),
                          coalesce(:before_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid))
order by created_at desc, id desc
limit :limit;

-- name: backlog(created_at, longest_s, default_s)^
-- Counts no more tasks than take `longest_s` seconds, the newest first: the cost does not grow with the queue.
with latest as (
    select completed_at, started_at from tasks where status = 'completed' order by completed_at desc limit 20
), pace as (
    select coalesce(nullif(extract(epoch from least(avg(completed_at - started_at),
                                                    (max(completed_at) - min(started_at)) / count(*))), 0),
                    :default_s)::float8 as seconds_each
    from latest
)
select seconds_each, (
    select count(*) from (
        select from tasks
        where status in ('pending', 'processing') and created_at <= coalesce(:created_at, 'infinity'::timestamptz)
        order by created_at desc
        limit (select ceil(:longest_s / seconds_each) from pace)
    ) as ahead
) as unfinished
from pace;

-- name: lock_waits(function)$
-- Until the end of the transaction: between counting and adding, no other environment adds a wait.
select pg_advisory_xact_lock(hashtext('waits of ' || :function));

-- name: add_wait(id, function, owner, lease_s, most, most_of_owner)^
-- Returns no row if there are too many. Waits whose lease is over belonged to environments that were killed.
with lapsed as (
    delete from waits where lease_until <= now()
)
insert into waits (id, function, owner, lease_until)
select :id, :function, :owner, now() + make_interval(secs => :lease_s)
from (select count(*) as waits, count(*) filter (where owner = :owner) as of_owner
      from waits where function = :function and lease_until > now()) as counted
where counted.waits < :most and counted.of_owner < :most_of_owner
returning id;

-- name: end_wait(id)!
delete from waits where id = :id;

-- name: ping()$
-- Locks no row, but fails if the database is read-only or not migrated.
select 1 from tasks where false for update;
