"""Quality figures with floors: `make quality` measures, prints beside baselines, and fails below a floor."""
