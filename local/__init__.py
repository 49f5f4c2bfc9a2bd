"""AWS's doors on one machine: a gateway, a function host, a queue trigger and two servers; none of our logic."""
