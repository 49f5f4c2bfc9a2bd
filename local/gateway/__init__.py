"""API Gateway's HTTP API on one machine: HTTP in, Lambda events of payload format 2.0 out, and back."""
