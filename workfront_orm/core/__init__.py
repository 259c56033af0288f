"""The mapper. It knows no system: what differs between systems comes through `service.Service`."""
