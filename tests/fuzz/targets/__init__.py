"""One module for each parser, each with its `Target` as ``TARGET``."""
