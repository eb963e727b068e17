"""Programs to read and run, one idea each; `./examples/run NAME` plays one against a local control plane."""
