-- name: sealed_key
-- The sealed key that the brand's customers are hashed with, if there is one yet.
select customer_hash_key
from aura.brand_settings
where brand_id = %(brand_id)s;

-- name: keep_key
-- Stores the brand's key unless another transaction was first; returns the one that holds.
insert into aura.brand_settings as s (brand_id, customer_hash_key)
values (%(brand_id)s, %(customer_hash_key)s)
on conflict (brand_id) do update
    set
        customer_hash_key = coalesce(s.customer_hash_key, excluded.customer_hash_key)
returning s.customer_hash_key;
