import cogs
