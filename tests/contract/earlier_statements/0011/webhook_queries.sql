-- All statements on webhooks and their secrets. A trigger on tasks adds webhooks. Times are those of the database's clock.

-- name: lock()$
-- Until the end of the transaction: what is in flight does not change between counting and claiming, or between the end of
-- a delivery and the choice of the one that takes its place.
select pg_advisory_xact_lock(hashtext('webhooks'));

-- name: claim(task_id, lease_s, most_of_host, most_of_owner)^
-- Begins a delivery of the task's webhook that is due, or lets it wait if its host or its owner has too many in flight.
-- Requests without API keys are of the owner '', who has no limit.
with chosen as (
    select id, owner, host from webhooks where task_id = :task_id and next_attempt_at <= now() order by created_at limit 1
), found as (
    select chosen.id,
           count(*) filter (where other.host = chosen.host) >= :most_of_host
           or (chosen.owner <> '' and count(other.id) >= :most_of_owner) as waits
    from chosen left join webhooks as other on other.owner = chosen.owner and other.lease_until > now()
    group by chosen.id, chosen.owner
)
update webhooks
set waits           = found.waits,
    attempt         = attempt + (not found.waits)::integer,
    tries           = tries + (not found.waits)::integer,
    attempted_at    = case when found.waits then attempted_at else now() end,
    lease_until     = case when not found.waits then now() + make_interval(secs => :lease_s) end,
    next_attempt_at = case when found.waits then next_attempt_at else now() + make_interval(secs => :lease_s) end
from found
where webhooks.id = found.id
returning webhooks.*, exists (
    select from webhooks as other
    where other.owner = webhooks.owner and other.url = webhooks.url and other.status = 'disabled'
) as url_disabled;

-- name: record(id, attempt, status, attempts, delay_s, message_id, most_of_host)^
-- Ends a delivery; only the current attempt may. Returns the task of a waiting webhook that takes its place, if any.
with recorded as (
    update webhooks
    set status = :status, attempts = :attempts, lease_until = null, message_id = :message_id::text,
        enqueued_at = case when :message_id::text is null then enqueued_at else now() end,
        next_attempt_at = now() + make_interval(secs => :delay_s),
        ended_at = case when :delay_s::float8 is null then now() end
    where id = :id and attempt = :attempt and lease_until is not null
    returning id, owner
), busy as (
    select array_agg(host) as hosts
    from (select other.host from webhooks as other, recorded
          where other.owner = recorded.owner and other.lease_until > now() and other.id <> recorded.id
          group by other.host having count(*) >= :most_of_host) as counted
), waiting as (
    select webhooks.id from webhooks, recorded, busy
    where webhooks.owner = recorded.owner and webhooks.waits and webhooks.next_attempt_at <= now()
      and webhooks.id <> recorded.id and webhooks.host <> all (coalesce(busy.hosts, '{}'))
    order by webhooks.next_attempt_at
    limit 1
)
update webhooks set waits = false from waiting where webhooks.id = waiting.id returning task_id;

-- name: take_due(older_than_s, limit)
-- Webhooks that have no message, and those whose message is overdue. One that waits is left to the deliveries in flight.
with due as (
    select id from webhooks
    where next_attempt_at <= now()
      and (message_id is null or next_attempt_at <= now() - make_interval(secs => :older_than_s))
      and greatest(created_at, swept_at) <= now() - make_interval(secs => :older_than_s)
      and not (waits and exists (
          select from webhooks as other where other.owner = webhooks.owner and other.lease_until > now()
      ))
    order by swept_at nulls first, next_attempt_at
    limit :limit
    for update skip locked
)
update webhooks set swept_at = now(), waits = false where id in (select id from due)
returning *, false as url_disabled;

-- name: note_message(message_id, id)!
update webhooks set message_id = :message_id, enqueued_at = now() where id = :id;

-- name: of_task(task_id)
select *, false as url_disabled from webhooks where task_id = :task_id order by created_at;

-- name: redeliver(id, task_id)^
-- Enables the URL again. A delivery in flight goes on.
with chosen as (
    select id, owner, url from webhooks where id = :id and task_id = :task_id
), enabled as (
    update webhooks set status = 'failed' from chosen
    where webhooks.owner = chosen.owner and webhooks.url = chosen.url and webhooks.status = 'disabled'
      and webhooks.id <> chosen.id
)
update webhooks
set status = 'pending', tries = 0, message_id = null, waits = false, ended_at = null,
    next_attempt_at = case when lease_until > now() then next_attempt_at else now() end
from chosen where webhooks.id = chosen.id
returning webhooks.*, false as url_disabled;

-- name: delete_ended(older_than_s, limit)$
with ended as (
    select id from webhooks where ended_at <= now() - make_interval(secs => :older_than_s)
    order by ended_at
    limit :limit
    for update skip locked
), deleted as (
    delete from webhooks where id in (select id from ended) returning id
)
select count(*) from deleted;

-- name: secrets(owner)
select * from webhook_secrets where owner = :owner and (expires_at is null or expires_at > now())
order by expires_at desc nulls first;

-- name: all_secrets()
select * from webhook_secrets where expires_at is null or expires_at > now() order by owner, expires_at desc nulls first;

-- name: add_secret(owner, secret)!
-- The first one of an owner; another that exists stays.
insert into webhook_secrets (owner, secret) values (:owner, :secret)
on conflict (owner) where expires_at is null do nothing;

-- name: replace_secret(owner, secret, overlap_s)!
-- Repeated after a lost answer, it changes nothing.
with replaced as (
    update webhook_secrets set expires_at = now() + make_interval(secs => :overlap_s)
    where owner = :owner and expires_at is null and secret <> :secret
    returning secret
)
insert into webhook_secrets (owner, secret) select :owner, :secret from (select count(*) from replaced) as done
on conflict do nothing;
