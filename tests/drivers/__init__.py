"""The ways of running the service, each of which the conformance suite is run against."""
