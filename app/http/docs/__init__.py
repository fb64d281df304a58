"""The page “How it works”, OpenAPI and AsyncAPI."""
