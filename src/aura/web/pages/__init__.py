"""One module for each page: what it asks, what it does with a form, which template it fills."""
