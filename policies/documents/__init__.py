"""The post-mortem as a whole: PM4xx."""
