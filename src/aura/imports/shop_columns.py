"""Columns of Shopify's own reports by day, by the names that its admin gives them.

Names are normal names (`recognise.normal_name`) without currency, compared whole. Sources:
Shopify's reference of ShopifyQL, and public exports of "Total sales over time", "Sales by product
over time" and "New or returning customers over time" in English, German, French, Spanish, Italian,
Portuguese, Dutch and Swedish.
"""

from __future__ import annotations

import re


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("|"))


COLUMNS: dict[str, tuple[str, ...]] = {
    "day": _names("day|date|tag|datum|jour|date du jour|día|fecha|giorno|data|dia|dag"),
    "revenue": _names(
        "total sales|gesamtumsatz|umsatz gesamt|ventes totales|total des ventes|ventas totales|"
        "total de ventas|vendite totali|totale vendite|vendas totais|total de vendas|"
        "totale verkoop|totale omzet|total försäljning|totalförsäljning|total försäljningssumma"
    ),
    "gross_sales": _names(
        "gross sales|bruttoumsatz|bruttoumsätze|ventes brutes|ventas brutas|vendite lorde|"
        "vendas brutas|bruto-omzet|bruto omzet|bruto verkoop|bruttoförsäljning"
    ),
    "discounts": _names(
        "discounts|rabatte|réductions|remises|descuentos|sconti|descontos|kortingen|rabatter"
    ),
    "returns": _names(
        "returns|sales reversals|refunds|rückgaben|retouren|retours|devoluciones|resi|devoluções|"
        "retourer|returer"
    ),
    "net_sales": _names(
        "net sales|nettoumsatz|nettoumsätze|ventes nettes|ventas netas|vendite nette|"
        "vendas líquidas|netto-omzet|netto omzet|netto verkoop|nettoförsäljning"
    ),
    "shipping": _names(
        "shipping charges|shipping|versandkosten|versand|frais d'expédition|frais de livraison|"
        "expédition|gastos de envío|cargos por envío|envío|spese di spedizione|spedizione|"
        "frete|custos de frete|taxas de frete|envio|verzendkosten|verzending|frakt|fraktavgifter"
    ),
    "duties": _names(
        "duties|zölle|zollgebühren|droits de douane|droits|aranceles|dazi|dazi doganali|"
        "impostos de importação|tarifas alfandegárias|invoerrechten|tullavgifter"
    ),
    "fees": _names(
        "additional fees|fees|zusatzgebühren|zusätzliche gebühren|frais supplémentaires|"
        "cargos adicionales|tarifas adicionales|commissioni aggiuntive|costi aggiuntivi|"
        "taxas adicionais|extra kosten|aanvullende kosten|ytterligare avgifter|extra avgifter"
    ),
    "taxes": _names("taxes|tax|steuern|impuestos|imposte|tasse|impostos|belastingen|skatter|moms"),
    "orders": _names(
        "orders|order count|total orders|bestellungen|commandes|pedidos|ordini|encomendas|"
        "bestellingen|beställningar|ordrar|ordar"
    ),
    "customer_kind": _names(
        "new or returning customer|new or returning customers|new vs returning customer|"
        "new vs. returning customer|customer type|neuer oder wiederkehrender kunde|"
        "neu- oder stammkunde|neue oder wiederkehrende kunden|kundentyp|"
        "nouveau client ou client fidèle|clients nouveaux ou réguliers|nouveaux clients ou clients "
        "fidèles|type de client|cliente nuevo o recurrente|clientes nuevos o recurrentes|"
        "tipo de cliente|cliente nuovo o di ritorno|clienti nuovi o di ritorno|tipo di cliente|"
        "cliente novo ou recorrente|clientes novos ou recorrentes|nieuwe of terugkerende klant|"
        "nieuwe of terugkerende klanten|klanttype|ny eller återkommande kund|kundtyp"
    ),
    "customers": _names(
        "customers|customer count|total customers|kunden|clients|clientes|clienti|klanten|kunder"
    ),
    "new_customers": _names(
        "new customers|first-time customers|neukunden|neue kunden|nouveaux clients|"
        "nuevos clientes|clientes nuevos|nuovi clienti|clientes novos|novos clientes|"
        "nieuwe klanten|nya kunder"
    ),
}
MONEY = (
    *("revenue", "gross_sales", "discounts", "returns", "net_sales"),
    *("shipping", "duties", "fees", "taxes"),
)
COUNTS = ("orders", "customers", "new_customers")
NAMES = frozenset(name for names in COLUMNS.values() for name in names)

# an order stands in the row of each of its products: their orders are not to be added
PER_PRODUCT = frozenset(
    _names(
        "product title|product title at time of sale|product variant title|product variant sku|"
        "product variant sku at time of sale|product vendor|product type|product id|variant id|"
        "product variant id|product|vendor|sku|variant|collection|discount code|discount name|"
        "produkttitel|produkt|titre du produit|título del producto|titolo del prodotto|"
        "título do produto|producttitel|net items sold|net quantity|quantity ordered"
    )
)
# an order has one of each: orders of their rows add up
PER_ORDER = frozenset(
    _names(
        "sales channel|channel|order name|billing country|billing region|billing city|"
        "shipping country|shipping region|shipping city|pos location|pos location name|location|"
        "new or returning customer|customer type|order referrer source|referrer source|"
        "traffic source|vertriebskanal|canal de vente|canal de ventas|canale di vendita"
    )
)

_NEW = re.compile(
    r"new|first|neu|erst|nouv|premi|nuev|nuov|novo|nova|primer|prim[ao]|nieuw|eerst|ny\b|nya\b|"
    r"först",
    re.IGNORECASE,
)
# a copy of a column for the period that the report is compared with
_COMPARISON = re.compile(
    r".+ \((?:previous|prior|comparison|compare|vorherig|vorig|précédent|période|anterior|"
    r"per[ií]odo|precedente|periodo|föregående)[^)]*\)|(?:previous|prior|comparison) .+"
)
ADVICE = (
    "In Shopify, open Analytics > Reports, choose Day as the time dimension, then Export as CSV."
)


def is_new(cell: str) -> bool:
    """Whether a row is about new customers, by what stands in its column of kinds."""
    return _NEW.match(cell.strip()) is not None


def is_comparison(name: str) -> bool:
    """Whether a column is about the period that the report is compared with."""
    return _COMPARISON.fullmatch(name) is not None


def found(header: frozenset[str]) -> frozenset[str]:
    """Our names of the columns that a header has."""
    return frozenset(c for c, names in COLUMNS.items() if not header.isdisjoint(names))
