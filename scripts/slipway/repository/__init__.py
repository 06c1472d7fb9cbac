"""The repository on GitHub: its REST API, the release there, and a stand-in for rehearsals."""
