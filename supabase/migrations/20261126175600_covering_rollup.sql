-- The rollup's key holds what reports add up, so that a range of days is read from the index alone: the
-- days of one brand lie apart in the table, for every night appends a day of every brand.
--
-- Writers of the rollup wait while the index is built: about seven seconds for a million rows, which are a
-- thousand brand-years of one platform.

set lock_timeout = '5s';
set statement_timeout = '30min';

do $$
begin
    if exists (
        select 1
        from pg_catalog.pg_index as x
        where
            x.indrelid = 'aura.brand_days'::regclass
            and x.indisprimary
            and x.indnatts = x.indnkeyatts
    ) then
        create unique index if not exists brand_days_covering on aura.brand_days (brand_id, date, platform) include (
            currency, revenue, gross_sales, discounts, returns, shipping, taxes, duties, orders, new_customers,
            ad_spend, impressions, clicks, conversions, conversion_value
        );
    end if;
end
$$;
