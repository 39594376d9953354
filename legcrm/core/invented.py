"""How invented records are marked, so that no figure is taken for true that counts them."""

# What they have in ``source``.
SOURCE = "Beispieldaten (erfunden)"
