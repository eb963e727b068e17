"""How a request gets to a server and its response back: proxies, certificates, retries, time limits."""
