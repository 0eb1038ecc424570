"""Killing daemon, sender and worker under load, and counting what was lost, doubled or torn (`make chaos`)."""
