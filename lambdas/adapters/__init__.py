"""Technology behind the ports: `<technology>_<port>.py`; vendor errors are translated here."""
