"""The three platforms on one machine: one seeded world whose truth is known.

It speaks the protocols of Shopify, Meta and Google Ads on loopback and shares no code with `aura`,
so a wrong field map cannot be wrong on both sides.
"""
