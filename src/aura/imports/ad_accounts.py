"""Which ad account a report is about: what file and person say and what is known in, its id out.

A file that names no account is about the brand's one account on that platform; where that is not
known either, its days stand under an account without a name until the platform is connected.
"""

from __future__ import annotations

from collections.abc import Sequence

from aura.errors import InputError
from aura.imports.ad_sums import AccountKey
from aura.model import PLATFORM_NAMES
from aura.store.entities import FILE_ACCOUNT
from aura.store.filed_days import AdPlace, PlaceAccount


def account_of(place: AdPlace, key: AccountKey, said: str | None, *, is_only: bool) -> str:
    """The id of the account. Raises InputError where a person must say which one it is."""
    given = said.removeprefix("act_").replace("-", "") if said else ""
    if given and not (given.isascii() and given.isdigit()):
        raise InputError("An ad account's id has only digits, as 1234567890 or 123-456-7890.")
    if given and key.external_id and given != key.external_id:
        raise InputError(
            f"The file is about account {key.external_id}, not {given}. Leave out --account."
        )
    external_id = given or key.external_id
    if not external_id:
        if not is_only:
            raise InputError(
                "The file has several accounts but not their ids. Add the column with the "
                "account's id and export again, or export one account at a time."
            )
        return _unnamed(place, key.name)
    if any(one.external_id == external_id and one.is_left_out for one in place.accounts):
        raise InputError(
            f"Account {external_id} is connected but not chosen, so its numbers do not count. "
            "Choose it on the page Connections first."
        )
    return external_id


def _unnamed(place: AdPlace, name: str) -> str:
    chosen = [one for one in place.accounts if one.is_selected] or [
        one for one in place.accounts if not one.is_left_out
    ]
    named = [one for one in chosen if name and one.name.casefold() == name.casefold()]
    if len(named) == 1:
        return named[0].external_id
    if len(chosen) > 1:
        raise InputError(
            f"Which {PLATFORM_NAMES[place.platform]} account is the file about? It names none of "
            f"these: {_listed(chosen)}. Give its id with --account."
        )
    if chosen and name and chosen[0].name:
        raise InputError(
            f'The file is about the account "{name}", but known is {_listed(chosen)}. If they '
            "are the same, give its id with --account."
            if chosen[0].external_id != FILE_ACCOUNT
            else f'The file is about the account "{name}", but earlier files were about '
            f'"{chosen[0].name}". Give the account\'s id with --account.'
        )
    return chosen[0].external_id if chosen else FILE_ACCOUNT


def _listed(accounts: Sequence[PlaceAccount]) -> str:
    return ", ".join(f"{one.name} ({one.external_id})" for one in accounts)
