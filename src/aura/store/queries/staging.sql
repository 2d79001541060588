-- name: rows_of_arrays
-- The rows of a staged table that is held by the client.
select t.*
from unnest({arrays}) as t ({columns});

-- name: inserted
-- What a statement inserts into such a table, an array a column.
with added ({columns}) as (
    {statement}
)

select
    count(*) as rows,
    {arrays}
from added;

-- name: inserted_once
-- As above, but for rows whose key the table has already.
with added ({columns}) as (
    {statement}
)

select
    count(*) as rows,
    {arrays}
from (
    select distinct on (a.{key}) a.*
    from added as a
    where
        not exists (
            select from {table} as known
            where known.{key} = a.{key}
        )
) as fresh;

-- name: left_over
-- What is left of such a table when the rows of a condition are deleted.
select
    count(*) as rows,
    {arrays}
from {table} as i
where ({condition}) is not true;
