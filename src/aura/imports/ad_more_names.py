"""Columns of both platforms' reports in Danish, Norwegian, Finnish, Polish, Czech and Turkish.

Normal names, as in `aura.imports.ad_columns`, which puts them behind its own.
"""
# ruff: noqa: RUF001 - Turkish has an i without a dot

from __future__ import annotations

from typing import Final

DAY: Final = "päivä|päivämäärä|dzień|den|gün|tarih|dato"
META: Final = {
    "day": DAY,
    "starts": "rapporteringsstart|rapportering starter|rapportointi alkaa|raportointi alkaa|"
    "początek raportowania|początek raportu|začátek sledování|rapor başlangıcı",
    "ends": "rapporteringsslut|rapportering slutter|raportointi päättyy|koniec raportowania|"
    "koniec raportu|konec sledování|rapor bitişi",
    "account": "kontonavn|tilin nimi|nazwa konta|název účtu|hesap adı",
    "account_id": "konto-id|tilin tunnus|identyfikator konta|id účtu|hesap kimliği",
    "campaign": "kampagnenavn|kampanjenavn|kampanjan nimi|nazwa kampanii|název kampaně|"
    "kampanya adı",
    "campaign_id": "kampagne-id|kampanje-id|kampanjan tunnus|identyfikator kampanii|id kampaně|"
    "kampanya kimliği",
    "currency": "valuutta|waluta|měna|para birimi",
    "ad_spend": "brugt beløb|beløb brugt|beløp brukt|brukt beløp|käytetty summa|wydana kwota|"
    "kwota wydana|utracená částka|harcanan tutar",
    "impressions": "eksponeringer|visninger|näyttökerrat|näytöt|wyświetlenia|zobrazení|gösterim|"
    "gösterimler",
    "clicks": "klik på link|klik på links|linkklik|klikk på lenke|klikk på lenken|lenkeklikk|"
    "linkin klikkaukset|linkkien klikkaukset|kliknięcia linku|kliknięcia linków|"
    "kliknięcia w link|kliknutí na odkaz|prokliky odkazu|bağlantı tıklamaları",
    "all_clicks": "klik (alle)|klikk (alle)|klikkaukset (kaikki)|kliknięcia (wszystkie)|"
    "kliknutí (všechna)|tıklamalar (tümü)",
    "conversions": "køb|kjøp|ostokset|zakupy|nákupy|satın almalar|alışverişler",
    "conversion_value": "konverteringsværdi for køb|konverteringsverdi for kjøp|"
    "ostosten konversioarvo|wartość konwersji zakupu|wartość konwersji zakupów|"
    "hodnota konverze nákupů|satın alma dönüşüm değeri|alışveriş dönüşüm değeri",
}
GOOGLE_ADS: Final = {
    "day": DAY,
    "account": "tili|účet|hesap",
    "account_id": "kundenummer|kunde-id|asiakastunnus|identyfikator klienta|id klienta|"
    "id zákazníka|müşteri kimliği",
    "campaign": "kampanje|kampanja|kampania|kampaň|kampanya",
    "campaign_id": "kampagne-id|kampanje-id|kampanjan tunnus|identyfikator kampanii|id kampaně|"
    "kampanya kimliği",
    "currency": "valutakode|valuuttakoodi|kod waluty|kód měny|para birimi kodu",
    "ad_spend": "omkostninger|omkostning|pris|kustannus|kustannukset|hinta|koszt|cena|náklady|"
    "maliyet",
    "impressions": "eksp.|eksponeringer|visninger|näytöt|näyttökerrat|näytt.|wyśw.|wyświetlenia|"
    "zobr.|zobrazení|göst.|gösterim",
    "clicks": "klik|klikk|klikkaukset|kliknięcia|prokliky|kliknutí|tıklamalar|tıklama",
    "conversions": "konvert.|konversiot|konwersje|konverze|dönüşümler|dönüşüm",
    "conversion_value": "konv.værdi|konv.-værdi|konverteringsværdi|konv.verdi|konverteringsverdi|"
    "konv. arvo|konversioarvo|wartość konw.|wartość konwersji|hodnota konv.|hodnota konverze|"
    "dönş. değeri|dönüşüm değeri",
}
