"""Everything that touches the network while measuring: one file for each way of asking."""
