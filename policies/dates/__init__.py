"""Due dates, age and deadlines: PM2xx."""
