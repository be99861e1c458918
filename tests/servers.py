"""Early pytest plugin: brings the servers before Django reads its settings."""

from iys_portal import embedded

embedded.ensure(name="test", durable=False)
