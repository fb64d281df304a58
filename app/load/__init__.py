"""The load test: shoppers by the hundred, who check every promise while they push."""
