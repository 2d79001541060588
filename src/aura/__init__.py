"""Aura: exact daily numbers of a D2C brand, and what to do about them.

Read the folders in the order a number travels: connectors, sync, store, reports and insights,
then the faces (api, web, cli). `docs/how-one-order-becomes-a-number.md` walks it once.
"""

__version__ = "0.1.0"
