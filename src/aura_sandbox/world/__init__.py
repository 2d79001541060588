"""The made-up world, day by day from one seed. It knows no platform's protocol."""
