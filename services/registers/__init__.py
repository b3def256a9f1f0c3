"""The registers that are compared: delivered as sheets, kept as records, each delivery a batch."""
