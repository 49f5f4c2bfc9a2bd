-- Creates the database roles of the functions. An administrator of the server executes it in the service's database, before
-- the first deployment or later, and may repeat it:
--     psql --set ON_ERROR_STOP=1 --single-transaction --file roles.sql "$ADMIN_DSN"
-- A role cannot log in before it has a password: alter role imagescaler_read password '…'
-- What the roles may do is granted by the migration (grants.sql).

do $$
declare
    role text;
begin
    foreach role in array array['authorize', 'create', 'delete', 'deliver', 'fetch', 'keys', 'migrate', 'process', 'read', 'sweep'] loop
        role := 'imagescaler_' || role;
        if not exists (select from pg_roles where rolname = role) then
            execute format('create role %I login', role);
        end if;
        execute format('grant connect on database %I to %I', current_database(), role);
        execute format('alter role %I in database %I set search_path = public', role, current_database());
    end loop;
    execute format('revoke temporary on database %I from public', current_database());
end $$;

revoke create on schema public from public; -- as in databases that Postgres 15 or later has created
grant usage, create on schema public to imagescaler_migrate;

-- The migration changes tables, which only their owner may. Earlier owners, whose login functions may still have, keep what
-- they can do as members of the role. So does the administrator, who could not hand tables over otherwise.
do $$
declare
    tables constant text[] := array['alembic_version', 'api_keys', 'quotas', 'tasks', 'waits', 'webhook_secrets', 'webhooks'];
    name text;
begin
    for name in
        select current_user
        union
        select tableowner from pg_tables where schemaname = 'public' and tablename = any(tables)
        except
        select 'imagescaler_migrate'
    loop
        execute format('grant imagescaler_migrate to %I', name);
    end loop;
    foreach name in array tables loop
        execute format('alter table if exists public.%I owner to imagescaler_migrate', name);
    end loop;
end $$;
