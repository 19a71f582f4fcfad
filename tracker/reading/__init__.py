"""Text to action items: a front end per format, one extraction behind them all."""
