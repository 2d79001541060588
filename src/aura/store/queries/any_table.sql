-- name: sum_of_rows
-- How many rows a table has and a sum over all of them that no order and no place changes.
select
    count(*) as rows,
    coalesce(sum(('x' || left(md5(t::text), 15))::bit(60)::bigint::numeric), 0)::text as sum
from {table} as t;

-- name: delete_batch
-- Some rows of one brand in one table: a cascade over millions would hold its locks for minutes.
delete from {table}
where ctid = any(array(select t.ctid from {table} as t where t.brand_id = %(brand_id)s limit %(limit)s));

-- name: rows_left
-- How many rows of one table still name the brand.
select count(*) as rows
from {table} as t
where t.brand_id = %(brand_id)s;

-- name: copy_person
-- The person's own row.
copy (select {columns} from {table} where id = {user}) to stdout (format csv, header);

-- name: copy_by_user
-- Rows that name the person.
copy (select {columns} from {table} where user_id = {user}) to stdout (format csv, header);

-- name: copy_events
-- What came in about the person's brands, without the consents that are under way: those are a browser's.
copy (
    select {columns} from {table}
    where
        brand_id = any(array(select b.id from public.brands as b where b.user_id = {user}))
        and kind <> 'consent'
) to stdout (format csv, header);

-- name: copy_by_brand
-- Rows that name one of the person's brands.
copy (
    select {columns} from {table}
    where brand_id = any(array(select b.id from public.brands as b where b.user_id = {user}))
) to stdout (format csv, header);
