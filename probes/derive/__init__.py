"""What follows from gathered artifacts without a network: slow or machine-dependent work, done once and kept in the bundle."""
