"""The demo: Northwind Telecom's systems on loopback ports, and the folder that its people would write."""
