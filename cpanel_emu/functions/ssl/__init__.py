"""The module SSL in all three families (``ssl §6`` to §8)."""
