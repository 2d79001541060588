"""What no moment may show: facts without rollup, a cursor ahead of the days, unknown days."""

# days whose rollup is not what the facts come to
ROLLUPS = """
    select platform, date
    from (
        select i.platform, d.date, sum(d.revenue) as revenue, sum(d.ad_spend) as ad_spend
        from aura.entity_days as d
        inner join aura.entities as e on e.id = d.entity_id and e.level = 'account'
        inner join public.integrations as i on i.id = e.integration_id
        group by i.platform, d.date
    ) as facts
    full outer join aura.brand_days as b using (platform, date)
    where (facts.revenue, facts.ad_spend) is distinct from (b.revenue, b.ad_spend)
"""
HALF_WRITTEN = f"""
    select 'rollup' as what, wrong.platform, wrong.date from ({ROLLUPS}) as wrong
    union all
    select 'cursor', i.platform, (s.cursor ->> 'next_last')::date
    from aura.sync_state as s inner join public.integrations as i on i.id = s.integration_id
    where
        s.kind = 'backfill'
        and (s.cursor ->> 'next_last')::date < (i.metadata ->> 'known_from')::date - 1
    union all
    select 'unknown day', i.platform, m.date
    from public.metrics as m inner join public.integrations as i on i.id = m.integration_id
    where
        i.metadata ->> 'known_from' is null
        -- a refund may fall on a later day than the days that were read
        or m.date < (i.metadata ->> 'known_from')::date
"""
