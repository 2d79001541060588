"""Columns of Meta's and Google's daily reports, by the names that their interfaces give them.

Names are normal names (`recognise.normal_name`) without currency, compared whole: "Cost / conv." is
never "Cost". Where a report has several columns of one meaning, the first name listed wins.
Sources: reports of Ads Manager and of Google Ads in English, German, French, Spanish, Italian,
Portuguese, Dutch and Swedish, as public exports show them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aura.imports import ad_more_names
from aura.model import Platform


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("|"))


def _and(
    columns: Mapping[str, tuple[str, ...]], more: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    """The columns with more names behind their own."""
    return {name: (*own, *_names(more.get(name, own[0]))) for name, own in columns.items()}


@dataclass(frozen=True, slots=True)
class Dialect:
    """The columns of one platform's report.

    Attributes:
        report: what it is, with its article.
        columns: our name of a column to the platform's names of it, the best one first.
        amounts, counts: those of `columns` that hold numbers; counts are whole.
        telling: columns whose presence proves the platform.
        advice: how the report is made.
    """

    platform: Platform
    report: str
    columns: Mapping[str, tuple[str, ...]]
    amounts: tuple[str, ...]
    counts: tuple[str, ...]
    telling: tuple[str, ...]
    advice: str

    @property
    def names(self) -> frozenset[str]:
        """Every name of every column."""
        return frozenset(name for names in self.columns.values() for name in names)

    def found(self, header: frozenset[str]) -> frozenset[str]:
        """Our names of the columns that a header has."""
        return frozenset(c for c, names in self.columns.items() if not header.isdisjoint(names))


META = Dialect(
    platform="meta",
    report="a Meta ads report",
    columns=_and(
        {
            "day": _names("day|date|tag|jour|día|giorno|dia|dag|datum|fecha|data"),
            "starts": _names(
                "reporting starts|date start|berichtsstart|auswertungsbeginn|beginn des berichts|"
                "beginn des auswertungszeitraums|début des rapports|inicio del informe|"
                "inizio del report|inizio report|início dos relatórios|início do relatório|"
                "start rapportage|begin rapportage|rapportering startar|rapporten startar"
            ),
            "ends": _names(
                "reporting ends|date stop|berichtsende|auswertungsende|ende des berichts|"
                "ende des auswertungszeitraums|fin des rapports|fin del informe|"
                "fine del report|fine report|encerramento dos relatórios|término dos relatórios|"
                "fim do relatório|einde rapportage|rapportering slutar|rapporten slutar"
            ),
            "account_id": _names(
                "account id|konto-id|werbekonto-id|identifiant du compte|id de compte|"
                "identificador de la cuenta|id account|identificação da conta|id da conta|"
                "account-id"
            ),
            "account": _names(
                "account name|kontoname|name des kontos|nom du compte|nombre de la cuenta|"
                "nome dell'account|nome account|nome da conta|accountnaam|kontonamn"
            ),
            "campaign_id": _names(
                "campaign id|kampagnen-id|identifiant de la campagne|id de campagne|"
                "id de la campagne|identificador de la campaña|id de la campaña|id campagna|"
                "identificação da campanha|id da campanha|campagne-id|kampanj-id"
            ),
            "campaign": _names(
                "campaign name|kampagnenname|name der kampagne|nom de la campagne|"
                "nombre de la campaña|nome della campagna|nome campagna|nome da campanha|"
                "campagnenaam|kampanjnamn|kampanjens namn"
            ),
            "currency": _names("currency|währung|devise|divisa|moneda|valuta|moeda"),
            "ad_spend": _names(
                "amount spent|spend|ausgegebener betrag|montant dépensé|importe gastado|"
                "importo speso|"
                "valor usado|valor gasto|montante gasto|besteed bedrag|spenderat belopp|"
                "använt belopp"
            ),
            "impressions": _names(
                "impressions|impressionen|impresiones|impression|impressões|weergaven|visningar|"
                "exponeringar"
            ),
            "clicks": _names(
                "link clicks|inline link clicks|link-klicks|linkklicks|clics sur un lien|"
                "clics sur le lien|"
                "clics en el enlace|clic sul link|cliques no link|cliques na ligação|"
                "klikken op link|linkklikken|klikken op een link|länkklick"
            ),
            "all_clicks": _names(
                "clicks (all)|klicks (alle)|clics (tous)|clics (todos)|clic (tutti)|"
                "cliques (todos)|cliques (tudo)|klikken (alle)|klick (alla)"
            ),
            "conversions": _names(
                "purchases|meta purchases|purchases (meta)|käufe|achats|compras|acquisti|aankopen|"
                "köp|website purchases|"
                "website-käufe|käufe auf der website|achats sur le site web|"
                "compras en el sitio web|acquisti sul sito web|compras no site|"
                "websiteaankopen|aankopen op website"
            ),
            "conversion_value": _names(
                "purchases conversion value|purchase conversion value|"
                "meta purchase conversion value|"
                "meta purchases conversion value|purchases conversion value (meta)|"
                "conversion-wert für käufe|"
                "conversion-wert von käufen|conversion-wert der käufe|kauf-conversion-wert|"
                "wert der käufe|valeur de conversion des achats|valeur de conversion d'achats|"
                "valor de conversión de compras|valor de conversión de las compras|"
                "valore di conversione degli acquisti|valore di conversione acquisti|"
                "valor de conversão da compra|valor de conversão de compras|"
                "valor de conversão das compras|conversiewaarde van aankopen|"
                "conversiewaarde aankopen|conversiewaarde voor aankopen|konverteringsvärde för köp|"
                "website purchases conversion value|conversion-wert für website-käufe"
            ),
            "results": _names(
                "results|ergebnisse|résultats|resultados|risultati|resultaten|resultat"
            ),
            "result_type": _names(
                "result type|result indicator|ergebnistyp|ergebnisart|ergebnisindikator|"
                "type de résultat|indicateur de résultat|tipo de resultado|"
                "indicador de resultado|indicador de resultados|tipo di risultato|"
                "indicatore del risultato|resultaattype|resultatenindicator"
            ),
            "roas": _names(
                "purchase roas (return on ad spend)|purchase roas|roas (purchase)|"
                "purchase roas (return on ad spend) (meta)|meta purchase roas"
            ),
            "split": _names(
                "conversion device|action type|action device|action destination|"
                "conversion-gerät|appareil de conversion|dispositivo de conversión|"
                "dispositivo di conversione|dispositivo de conversão"
            ),
        },
        ad_more_names.META,
    ),
    amounts=("ad_spend", "conversions", "conversion_value", "results", "roas"),
    counts=("impressions", "clicks", "all_clicks"),
    telling=("ad_spend", "starts", "clicks", "campaign"),
    advice="In Ads Manager, choose Breakdown > By time > Day, then export the table as CSV or "
    ".xlsx.",
)

GOOGLE_ADS = Dialect(
    platform="google_ads",
    report="a Google Ads report",
    columns=_and(
        {
            "day": _names("day|date|tag|jour|día|giorno|dia|dag|datum|fecha|data|日|日付"),
            "account_id": _names(
                "customer id|external customer id|account id|kundennummer|kunden-id|"
                "numéro client|id de cliente|id cliente|klant-id|kund-id"
            ),
            "account": _names(
                "account|account name|konto|kontoname|compte|cuenta|conta|account naam"
            ),
            "campaign_id": _names(
                "campaign id|kampagnen-id|id de campagne|id de la campagne|"
                "id de la campaña|id de campaña|id campagna|id da campanha|id de campanha|"
                "campagne-id|kampanj-id"
            ),
            "campaign": _names(
                "campaign|kampagne|campagne|campaña|campagna|campanha|kampanj|kampagnen|キャンペーン"
            ),
            "currency": _names(
                "currency code|currency|währungscode|währung|code de devise|code devise|"
                "código de moneda|codice valuta|código da moeda|código de moeda|moeda|valutacode|"
                "valutakod|通貨コード"
            ),
            "ad_spend": _names("cost|spend|kosten|coût|coste|costo|custo|kostnad|費用"),
            "impressions": _names(
                "impr.|impressions|impressionen|impresiones|impressioni|impressões|vertoningen|"
                "vert.|visn.|exponeringar|exp.|表示回数"
            ),
            "clicks": _names("clicks|klicks|clics|clic|cliques|klikken|klick|クリック数"),
            "conversions": _names(
                "conversions|conv.|konversionen|conversiones|conversioni|conversões|conversies|"
                "konverteringar|コンバージョン|コンバージョン数"
            ),
            "conversion_value": _names(
                "conv. value|conversion value|total conv. value|conv.-wert|conversion-wert|"
                "valeur de conv.|valeur conv.|valeur de conversion|valor de conv.|valor conv.|"
                "valor de conversión|valore conv.|valor da conv.|valor de conversão|conv.waarde|"
                "conv. waarde|conversiewaarde|konv.värde|konv. värde|konverteringsvärde|"
                "コンバージョン値"
            ),
            "split": _names(
                "conversion action|conversion action name|conversion action category|"
                "conversion category|conversion source|conversion type|conversion action type|"
                "conversion-aktion|conversion-aktionskategorie|conversion-kategorie|conversion-quelle|"
                "action de conversion|catégorie d'action de conversion|catégorie de conversion|"
                "source de conversion|acción de conversión|categoría de acción de conversión|"
                "categoría de conversión|fuente de conversión|azione di conversione|"
                "categoria di azione di conversione|categoria di conversione|"
                "origine della conversione|"
                "ação de conversão|categoria de ação de conversão|categoria de conversão|"
                "origem da conversão|conversieactie|conversiecategorie|conversiebron|"
                "konverteringsåtgärd|konverteringskategori|konverteringskälla|"
                "コンバージョン アクション"
            ),
            "conversions_by_conversion_date": _names("conversions (by conv. time)"),
            "conversion_value_by_conversion_date": _names("conv. value (by conv. time)"),
        },
        ad_more_names.GOOGLE_ADS,
    ),
    amounts=(
        *("ad_spend", "conversions", "conversion_value"),
        *("conversions_by_conversion_date", "conversion_value_by_conversion_date"),
    ),
    counts=("impressions", "clicks"),
    telling=("ad_spend", "campaign", "split"),
    advice="In Google Ads, open Campaigns, choose Segment > Time > Day, then Download > .csv.",
)

AD_DIALECTS = (META, GOOGLE_ADS)


@dataclass(frozen=True, slots=True)
class Unfit:
    """Columns that make a report unfit to be added up by campaign and day, and why.

    `is_certain`: one of them suffices to know the report.
    """

    columns: tuple[str, ...]
    report: str
    advice: str
    is_certain: bool = False


SPLIT_REPORT = "an ads report split by conversion action"
SPLIT_ADVICE = (
    "It repeats or leaves out cost and clicks, so only conversions and their value can be taken, "
    "and it has neither. Add the column Conversions, or remove that segment, and export again."
)
SPLIT_NOTE = (
    "The report is split by conversion action: its conversions and their value are added up and "
    "nothing else is taken. Cost, impressions and clicks stay as they are, because such a report "
    "repeats them or leaves them out: export it without that segment to have them."
)

_CAMPAIGNS = "Export the Campaigns report with the Day column instead: rows of this one "
UNFIT = (
    Unfit(
        _names(
            "search term|suchbegriff|terme de recherche|término de búsqueda|"
            "termine di ricerca|termo de pesquisa|zoekterm"
        ),
        "a Google Ads search terms report",
        _CAMPAIGNS + "do not add up to what was spent.",
        is_certain=True,
    ),
    Unfit(
        _names("search keyword|keyword|max. cpc|keyword-option|match type"),
        "a Google Ads search keywords report",
        _CAMPAIGNS + "do not add up to what was spent.",
    ),
    Unfit(
        _names(
            "ad group|ad group id|anzeigengruppe|groupe d'annonces|grupo de anuncios|"
            "gruppo di annunci|grupo de anúncios|advertentiegroep|annonsgrupp"
        ),
        "a Google Ads report of ad groups",
        "Campaigns that have no ad groups, such as Performance Max, are missing in it. Remove the "
        "column Ad group and export again.",
    ),
    Unfit(
        _names("asset|asset type|asset id|headline 1|headline|ad type|landing page|final url"),
        "a Google Ads report of ads or assets",
        _CAMPAIGNS + "do not add up to what was spent.",
    ),
    Unfit(
        _names("row type|row count"),
        "a Google Ads Editor file",
        "It holds settings, not results. Export the Campaigns report with the Day column.",
        is_certain=True,
    ),
)

# columns of a time that is longer than a day
LONGER_TIMES = frozenset(
    _names(
        "week|month|quarter|year|woche|monat|quartal|jahr|semaine|mois|trimestre|année|"
        "semana|mes|año|settimana|mese|anno|mês|ano|maand|kwartaal|vecka|månad|kvartal"
    )
)
