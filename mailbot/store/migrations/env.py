"""Runs migrations on the engine that the store hands over; mailbot has no other way to migrate."""

from alembic import context

from mailbot.store.schema import metadata

with context.config.attributes["engine"].connect() as connection:
    context.configure(connection=connection, target_metadata=metadata)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
