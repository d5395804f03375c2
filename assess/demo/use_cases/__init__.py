"""Use cases beside the telecom demo: small companies whose systems are data, so that a further one needs no server written by hand."""
