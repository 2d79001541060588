"""Files that are read: as platforms, spreadsheets and other programs write them."""

from __future__ import annotations

DAY = "2026-06-01"
GOOGLE = "Day,Campaign,Currency code,Cost,Impr.,Clicks\n"
META = "Day,Campaign name,Amount spent (USD),Link clicks\n"
SALES = "Day,Orders,Gross sales,Discounts,Returns,Net sales,Shipping charges,Taxes,Total sales\n"
ORDERS = "Name,Email,Financial Status,Currency,Total,Created at,Lineitem name,Refunded Amount,Id\n"
ORDER = "#1,a@b.example,paid,USD,10.00,2026-06-01 10:00:00 -0400,X,0.00,11\n"

# text, what it is, its total, its currency
RIGHT = {
    "Google's Excel .csv": (
        (
            "Campaign report\nJune 1, 2026 - June 2, 2026\nDay\tCampaign\tCurrency code\tCost\n"
            f"{DAY}\tA\tUSD\t1.50\n"
        ),
        "google_ads",
        "1.50",
        "USD",
    ),
    "table of interactions": (
        f"Day,Campaign,Currency code,Cost,Interactions\n{DAY},A,USD,1.50,9\n",
        "google_ads",
        "1.50",
        "USD",
    ),
    "account alone": (
        f"Day,Account,Customer ID,Currency code,Cost,Clicks\n{DAY},Acme,123-456-7890,USD,1.50,1\n",
        "google_ads",
        "1.50",
        "USD",
    ),
    "currency in the title": (
        f"Day,Campaign,Cost (USD)\n{DAY},A,1.50\n",
        "google_ads",
        "1.50",
        "USD",
    ),
    "sign in the title": (f"Day,Campaign,Cost (US$)\n{DAY},A,1.50\n", "google_ads", "1.50", None),
    "dollar before": (f'{GOOGLE}{DAY},A,USD,"$1,500.25",9,1\n', "google_ads", "1500.25", "USD"),
    "named dollar": (f'{GOOGLE}{DAY},A,AUD,"A$1,500.25",9,1\n', "google_ads", "1500.25", "AUD"),
    "reais": (f'{GOOGLE}{DAY},A,BRL,"R$ 1.500,25",9,1\n', "google_ads", "1500.25", "BRL"),
    "kronor behind": (f'{GOOGLE}{DAY},A,SEK,"1 500,25 kr",9,1\n', "google_ads", "1500.25", "SEK"),
    "złoty behind": (f'{GOOGLE}{DAY},A,PLN,"1 500,25 zł",9,1\n', "google_ads", "1500.25", "PLN"),
    "code behind": (f'{GOOGLE}{DAY},A,EUR,"1.500,25 EUR",9,1\n', "google_ads", "1500.25", "EUR"),
    "code before": (f'{GOOGLE}{DAY},A,CHF,"CHF 1\'500.25",9,1\n', "google_ads", "1500.25", "CHF"),
    "yen have no decimals": (
        f'日,キャンペーン,通貨コード,費用,表示回数\n{DAY},A,JPY,"1,500",10\n',
        "google_ads",
        "1500",
        "JPY",
    ),
    "pesos grouped by points": (
        f"Día,Campaña,Código de moneda,Coste\n{DAY},A,CLP,1.500\n{DAY},B,CLP,12.000\n",
        "google_ads",
        "13500",
        "CLP",
    ),
    "total below without a name": (
        f"{GOOGLE}{DAY},A,USD,1.50,9,1\n,,,1.50,9,1\n",
        "google_ads",
        "1.50",
        "USD",
    ),
    "total below with a dash": (
        f"Day,Campaign,Cost\n{DAY},A,1.5\nTotal - Filtered campaigns,,1.5\n",
        "google_ads",
        "1.5",
        None,
    ),
    "totaal": (
        f'Dag,Campagne,Kosten\n{DAY},A,"1,5"\nTotaal: campagnes,,"1,5"\n',
        "google_ads",
        "1.5",
        None,
    ),
    "hours": (
        f"Day,Hour of the day,Campaign,Cost\n{DAY},0,A,1\n{DAY},1,A,2\n",
        "google_ads",
        "3",
        None,
    ),
    "networks": (
        (
            f"Day,Network (with search partners),Campaign,Cost\n{DAY},Google search,A,1\n"
            f"{DAY},Search partners,A,2\n"
        ),
        "google_ads",
        "3",
        None,
    ),
    "week beside the day": (f"Week,Day,Campaign,Cost\n{DAY},{DAY},A,1\n", "google_ads", "1", None),
    "weekday beside the day": (
        f"Day,Day of the week,Campaign,Cost\n{DAY},Monday,A,1\n",
        "google_ads",
        "1",
        None,
    ),
    "day with its name": ('Day,Campaign,Cost\n"Mon, 1 Jun 2026",A,1\n', "google_ads", "1", None),
    "day of Excel": ("Day,Campaign,Cost\n1-Jun-26,A,1\n", "google_ads", "1", None),
    "day without marks": ("Day,Campaign,Cost\n20260601,A,1\n", "google_ads", "1", None),
    "day as a moment": ("Date,Campaign,Cost\n2026-06-01T00:00:00Z,A,1\n", "google_ads", "1", None),
    "day as a number": ("Day,Campaign,Cost\n46174,A,1\n", "google_ads", "1", None),
    "Finnish day": ('Päivä,Kampanja,Kustannus\n"1. kesäkuuta 2026",A,1\n', "google_ads", "1", None),
    "ten lines above": ("x\n" * 10 + f"{GOOGLE}{DAY},A,USD,1.5,9,1\n", "google_ads", "1.5", "USD"),
    "comma at every end": (f"Day,Campaign,Cost,\n{DAY},A,1.50,\n", "google_ads", "1.50", None),
    "comma at the ends of rows": (
        f"Day,Campaign,Cost\n{DAY},A,1.50,\n",
        "google_ads",
        "1.50",
        None,
    ),
    "bars": (f"Day|Campaign|Cost\n{DAY}|A, B|1.50\n", "google_ads", "1.50", None),
    "blank lines": (
        f"{GOOGLE}\n{DAY},A,USD,1.50,9,1\n\n,,,,,\n2026-06-02,A,USD,1.50,9,1\n",
        "google_ads",
        "3.00",
        "USD",
    ),
    "old Mac": (f"{GOOGLE}{DAY},A,USD,1.50,9,1\n".replace("\n", "\r"), "google_ads", "1.50", "USD"),
    "name with a line end": (f'Day,Campaign,Cost\n{DAY},"A\nB",1.50\n', "google_ads", "1.50", None),
    "Polish Google": (
        f'Dzień,Kampania,Kod waluty,Koszt,Wyśw.,Kliknięcia\n{DAY},A,PLN,"1,50",10,1\n',
        "google_ads",
        "1.50",
        "PLN",
    ),
    "Danish Google": (
        f'Dag,Kampagne,Valutakode,Omkostninger,Eksp.,Klik\n{DAY},A,DKK,"1,50",10,1\n',
        "google_ads",
        "1.50",
        "DKK",
    ),
    "Norwegian Google": (
        f'Dag,Kampanje,Valutakode,Kostnad,Visn.,Klikk\n{DAY},A,NOK,"1,50",10,1\n',
        "google_ads",
        "1.50",
        "NOK",
    ),
    "Ads Manager's table": (
        (
            "Reporting starts,Reporting ends,Campaign name,Campaign delivery,Attribution setting,"
            "Results,Result indicator,Reach,Frequency,Cost per results,Ad set budget,"
            "Amount spent (EGP),Ends\n"
            f"{DAY},{DAY},A,active,7-day click,3,actions:lead,9,1.1,5,"
            "Using ad set budget,15.50,Ongoing\n"
        ),
        "meta",
        "15.50",
        "EGP",
    ),
    "API names": (
        (
            "date_start,date_stop,account_id,campaign_id,campaign_name,spend,inline_link_clicks\n"
            f"{DAY},{DAY},1,12,A,15.50,4\n"
        ),
        "meta",
        "15.50",
        None,
    ),
    "summary first": (
        f"{META},,30.00,3\n{DAY},A,30.00,3\n",
        "meta",
        "30.00",
        "USD",
    ),
    "summary in words": (
        f"Campaign name,Day,Amount spent (USD)\nResults from 12 campaigns,,30\nA,{DAY},30\n",
        "meta",
        "30",
        "USD",
    ),
    "account's summary": (
        (
            "Account name,Day,Currency,Amount spent (USD),Reporting starts,Reporting ends\n"
            f",,USD,30,{DAY},2026-06-30\nAcme,{DAY},USD,30,{DAY},{DAY}\n"
        ),
        "meta",
        "30",
        "USD",
    ),
    "ads": (
        f"Day,Campaign name,Ad set name,Ad name,Amount spent (USD)\n{DAY},A,s,a,1\n{DAY},A,s,b,3\n",
        "meta",
        "4",
        "USD",
    ),
    "ages": (
        f"Day,Campaign name,Age,Gender,Amount spent (USD)\n{DAY},A,18-24,x,1\n{DAY},A,25-34,,2\n",
        "meta",
        "3",
        "USD",
    ),
    "Brazilian Meta": (
        (
            "Dia,Nome da campanha,Valor usado (BRL),Impressões,Cliques no link,Compras,"
            "Início dos relatórios,Encerramento dos relatórios\n"
            f'{DAY},A,"1,50",1,2,3,{DAY},{DAY}\n'
        ),
        "meta",
        "1.50",
        "BRL",
    ),
    "Polish Meta": (
        f'Dzień,Nazwa kampanii,Wydana kwota (PLN),Wyświetlenia\n{DAY},A,"1,50",1\n',
        "meta",
        "1.50",
        "PLN",
    ),
    "Danish Meta": (
        f'Dag,Kampagnenavn,Brugt beløb (DKK),Eksponeringer\n{DAY},A,"1,50",1\n',
        "meta",
        "1.50",
        "DKK",
    ),
    "Norwegian Meta": (
        f'Dag,Kampanjenavn,Beløp brukt (NOK),Visninger\n{DAY},A,"1,50",1\n',
        "meta",
        "1.50",
        "NOK",
    ),
    "sales with signs": (
        f"{SALES}{DAY},3,$100.00,-$5.00,-$10.00,$85.00,$5.00,$9.00,$99.00\n",
        "shopify",
        "99.00",
        None,
    ),
    "a bookkeeper's minus": (
        f"{SALES}{DAY},3,100.00,(5.00),(10.00),85.00,5.00,9.00,99.00\n",
        "shopify",
        "99.00",
        None,
    ),
    "a typesetter's minus": (
        f"{SALES}{DAY},0,0,0,\u221210.00,\u221210.00,0,0,\u221210.00\n",
        "shopify",
        "-10.00",
        None,
    ),
    "sales with their sum": (
        f"{SALES}{DAY},3,100,-5,-10,85,5,9,99\nTotal,3,100,-5,-10,85,5,9,99\n",
        "shopify",
        "99",
        None,
    ),
    "sales compared": (
        (
            "Day,Day (previous_period),Total sales,Total sales (previous_period),Orders\n"
            f"{DAY},2025-06-01,99,50,3\n"
        ),
        "shopify",
        "99",
        None,
    ),
    "sales by channel": (
        f"Day,Sales channel,Orders,Total sales\n{DAY},Online Store,3,90\n{DAY},POS,1,5\n",
        "shopify",
        "95",
        None,
    ),
    "ShopifyQL": (
        f"day,orders,total_sales\n{DAY}T00:00:00-04:00,3,99\n",
        "shopify",
        "99",
        None,
    ),
    "customer types": (
        f"Day,Customer type,Customers\n{DAY},First-time,3\n{DAY},Returning,1\n",
        "shopify",
        "3",
        None,
    ),
    "orders of American Excel": (
        ORDERS + ORDER.replace("2026-06-01 10:00:00 -0400", "6/13/2026 10:00 PM"),
        "orders",
        "10.00",
        "USD",
    ),
    "orders with dollars": (
        ORDERS + ORDER.replace("10.00", '"$1,010.00"'),
        "orders",
        "1010.00",
        "USD",
    ),
    "orders with a note of two lines": (
        ORDERS.replace("Id\n", "Id,Notes\n") + ORDER.replace("11\n", '11,"a\nb"\n'),
        "orders",
        "10.00",
        "USD",
    ),
    "orders with rounded ids": (
        ORDERS + ORDER.replace("11\n", "1.67E+13\n"),
        "orders",
        "10.00",
        "USD",
    ),
    "orders of ISO": (
        ORDERS + ORDER.replace("2026-06-01 10:00:00 -0400", "2026-06-01T10:00:00-04:00"),
        "orders",
        "10.00",
        "USD",
    ),
}
