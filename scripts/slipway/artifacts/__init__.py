"""Reading what was built: archives, sdists, wheels and their metadata, each once into a frozen record."""
