-- Creates the database roles of the functions. An administrator of the server executes it in the service's database, before
-- the first deployment or later, and may repeat it: psql --single-transaction --file roles.sql "$ADMIN_DSN"
-- Roles have no password, and so cannot log in, until they get one: alter role imagescaler_read password '…';
-- The migration grants what each role may do (grants.sql).

do $$
declare
    role text;
begin
    foreach role in array array['authorize', 'create', 'keys', 'migrate', 'process', 'read', 'sweep'] loop
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

-- The migration changes tables, which only their owner may. Before this script, an administrator may have owned them.
grant imagescaler_migrate to current_user; -- a table's new owner must be a role that the old one may use

do $$
declare
    relation text;
begin
    foreach relation in array array['alembic_version', 'api_keys', 'tasks', 'waits'] loop
        execute format('alter table if exists public.%I owner to imagescaler_migrate', relation);
    end loop;
end $$;
